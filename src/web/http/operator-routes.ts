// The operator's overview, and figures for Prometheus.

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Job } from "../jobs/job.ts";
import { hasEnded } from "../jobs/job-record.ts";
import { operatorPage } from "../page/pages.ts";
import type { OperatorJob, OperatorOverview } from "../page/props.ts";
import { sendHtml, sendNotFound } from "./answers.ts";
import { addressKey, isLoopback } from "./client-address.ts";
import type { WebContext } from "./context.ts";
import { cookieOf, setCookie } from "./cookies.ts";
import { isSecure } from "./job-cookie.ts";
import { metricsText } from "./metrics.ts";
import { OperatorAccess } from "./operator-access.ts";
import { cookieName, hasToken, isOperator } from "./operator-login.ts";
import { jobId, tokenForm } from "./schemas.ts";

/** More are not shown; those that run come first. */
const maxShown = 500;

export async function operatorRoutes(server: FastifyInstance, context: WebContext): Promise<void> {
  const { operator, jobs, config } = context;
  const hasFleet = context.fleet !== undefined;

  const mayEnter = (request: FastifyRequest): boolean => isOperator(request, operator);

  server.get("/operator", async (request, reply) => {
    if (!operator.isOpen) return sendNotFound(request, reply);
    const isIn = mayEnter(request);
    void reply.code(isIn ? 200 : 401);
    return sendHtml(
      reply,
      operatorPage({ overview: isIn ? overviewOf(context) : undefined, hasFleet, error: undefined }),
    );
  });

  server.post<{ Body: { token: string } }>("/operator", { schema: { body: tokenForm } }, async (request, reply) => {
    if (!operator.isOpen) return sendNotFound(request, reply);
    if (!operator.isToken(request.body.token, addressKey(request.ip))) {
      void reply.code(403);
      return sendHtml(
        reply,
        operatorPage({ overview: undefined, hasFleet, error: "This is not the operator's token." }),
      );
    }
    return sendSession(request, reply, { session: operator.beginSession(), seconds: OperatorAccess.sessionSeconds });
  });

  server.post("/operator/leave", async (request, reply) => {
    operator.endSession(cookieOf(request.headers.cookie, cookieName) ?? "");
    return sendSession(request, reply, { session: "", seconds: 0 });
  });

  server.post<{ Params: { id: string } }>(
    "/operator/jobs/:id/abort",
    { schema: { params: jobId } },
    async (request, reply) => {
      const job = mayEnter(request) ? jobs.kept.get(request.params.id) : undefined;
      if (job === undefined) return sendNotFound(request, reply);
      jobs.abort(job);
      return reply.redirect("/operator", 303);
    },
  );

  server.get("/metrics", async (request, reply) => {
    const isOurs = isFromThisMachine(request) || hasToken(request, operator);
    if (!isOurs) return sendNotFound(request, reply);
    return reply.type("text/plain; version=0.0.4; charset=utf-8").send(metricsText(context));
  });

  async function sendSession(
    request: FastifyRequest,
    reply: FastifyReply,
    { session, seconds }: { readonly session: string; readonly seconds: number },
  ): Promise<FastifyReply> {
    const secure = isSecure(request, config().publicOrigin);
    const cookie = { name: cookieName, value: session, path: "/operator", maxAgeSeconds: seconds, isSecure: secure };
    return reply.header("set-cookie", setCookie(cookie)).redirect("/operator", 303);
  }
}

/** And not from anywhere through a proxy on it. */
function isFromThisMachine({ headers, socket, ip }: FastifyRequest): boolean {
  const isForwarded = ["x-forwarded-for", "forwarded", "via", "x-real-ip"].some((name) => headers[name] !== undefined);
  return !isForwarded && isLoopback(socket.remoteAddress ?? "") && isLoopback(ip);
}

export function overviewOf({ jobs, config, startedAt }: WebContext): OperatorOverview {
  const { maxJobs, maxQueued } = config();
  const { ended, rate, octets, messages, errors } = jobs.tally;
  const byAge = [...jobs.kept].sort((a, b) => (a.status.createdAt < b.status.createdAt ? 1 : -1));
  const shown = [...byAge.filter(({ state }) => !hasEnded(state)), ...byAge.filter(({ state }) => hasEnded(state))];
  return {
    ...{ running: jobs.runningCount, queued: jobs.queuedCount, maxRunning: maxJobs, maxQueued },
    ...{ ended, rate, octets, messages, errors, startedAt },
    jobs: shown.slice(0, maxShown).map(operatorJob),
  };
}

function operatorJob({ status, progress, address, watchers }: Job): OperatorJob {
  return { status, progress, address, watchers };
}
