// How errors are answered: as a page for people, as JSON for scripts.

import type { FastifyReply, FastifyRequest } from "fastify";
import type { ApiError } from "../api.ts";
import { errorPage } from "../page/pages.ts";

/** Somebody looks at the answer itself. */
export function wantsHtml({ headers }: FastifyRequest): boolean {
  return /\btext\/html\b/.test(headers.accept ?? "") && !isJson(headers["content-type"]);
}

function isJson(contentType: string | undefined): boolean {
  return /^application\/json\b/i.test(contentType ?? "");
}

export async function sendHtml(reply: FastifyReply, html: string): Promise<FastifyReply> {
  return reply.type("text/html; charset=utf-8").send(html);
}

interface ErrorAnswer extends ApiError {
  readonly statusCode: number;
  /** In seconds. */
  readonly retryAfter?: number;
}

export async function sendError(
  request: FastifyRequest,
  reply: FastifyReply,
  { statusCode, retryAfter, ...error }: ErrorAnswer,
): Promise<FastifyReply> {
  void reply.code(statusCode);
  if (retryAfter !== undefined) void reply.header("retry-after", retryAfter);
  return wantsHtml(request)
    ? sendHtml(reply, errorPage({ statusCode, error: error.error, retryAfter }))
    : reply.send(error);
}

/** The same for a job that is not there and for one that is not this browser's. */
export async function sendNoJob(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const error =
    "This browser may see no such job. A job can be seen where it was started, until its data are deleted. " +
    "While it waits or runs, its six values lead to it from anywhere.";
  return sendError(request, reply, { statusCode: 404, error });
}

export async function sendNotFound(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  return sendError(request, reply, { statusCode: 404, error: "There is nothing here that you may see." });
}
