// What ends a run, as an exit code and lines.

import { CertificateRefused } from "../../imap/transport/certificate-refused.ts";
import { type ErrorCode, InterimapError } from "../../model/errors.ts";
import { AccountFailure } from "../accounts/account-failure.ts";
import { wordsOf } from "../accounts/vocabulary.ts";
import type { CopyEvent } from "../events.ts";
import { hostOf } from "../options/host.ts";
import type { CountedError, ErrorKind } from "../report/errors.ts";
import type { ExitName } from "../report/exit-code.ts";
import { RunFailure } from "./run-failure.ts";

export interface Failure {
  readonly exit: ExitName;
  /** What it says, where it ends the run before there is anything to sum up. */
  readonly events: readonly CopyEvent[];
  readonly counted: CountedError;
}

/** @throws what is a defect of the program */
export function failureOf(error: unknown): Failure {
  if (error instanceof AccountFailure) return ofAccounts(error);
  if (error instanceof RunFailure) return made(error.exit, error.message);
  if (!(error instanceof InterimapError) || error.code === "BUG") throw error;
  const { events, ...failure } = made(exitOf(error), lineOf(error), kindOf(error));
  return { ...failure, events: [...refusedCertificate(error), ...turnedAway(error), ...events] };
}

function refusedCertificate(error: unknown): CopyEvent[] {
  if (!(error instanceof CertificateRefused) || error.side === undefined) return [];
  return [{ type: "certificate-refused", host: hostOf(error.side), certificate: error.facts }];
}

function notOpened({ host, exit, message }: AccountFailure): CopyEvent[] {
  return host === undefined ? [] : [{ type: "account-failed", host, exit, text: message }];
}

function turnedAway(error: unknown): CopyEvent[] {
  if (!(error instanceof InterimapError) || error.side === undefined || error.retryAfterMs === undefined) return [];
  return [{ type: "turned-away", host: hostOf(error.side), retryAfterMs: error.retryAfterMs }];
}

function lineOf(error: InterimapError): string {
  const { message, hint } = error;
  // A hint of another form has commands of the other program.
  if (error.side === undefined) return typeof hint === "string" ? `${message}; ${hint}` : message;
  const host = hostOf(error.side);
  return `Host${host} failure: ${wordsOf(error, host)}`;
}

/** As the original, each of both hosts counts as an error; a wrong command line is none. */
const kindsOfExits: Partial<Record<ExitName, ErrorKind>> = {
  EXIT_AUTHENTICATION_FAILURE: "unclassified",
  EXIT_AUTHENTICATION_FAILURE_USER1: "login-user1",
  EXIT_AUTHENTICATION_FAILURE_USER2: "login-user2",
  EXIT_CONNECTION_FAILURE: "connection-lost",
  EXIT_CONNECTION_FAILURE_HOST1: "connect-host1",
  EXIT_CONNECTION_FAILURE_HOST2: "connect-host2",
  EXIT_TLS_FAILURE: "tls",
};

function ofAccounts({ exit, message, all }: AccountFailure): Failure {
  const events = all.flatMap((one): CopyEvent[] => {
    const kind = kindsOfExits[one.exit];
    const line: CopyEvent =
      kind === undefined
        ? { type: "notice", text: one.message }
        : { type: "error", error: { kind, text: one.message } };
    return [...refusedCertificate(one.cause), ...turnedAway(one.cause), ...notOpened(one), line];
  });
  return { exit, events, counted: { kind: kindsOfExits[exit] ?? "unclassified", text: message } };
}

function made(exit: ExitName, text: string, kind: ErrorKind = "unclassified"): Failure {
  return { exit, events: [{ type: "notice", text }], counted: { kind, text } };
}

function kindOf({ code, side }: InterimapError): ErrorKind {
  if (code === "AUTH_FAILED" || code === "AUTH_NO_MECHANISM") return side === "local" ? "login-user1" : "login-user2";
  if (code === "TLS" || code === "STARTTLS_MISSING") return "tls";
  return code in ownExits ? "unclassified" : "connection-lost";
}

/** What is no server's fault. */
const ownExits: Partial<Record<ErrorCode, ExitName>> = {
  USAGE: "EX_USAGE",
  INSTALLATION: "EX_SOFTWARE",
  FILE_CREATE: "EX_CANTCREAT",
  DATABASE_CREATE: "EX_CANTCREAT",
  DATABASE_READ: "EX_IOERR",
  DATABASE_ROWS: "EX_IOERR",
  DATABASE_VERSION: "EX_IOERR",
  DATABASE_LOCKED: "EX_TEMPFAIL",
};

function exitOf({ code }: InterimapError): ExitName {
  return ownExits[code] ?? "EXIT_CONNECTION_FAILURE";
}
