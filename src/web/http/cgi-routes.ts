// The original's endpoint: a form of its fields is answered with the log as text, for as long as the copy takes.

import { hostname, loadavg } from "node:os";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { FormFields } from "../../job/allowed-options.ts";
import { FieldError } from "../../job/form-values.ts";
import type { Job } from "../jobs/job.ts";
import { type ReadForm, readForm } from "../jobs/read-form.ts";
import { JobRefused } from "../jobs/refusal.ts";
import { addressKey } from "./client-address.ts";
import type { WebContext } from "./context.ts";
import { hostRules } from "./host-rules.ts";
import { logStream } from "./log-stream.ts";
import { anyForm } from "./schemas.ts";
import { sendLong } from "./streams.ts";

const plainText = "text/plain; charset=UTF-8";

export async function cgiRoutes(server: FastifyInstance, context: WebContext): Promise<void> {
  const { jobs, config } = context;

  server.post<{ Body: Readonly<Record<string, unknown>> }>(
    "/cgi-bin/imapsync",
    { schema: { body: anyForm } },
    async (request, reply) => {
      allowOrigin(request, reply, config().allowedOrigins);
      const fields = fieldsOf(request.body);
      let read: ReadForm;
      try {
        read = readForm("original", fields, hostRules(config()));
      } catch (error) {
        if (!(error instanceof FieldError)) throw error;
        return reply.code(400).type(plainText).send(`${error.field}: ${error.message}\n`);
      }
      const running = jobs.findByValues(read);
      if (isOn(fields["abort"])) return sendAborted(reply, running, () => running && jobs.abort(running));
      if (running === undefined && (jobs.isFull || context.isOverloaded())) return sendOverloaded(reply);
      try {
        const { job, attached } = jobs.start({ ...read, address: addressKey(request.ip) });
        reply.raw.statusMessage = `OK to sync IMAP boxes. ${loadWords()}`;
        return await sendLong(request, reply, {
          contentType: plainText,
          parts: (signal) => streamOf(job, { attached, signal }),
          onEnd: jobs.watch(job),
        });
      } catch (error) {
        if (!(error instanceof JobRefused)) throw error;
        if (error.statusCode === 503) return sendOverloaded(reply);
        return reply.code(429).header("retry-after", error.retryAfter).type(plainText).send(`${error.message}\n`);
      }
    },
  );
}

interface StreamOptions {
  readonly attached: boolean;
  readonly signal: AbortSignal;
}

async function* streamOf(job: Job, { attached, signal }: StreamOptions): AsyncGenerator<string> {
  if (attached) yield "This copy is already running. What follows is its log, from its beginning\n";
  else if (job.state === "queued") yield "This copy waits for its turn: other copies are running\n";
  yield* logStream(job, signal);
}

async function sendAborted(reply: FastifyReply, running: Job | undefined, abort: () => void): Promise<FastifyReply> {
  abort();
  const words =
    running === undefined
      ? "No process of these values is running: there is nothing to abort\n"
      : "The copy of these values is being aborted: it finishes the message in hand, and ends\n";
  return reply.type(plainText).send(words);
}

async function sendOverloaded(reply: FastifyReply): Promise<FastifyReply> {
  reply.raw.statusMessage = `Service Unavailable. ${loadWords()}`;
  return reply
    .code(503)
    .header("retry-after", 60)
    .type(plainText)
    .send(`503 Service Unavailable. ${loadWords()}. Be back in a while\n`);
}

function loadWords(): string {
  const load = loadavg().map((one) => one.toFixed(2));
  return `Load on ${hostname().replace(/[^\w.-]/g, "")} is ${load.join(" ")}`;
}

/** So that the pages that may post can read the answer. */
function allowOrigin({ headers }: FastifyRequest, reply: FastifyReply, allowed: readonly string[]): void {
  const origin = headers.origin?.toLowerCase();
  if (origin !== undefined && allowed.includes(origin))
    void reply
      .header("access-control-allow-origin", origin)
      .header("vary", "origin")
      .header("cross-origin-resource-policy", "cross-origin");
}

/** A field that comes several times has a list. */
function fieldsOf(body: Readonly<Record<string, unknown>>): FormFields {
  const isText = (value: unknown): value is string => typeof value === "string";
  return Object.fromEntries(
    Object.entries(body).flatMap(([name, value]): [string, string | readonly string[]][] => {
      if (isText(value)) return [[name, value]];
      return Array.isArray(value) && value.every(isText) ? [[name, value]] : [];
    }),
  );
}

function isOn(value: string | readonly string[] | undefined): boolean {
  return value !== undefined && ["on", "1"].includes([value].flat().at(-1) ?? "");
}
