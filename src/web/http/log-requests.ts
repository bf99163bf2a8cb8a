// A line of the log for each request: nothing of what was sent, and nothing of whose mail it is.

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { monotonicMs } from "../../util/monotonic.ts";
import type { WebContext } from "./context.ts";

export function logRequests(server: FastifyInstance, log: Pick<WebContext["log"], "info">): void {
  const begun = new WeakMap<FastifyRequest, number>();
  const note = (request: FastifyRequest, status: number): void => {
    const since = begun.get(request);
    // An answer that was cut off may have ended all the same.
    if (since === undefined) return;
    begun.delete(request);
    const { method, ip } = request;
    const path = knownPath(request);
    const { id } = (request.params ?? {}) as { id?: string };
    const job = id !== undefined && /^[0-9a-f]{32}$/.test(id) ? { job: id } : {};
    const ms = Math.round(monotonicMs() - since);
    log.info(`${method} ${path}`, { fields: () => ({ method, path, status, ms, address: ip, ...job }) });
  };
  server.addHook("onRequest", async (request) => {
    begun.set(request, monotonicMs());
  });
  server.addHook("onResponse", async (request, reply: FastifyReply) => note(request, reply.statusCode));
  // As other servers call it: the other end left before the answer was complete.
  server.addHook("onRequestAbort", async (request) => note(request, 499));
}

/** A path that the program does not know could have anything in it. */
function knownPath({ routeOptions, url }: FastifyRequest): string {
  if (routeOptions.url === undefined) return "?";
  return routeOptions.url === "/assets/*" ? url.split("?")[0]!.slice(0, 100) : routeOptions.url;
}
