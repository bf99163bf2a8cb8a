// Fastify with everything that holds for all requests; the routes are beside it.

import formbody from "@fastify/formbody";
import helmet from "@fastify/helmet";
import rateLimit from "@fastify/rate-limit";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import fastify, { type FastifyError, type FastifyInstance } from "fastify";
import { FieldError } from "../../job/form-values.ts";
import type { Certificate } from "../configuration/read-file.ts";
import { JobRefused } from "../jobs/refusal.ts";
import { sendError, sendNotFound } from "./answers.ts";
import { cgiRoutes } from "./cgi-routes.ts";
import { addressKey } from "./client-address.ts";
import type { WebContext } from "./context.ts";
import { fleetRoutes } from "./fleet-routes.ts";
import { formRoutes } from "./form-routes.ts";
import { isSecure } from "./job-cookie.ts";
import { jobRoutes } from "./job-routes.ts";
import { limitConnections } from "./limit-connections.ts";
import { logRequests } from "./log-requests.ts";
import { operatorRoutes } from "./operator-routes.ts";
import { isFromAllowedPage, isFromOwnPage, isOwnHost } from "./origins.ts";
import { helmetOptions, permissionsPolicy } from "./security-headers.ts";
import { siteRoutes } from "./site-routes.ts";
import { wrongFieldIn } from "./wrong-field.ts";

export type WebServer = Awaited<ReturnType<typeof createWebServer>>;

/** A form may have many lines of folders in it. */
const bodyLimit = 256 * 1024;

/** Who sends nothing, or reads nothing, for so long has gone. */
const silenceMs = 120_000;

export async function createWebServer(context: WebContext, certificate: Certificate | undefined) {
  const { trustedProxies } = context.config();
  const server = fastify({
    ...(certificate === undefined ? {} : { https: { ...certificate, minVersion: "TLSv1.2" } }),
    ...{ bodyLimit, connectionTimeout: silenceMs, requestTimeout: 30_000, keepAliveTimeout: 10_000 },
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    routerOptions: { maxParamLength: 200 },
    exposeHeadRoutes: true,
    forceCloseConnections: "idle",
    // A field that is not known is an error; nothing is taken for something else.
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, useDefaults: false } },
  }).withTypeProvider<TypeBoxTypeProvider>();
  server.server.headersTimeout = 15_000;
  server.removeContentTypeParser("text/plain");
  limitConnections(server, context.config);
  await server.register(helmet, helmetOptions(certificate !== undefined));
  await server.register(formbody, { bodyLimit });
  await server.register(rateLimit, {
    max: () => context.config().maxRequestsPerMinute,
    timeWindow: 60_000,
    keyGenerator: ({ ip }) => addressKey(ip),
    addHeaders: { "x-ratelimit-limit": false, "x-ratelimit-remaining": false, "x-ratelimit-reset": false },
    addHeadersOnExceeding: { "x-ratelimit-limit": false, "x-ratelimit-remaining": false, "x-ratelimit-reset": false },
  });
  addHooks(server, context);
  for (const routes of [siteRoutes, formRoutes, jobRoutes, cgiRoutes, operatorRoutes, fleetRoutes]) {
    await server.register(async (scope) => routes(scope as unknown as FastifyInstance, context));
  }
  return server;
}

function addHooks(server: FastifyInstance, { config, log }: WebContext): void {
  server.addHook("onRequest", async (request, reply) => {
    void reply.header("cache-control", "no-store").header("permissions-policy", permissionsPolicy);
    if (isSecure(request, config().publicOrigin)) void reply.header("strict-transport-security", "max-age=31536000");
    if (!isOwnHost(request, config()))
      return sendError(request, reply, { statusCode: 421, error: "This server does not go by that name." });
    if (request.method === "GET" || request.method === "HEAD") return;
    const isFromHere = request.url.startsWith("/cgi-bin/") ? isFromAllowedPage : isFromOwnPage;
    if (!isFromHere(request, config()))
      return sendError(request, reply, { statusCode: 403, error: "This request comes from another site." });
  });
  logRequests(server, log);
  server.setNotFoundHandler({ preHandler: server.rateLimit() }, async (request, reply) => sendNotFound(request, reply));
  server.setErrorHandler<FastifyError>(async (error, request, reply) => {
    if (error instanceof FieldError)
      return sendError(request, reply, { statusCode: 400, error: error.message, field: error.field });
    if (error instanceof JobRefused) {
      const { statusCode, retryAfter, message } = error;
      return sendError(request, reply, { statusCode, retryAfter, error: message });
    }
    const { statusCode = 500, validation } = error;
    if (validation !== undefined) {
      const { field, message = "This is no form, or one that lacks its fields." } = wrongFieldIn(error) ?? {};
      return sendError(request, reply, { statusCode: 400, error: message, ...(field !== undefined && { field }) });
    }
    if (statusCode < 500) {
      const words = clientErrors[statusCode] ?? "This request is not understood.";
      return sendError(request, reply, { statusCode, error: words, ...(statusCode === 429 && { retryAfter: 60 }) });
    }
    log.error(`An answer failed: ${error.message}`, { fields: () => ({ path: request.routeOptions.url ?? "?" }) });
    return sendError(request, reply, { statusCode: 500, error: "Something went wrong on this server." });
  });
}

const clientErrors: Readonly<Record<number, string>> = {
  413: "This is more than a form can have.",
  415: "Send a form, or JSON.",
  429: "Too many requests came from your address: wait a minute.",
};
