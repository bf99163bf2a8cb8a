// The cookie that opens a job: for its own addresses only.

import type { FastifyReply, FastifyRequest } from "fastify";
import type { Job } from "../jobs/job.ts";
import { cookieOf, setCookie } from "./cookies.ts";

export function isSecure({ protocol }: FastifyRequest, publicOrigin: string | undefined): boolean {
  return protocol === "https" || publicOrigin?.startsWith("https:") === true;
}

/** A browser takes a name that begins so only over HTTPS. */
function cookieName(secure: boolean): string {
  return secure ? "__Secure-job" : "job";
}

export interface CookieRules {
  readonly publicOrigin: string | undefined;
  readonly keptDays: number;
}

export function giveSecret(
  request: FastifyRequest,
  reply: FastifyReply,
  { job, secret, publicOrigin, keptDays }: CookieRules & { readonly job: Job; readonly secret: string },
): void {
  const secure = isSecure(request, publicOrigin);
  const cookie = setCookie({
    name: cookieName(secure),
    value: secret,
    path: `/jobs/${job.id}`,
    // A job may run for as long again.
    maxAgeSeconds: (keptDays + 30) * 86_400,
    isSecure: secure,
  });
  void reply.header("set-cookie", cookie);
}

export function secretIn(request: FastifyRequest, { publicOrigin }: Pick<CookieRules, "publicOrigin">): string {
  return cookieOf(request.headers.cookie, cookieName(isSecure(request, publicOrigin))) ?? "";
}
