// Pages that are the same for everybody: the form, files of the page, suggestions, and whether the server is well.

import type { FastifyInstance } from "fastify";
import { formPage } from "../page/pages.ts";
import { sendHtml, sendNotFound } from "./answers.ts";
import type { WebContext } from "./context.ts";
import { login } from "./schemas.ts";
import { shownLimits } from "./shown-limits.ts";

export async function siteRoutes(server: FastifyInstance, context: WebContext): Promise<void> {
  server.get("/", async (_request, reply) =>
    sendHtml(
      reply,
      formPage({ values: {}, error: undefined, preview: undefined, limits: shownLimits(context.config()) }),
    ),
  );

  const assets = new Map(context.assets.map((asset) => [asset.path, asset]));
  server.get("/assets/*", async (request, reply) => {
    const asset = assets.get(request.url.split("?")[0] ?? "");
    if (asset === undefined) return sendNotFound(request, reply);
    return reply
      .header("cache-control", "public, max-age=31536000, immutable")
      .type(asset.contentType)
      .send(typeof asset.body === "string" ? asset.body : Buffer.from(asset.body));
  });

  server.get<{ Querystring: { login?: string } }>("/servers", { schema: { querystring: login } }, async (request) =>
    context.suggest(request.query.login ?? ""),
  );

  server.get("/healthz", async (_request, reply) => reply.type("text/plain; charset=utf-8").send("ok\n"));
}
