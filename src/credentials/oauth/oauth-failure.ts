// What went wrong between an issuer and us, in words, and what to do about it.

import { AuthorizationResponseError, OperationProcessingError, ResponseBodyError } from "oauth4webapi";
import type { Secrets } from "../../log/secrets.ts";
import { InterimapError } from "../../model/errors.ts";
import type { Hint } from "../../model/remedy.ts";
import type { Side } from "../../model/side.ts";
import { printable } from "../../util/printable.ts";

export interface Attempt {
  /** Begins the line: "the token cannot be refreshed". */
  readonly what: string;
  readonly side: Side;
  /** For people. */
  readonly issuer: string;
  /** What no line may show. */
  readonly secrets: Secrets;
}

/**
 * AUTH_FAILED where the issuer says no; CONNECT, TLS where it cannot be asked, or not now. Errors of the protocol's package
 * hold what was sent and received, and are not passed on.
 */
export function oauthFailure(thrown: unknown, attempt: Attempt): InterimapError {
  if (thrown instanceof InterimapError) return thrown;
  const { what, issuer } = attempt;
  if (thrown instanceof ResponseBodyError) {
    if (isPassing(thrown.status)) return passing(thrown.response, attempt);
    return refused(thrown.error, thrown.error_description, attempt);
  }
  if (thrown instanceof AuthorizationResponseError) return refused(thrown.error, thrown.error_description, attempt);
  if (thrown instanceof OperationProcessingError || (thrown instanceof Error && thrown.name.startsWith("WWW"))) {
    const response = responseOf(thrown);
    if (response !== undefined && isPassing(response.status)) return passing(response, attempt);
    const status = response === undefined ? "" : `HTTP status ${String(response.status)}; `;
    return new InterimapError(
      "AUTH_FAILED",
      `${what}: what ${issuer} answers is not OAuth 2 (${status}${thrown.message})`,
      {
        hint: "check oauth-provider, oauth-tenant and oauth-client-id",
      },
    );
  }
  const words = networkWords(thrown);
  if (words.isOfTls) return new InterimapError("TLS", `${what}: the certificate of ${issuer}: ${words.text}`);
  return new InterimapError("CONNECT", `${what}: ${issuer} cannot be reached: ${words.text}`, {
    hint: "try again later",
  });
}

/** RFC 6749 4.1.2.1 and 5.2, RFC 8628 3.5 */
function refused(error: string, description: string | undefined, attempt: Attempt): InterimapError {
  const { what, issuer, secrets } = attempt;
  const told = description === undefined ? error : `${error}: ${description}`;
  const words = secrets.blank(printable(told)).slice(0, maxWords).replace(/\.$/, "");
  return new InterimapError("AUTH_FAILED", `${what}: ${issuer} says ${words}`, { hint: remedy(error, attempt) });
}

/** Microsoft's descriptions have several lines, with dates and identifiers. */
const maxWords = 300;

function remedy(error: string, { side }: Attempt): Hint {
  switch (error) {
    case "invalid_grant":
    case "interaction_required":
    case "login_required":
    case "consent_required":
    case "access_denied":
    case "expired_token":
      return ["log in again: ", { command: "login", side }];
    case "invalid_client":
    case "unauthorized_client":
      return "check oauth-client-id and oauth-client-secret, and what is registered for them";
    case "invalid_scope":
      return "check oauth-scope, and which scopes are registered for the client";
    case "redirect_uri_mismatch":
      return "register http://127.0.0.1 as the redirect address of the client, a desktop application";
    default:
      return "check the settings that begin with oauth-, and what is registered for the client";
  }
}

function isPassing(status: number): boolean {
  return status >= 500 || status === 429 || status === 408;
}

function passing(response: Response, { what, issuer }: Attempt): InterimapError {
  const seconds = Number(response.headers.get("retry-after"));
  const retryAfterMs = seconds > 0 ? Math.min(seconds, maxWaitSeconds) * 1000 : undefined;
  return new InterimapError("CONNECT", `${what}: ${issuer} answers with HTTP status ${String(response.status)}`, {
    hint: "try again later",
    retryAfterMs,
  });
}

const maxWaitSeconds = 3600;

function responseOf({ cause }: Error): Response | undefined {
  if (cause instanceof Response) return cause;
  const within = (cause as { response?: unknown } | undefined)?.response;
  return within instanceof Response ? within : undefined;
}

/** fetch() says only that it failed; what failed is its cause. */
function networkWords(thrown: unknown): { readonly text: string; readonly isOfTls: boolean } {
  if (!(thrown instanceof Error)) return { text: String(thrown), isOfTls: false };
  if (thrown.name === "TimeoutError") return { text: "no answer within 30 s", isOfTls: false };
  const cause = thrown.cause instanceof Error ? thrown.cause : thrown;
  const parts = cause instanceof AggregateError ? (cause.errors as readonly Error[]) : [cause];
  const code = "code" in cause ? String(cause.code) : "";
  return {
    text: parts.map(({ message }) => message).join(", ") || code,
    isOfTls: /CERT|SIGNATURE|ISSUER|SELF_SIGNED|ALTNAME|^ERR_(?:TLS|SSL)/.test(code),
  };
}
