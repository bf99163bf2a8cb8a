// One job, for the browsers that may see it.

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ResumeForm } from "../api.ts";
import type { Job } from "../jobs/job.ts";
import { hasEnded } from "../jobs/job-record.ts";
import { optionsOn, readForm } from "../jobs/read-form.ts";
import { formPage, jobPage } from "../page/pages.ts";
import { sendError, sendHtml, sendNoJob, wantsHtml } from "./answers.ts";
import { addressKey } from "./client-address.ts";
import type { WebContext } from "./context.ts";
import { eventStream } from "./event-stream.ts";
import { formAgain } from "./form-again.ts";
import { sendStarted } from "./form-routes.ts";
import { hostRules } from "./host-rules.ts";
import { secretIn } from "./job-cookie.ts";
import { leftCsv } from "./left-csv.ts";
import { logLines } from "./log-lines.ts";
import { logStream } from "./log-stream.ts";
import { jobReport } from "./report.ts";
import { jobId, lineRange, resumeForm } from "./schemas.ts";
import { shownLimits } from "./shown-limits.ts";
import { sendLong } from "./streams.ts";

interface OfJob {
  readonly Params: { readonly id: string };
  readonly Querystring: Readonly<Record<string, string>>;
}

/** A page that is watched by more tabs than anybody has is being attacked. */
const maxWatchers = 50;

export async function jobRoutes(server: FastifyInstance, context: WebContext): Promise<void> {
  const { jobs, config } = context;
  type Answer = (job: Job, request: FastifyRequest<OfJob>, reply: FastifyReply) => Promise<FastifyReply>;

  /** Only for whoever may see the job. */
  const ofJob =
    (answer: Answer) =>
    async (request: FastifyRequest<OfJob>, reply: FastifyReply): Promise<FastifyReply> => {
      const job = jobs.kept.find(request.params.id, secretIn(request, config()));
      return job === undefined ? sendNoJob(request, reply) : answer(job, request, reply);
    };
  const get = (path: string, answer: Answer): void => {
    server.get<OfJob>(`/jobs/:id${path}`, { schema: { params: jobId } }, ofJob(answer));
  };
  const post = (path: string, answer: Answer): void => {
    server.post<OfJob>(`/jobs/:id${path}`, { schema: { params: jobId } }, ofJob(answer));
  };

  get("", async ({ id }, _request, reply) => reply.redirect(`/jobs/${id}/`, 303));

  get("/", async (job, request, reply) => {
    const { status } = job;
    const { lastLines, lineCount, eventCount, ...summary } = await job.summary();
    const log = { first: lineCount - lastLines.length + 1, lines: lastLines, total: lineCount };
    const attached = "attached" in request.query;
    const limits = shownLimits(config());
    const options = optionsOn(job.form);
    return sendHtml(reply, jobPage({ ...summary, status, log, lastEventId: eventCount, limits, options, attached }));
  });

  get("/form", async (job, _request, reply) => {
    const limits = shownLimits(config());
    return sendHtml(reply, formPage({ values: formAgain(job), error: undefined, preview: undefined, limits }));
  });

  get("/state", async (job, _request, reply) => reply.send(job.status));

  get("/events", async (job, request, reply) => {
    const after = idIn(request.headers["last-event-id"] ?? request.query["after"]);
    const isOver = hasEnded(job.state) && !job.status.hasLogGap;
    if (isOver && after > 0 && after >= (await job.summary()).eventCount) return reply.code(204).send();
    if (job.watchers >= maxWatchers) return sendTooMany(request, reply);
    const { heartbeatMs } = context;
    return sendLong(request, reply, {
      contentType: "text/event-stream; charset=utf-8",
      parts: (signal) => eventStream(job, { after, signal, heartbeatMs }),
      onEnd: jobs.watch(job),
    });
  });

  get("/log", async (job, request, reply) => {
    if (job.watchers >= maxWatchers) return sendTooMany(request, reply);
    return sendLong(request, reply, {
      contentType: "text/plain; charset=utf-8",
      parts: (signal) => logStream(job, signal),
      onEnd: jobs.watch(job),
    });
  });

  server.get<OfJob>(
    "/jobs/:id/lines",
    { schema: { params: jobId, querystring: lineRange } },
    ofJob(async (job, { query }, reply) =>
      reply.send(await logLines(job, { from: Number(query["from"] ?? 1), count: Number(query["count"] ?? 500) })),
    ),
  );

  get("/report.json", async (job, request, reply) =>
    sendLong(request, reply.header("content-disposition", 'attachment; filename="report.json"'), {
      contentType: "application/json; charset=utf-8",
      parts: () => jobReport(job),
    }),
  );

  get("/left.csv", async (job, request, reply) =>
    sendLong(request, reply.header("content-disposition", 'attachment; filename="left.csv"'), {
      contentType: "text/csv; charset=utf-8",
      parts: () => leftCsv(job),
    }),
  );

  post("/abort", async (job, request, reply) => {
    jobs.abort(job);
    return wantsHtml(request) ? reply.redirect(`/jobs/${job.id}/`, 303) : reply.code(202).send(job.status);
  });

  post("/delete", async (job, request, reply) => {
    if (!jobs.kept.delete(job))
      return sendError(request, reply, { statusCode: 409, error: "Only a migration that has ended can be deleted." });
    return wantsHtml(request) ? reply.redirect("/", 303) : reply.code(204).send();
  });

  server.post<OfJob & { Body: ResumeForm }>(
    "/jobs/:id/resume",
    { schema: { params: jobId, body: resumeForm } },
    async (request, reply) => {
      const job = jobs.kept.find(request.params.id, secretIn(request, config()));
      if (job === undefined) return sendNoJob(request, reply);
      const { kind, fields } = job.form;
      const read = readForm(kind, { ...fields, ...request.body }, hostRules(config()));
      const started = await jobs.resume(job, { ...read, address: addressKey(request.ip) });
      if (started === undefined)
        return sendError(request, reply, { statusCode: 409, error: "This migration has not ended yet." });
      return sendStarted(request, reply, { ...started, context });
    },
  );
}

function idIn(text: string | readonly string[] | undefined): number {
  return typeof text === "string" && /^\d{1,15}$/.test(text) ? Number(text) : 0;
}

async function sendTooMany(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  return sendError(request, reply, { statusCode: 429, error: "Too many pages show this migration.", retryAfter: 60 });
}
