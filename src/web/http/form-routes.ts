// The form is sent: a job begins, or it is shown what one would do.

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { FieldError } from "../../job/form-values.ts";
import type { ApiError, FolderPreview, JobForm, JobStarted } from "../api.ts";
import type { NewJob, Started } from "../jobs/new-job.ts";
import { PreviewFailed } from "../jobs/previews.ts";
import { readForm } from "../jobs/read-form.ts";
import { JobRefused } from "../jobs/refusal.ts";
import { formPage } from "../page/pages.ts";
import { sendHtml, wantsHtml } from "./answers.ts";
import { addressKey } from "./client-address.ts";
import type { WebContext } from "./context.ts";
import { hostRules } from "./host-rules.ts";
import { giveSecret } from "./job-cookie.ts";
import { jobForm, type JobFormBody } from "./schemas.ts";
import { shownLimits } from "./shown-limits.ts";
import { wrongFieldIn } from "./wrong-field.ts";

export async function formRoutes(server: FastifyInstance, context: WebContext): Promise<void> {
  const { jobs, previews, config } = context;

  server.post<{ Body: JobFormBody }>(
    "/jobs",
    { schema: { body: jobForm }, attachValidation: true },
    async (request, reply) => {
      try {
        const started = jobs.start(newJob(request, context));
        return await sendStarted(request, reply, { ...started, context });
      } catch (error) {
        return sendForm(request, reply, { error, context });
      }
    },
  );

  server.post<{ Body: JobFormBody }>(
    "/preview",
    { schema: { body: jobForm }, attachValidation: true },
    async (request, reply) => {
      try {
        // It deletes nothing.
        const wanted = newJob(request, context, { confirm2: "on" });
        const preview: FolderPreview = await previews.preview(wanted);
        if (!wantsHtml(request)) return await reply.send(preview);
        const values = valuesOf(request.body);
        return await sendHtml(reply, formPage({ values, error: undefined, preview, limits: shownLimits(config()) }));
      } catch (error) {
        return sendForm(request, reply, { error, context });
      }
    },
  );
}

type FormRequest = FastifyRequest<{ Body: JobFormBody }>;

/** `more`: fields that are as if they had been sent. @throws FieldError */
function newJob(request: FormRequest, { config }: WebContext, more: Partial<JobFormBody> = {}): NewJob {
  const { ip, validationError } = request;
  if (validationError !== undefined) throw wrongFieldIn(validationError) ?? validationError;
  const body = { ...request.body, ...more };
  if (isOn(body.delete2) && !isOn(body.confirm2))
    throw new FieldError("confirm2", "Confirm that messages are to be deleted at the destination.");
  return { ...readForm("page", body, hostRules(config())), address: addressKey(ip) };
}

function isOn(text: string | undefined): boolean {
  return text === "on" || text === "1";
}

export async function sendStarted(
  request: FastifyRequest,
  reply: FastifyReply,
  { job, secret, attached, context }: Started & { readonly context: WebContext },
): Promise<FastifyReply> {
  giveSecret(request, reply, { job, secret, ...context.config() });
  const { id } = job;
  if (wantsHtml(request))
    return reply
      .code(303)
      .header("location", `/jobs/${id}/${attached ? "?attached" : ""}`)
      .send();
  const started: JobStarted = { id, attached };
  return reply.code(attached ? 200 : 201).send(started);
}

/** The form again, with what is wrong with it. */
async function sendForm(
  request: FastifyRequest<{ Body: JobFormBody }>,
  reply: FastifyReply,
  { error, context }: { readonly error: unknown; readonly context: WebContext },
): Promise<FastifyReply> {
  const answer = answerTo(error);
  if (answer === undefined || !(wantsHtml(request) || error instanceof PreviewFailed)) throw error;
  const { statusCode, ...shown } = answer;
  void reply.code(statusCode);
  if (!wantsHtml(request)) return reply.send(shown);
  return sendHtml(
    reply,
    formPage({
      values: valuesOf(request.body),
      error: shown,
      preview: undefined,
      limits: shownLimits(context.config()),
    }),
  );
}

function answerTo(error: unknown): (ApiError & { readonly statusCode: number }) | undefined {
  if (error instanceof FieldError) return { statusCode: 400, error: error.message, field: error.field };
  if (error instanceof JobRefused) return { statusCode: error.statusCode, error: error.message };
  if (error instanceof PreviewFailed) {
    const { message, certificates } = error;
    return { statusCode: 422, error: message, certificates };
  }
  return undefined;
}

/** Of one that did not pass the check, too: a field that was sent twice is none. */
function valuesOf(body: Readonly<Record<string, unknown>>): Partial<JobForm> {
  const { password1: _, password2: __, ...values } = body;
  return Object.fromEntries(Object.entries(values).filter(([, value]) => typeof value === "string"));
}
