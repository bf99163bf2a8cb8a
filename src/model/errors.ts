// Every error a user can meet: one class, one table of codes. docs/errors.md lists the same codes.

import { oneLine } from "../util/printable.ts";
import { type ExitCode, exitCode } from "./exit-code.ts";
import type { Hint } from "./remedy.ts";
import type { Side } from "./side.ts";

/** How much work an error ends. It is caught only where that much work is led. */
export type Abandons = "mailbox" | "side" | "run";

export type Retry = "no" | "reconnect" | "later";

interface ErrorKind {
  readonly exitCode: ExitCode;
  readonly abandons: Abandons;
  readonly retry: Retry;
  /** One sentence for docs/errors.md. */
  readonly meaning: string;
}

export const errorKinds = {
  USAGE: kind(exitCode.usage, "run", "no", "The command line is wrong."),
  CONFIG_MISSING: kind(exitCode.config, "run", "no", "The configuration file cannot be read."),
  CONFIG_INVALID: kind(exitCode.config, "run", "no", "A line of the configuration file is wrong."),
  CONFIG_UNSAFE: kind(
    exitCode.config,
    "run",
    "no",
    "Other users could change the configuration, or a file that it names.",
  ),
  INSTALLATION: kind(
    exitCode.installation,
    "run",
    "no",
    "The installation is incomplete, or was made for another version of Node.js.",
  ),
  DATABASE_LOCKED: kind(
    exitCode.tempFail,
    "run",
    "later",
    "Another process uses the database, or the state directory of the web server.",
  ),
  DATABASE_CREATE: kind(exitCode.cannotCreate, "run", "no", "The database or its directory cannot be created."),
  DATABASE_READ: kind(exitCode.io, "run", "no", "The database cannot be read or written, or is not ours."),
  DATABASE_VERSION: kind(exitCode.io, "run", "no", "The database was written by a newer version."),
  DATABASE_UPGRADE: kind(exitCode.io, "run", "no", "A database of an older version cannot be upgraded."),
  DATABASE_ROWS: kind(
    exitCode.partial,
    "mailbox",
    "no",
    "The database has an impossible value in the entries of a mailbox.",
  ),
  FILE_CREATE: kind(
    exitCode.cannotCreate,
    "run",
    "no",
    "A file or directory that the command line or the configuration names cannot be made, or others could change it.",
  ),
  LISTEN: kind(exitCode.unavailable, "run", "later", "The address that a server is to listen on cannot be used."),
  OUTPUT: kind(exitCode.io, "run", "no", "The standard output cannot be written."),
  CONNECT: kind(exitCode.unavailable, "side", "reconnect", "A server cannot be reached."),
  TUNNEL: kind(exitCode.unavailable, "side", "reconnect", "The tunnel command failed."),
  TLS: kind(
    exitCode.protocol,
    "side",
    "no",
    "The TLS handshake failed, or the server's certificate is not acceptable.",
  ),
  STARTTLS_MISSING: kind(exitCode.protocol, "side", "no", "STARTTLS is required, but the server does not offer it."),
  AUTH_FAILED: kind(exitCode.auth, "side", "no", "The server refused the user name or password."),
  CREDENTIALS: kind(exitCode.auth, "side", "no", "The password or token cannot be read from where it is kept."),
  AUTH_NO_MECHANISM: kind(exitCode.auth, "side", "no", "The server offers none of the configured ways to log in."),
  AUTH_UNSAFE: kind(
    exitCode.protocol,
    "side",
    "no",
    "The login would not be safe: the server may not be the one it claims to be.",
  ),
  CAPABILITY_MISSING: kind(exitCode.unavailable, "side", "no", "The server lacks an extension that is needed."),
  CONNECTION_LOST: kind(exitCode.tempFail, "side", "reconnect", "A connection was closed in the middle of the work."),
  CONNECTION_SILENT: kind(exitCode.tempFail, "side", "reconnect", "A server stopped answering."),
  SERVER_BUSY: kind(
    exitCode.tempFail,
    "side",
    "reconnect",
    "A server refuses, for now, a command that everything depends on.",
  ),
  PROTOCOL: kind(exitCode.protocol, "side", "reconnect", "The server sent something IMAP does not allow."),
  COMMAND_REFUSED: kind(exitCode.partial, "mailbox", "later", "The server answered NO or BAD to a command."),
  OTHER_ACCOUNTS: kind(exitCode.data, "run", "no", "The database belongs to other accounts."),
  DELIMITER_MISMATCH: kind(exitCode.data, "run", "no", "One server has a flat name space, the other a hierarchy."),
  MASS_DELETION: kind(exitCode.data, "mailbox", "no", "More messages have vanished than may be deleted."),
  MAILBOX_EMPTIED: kind(exitCode.partial, "mailbox", "later", "A mailbox has lost nearly all of its messages."),
  MAILBOX_NAME: kind(exitCode.partial, "mailbox", "no", "A mailbox name cannot exist on the other server."),
  MAILBOX_PAIRED: kind(
    exitCode.partial,
    "mailbox",
    "no",
    "The configuration pairs a known mailbox with another one of the remote server than before.",
  ),
  MAILBOX_GONE: kind(exitCode.partial, "mailbox", "no", "A known mailbox disappeared from one server."),
  MAILBOX_UNKNOWN: kind(exitCode.partial, "mailbox", "no", "A MAILBOX on the command line matches nothing."),
  MAILBOX_RENAMED: kind(
    exitCode.partial,
    "mailbox",
    "no",
    "A mailbox was renamed on one server, and the other server cannot follow.",
  ),
  MAILBOX_EXISTS: kind(exitCode.data, "run", "no", "A mailbox cannot be renamed: the new name is taken."),
  MAILBOX_UNSYNCABLE: kind(exitCode.partial, "mailbox", "no", "A mailbox has no UIDs, or cannot be changed."),
  MAILBOX_UNSTABLE: kind(
    exitCode.partial,
    "mailbox",
    "later",
    "A mailbox was replaced while it was being synchronised.",
  ),
  MAILBOX_PROTOCOL: kind(
    exitCode.partial,
    "mailbox",
    "later",
    "A server said something about a mailbox that cannot be true.",
  ),
  IMPORT: kind(exitCode.data, "run", "no", "The configuration of another program cannot be taken over."),
  DRY_RUN: kind(
    exitCode.partial,
    "mailbox",
    "no",
    "In a dry run, what would be done next depends on something that was not done.",
  ),
  INTERRUPTED: kind(exitCode.terminated, "run", "later", "A signal ended the run before it was done."),
  BUG: kind(exitCode.software, "run", "no", "A defect of this program."),
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof errorKinds;

export interface ErrorDetails {
  /** What the user can do about it. */
  readonly hint?: Hint;
  readonly cause?: unknown;
  /** The server it happened on. */
  readonly side?: Side;
  /** How long the server wants to be left alone, in ms. */
  readonly retryAfterMs?: number | undefined;
}

export class InterimapError extends Error {
  readonly code: ErrorCode;
  readonly hint: Hint | undefined;
  /** The server it happened on; set on the way up, where it is known. */
  side: Side | undefined;
  #retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(oneLine(message), details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "InterimapError";
    this.code = code;
    this.hint = details.hint;
    this.side = details.side;
    this.#retryAfterMs = details.retryAfterMs;
  }

  /** How long the server wants to be left alone, in ms. */
  get retryAfterMs(): number | undefined {
    return this.#retryAfterMs;
  }

  /** It is not to be believed that it wants more. */
  waitAtMost(ms: number): void {
    if (this.#retryAfterMs !== undefined) this.#retryAfterMs = Math.min(ms, this.#retryAfterMs);
  }

  /** Several, where each has a line of its own. */
  get parts(): readonly InterimapError[] {
    return [this];
  }

  get exitCode(): ExitCode {
    return errorKinds[this.code].exitCode;
  }

  get abandons(): Abandons {
    return errorKinds[this.code].abandons;
  }

  get retry(): Retry {
    return errorKinds[this.code].retry;
  }
}

/** Makes the one line a user reads, without the place it happened. */
export type ErrorLine = (error: InterimapError) => string;

/** For work that was asked to stop, and did. */
export function interrupted(): InterimapError {
  return new InterimapError("INTERRUPTED", "interrupted; what was done so far is recorded");
}

function kind(code: ExitCode, abandons: Abandons, retry: Retry, meaning: string): ErrorKind {
  return { exitCode: code, abandons, retry, meaning };
}
