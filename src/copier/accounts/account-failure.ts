// Why a run ends before it has both accounts.

import type { InterimapError } from "../../model/errors.ts";
import { hostAndPort } from "../../model/host-and-port.ts";
import { isLoopback } from "../../model/loopback.ts";
import type { ExitName } from "../report/exit-code.ts";
import type { HostOptions } from "./host-options.ts";
import { wordsOf } from "./vocabulary.ts";

interface Details {
  /** Whose mailbox cannot be opened; undefined: the options are wrong. */
  readonly host?: HostOptions["number"] | undefined;
  /** What went wrong with the other host. */
  readonly others?: readonly AccountFailure[];
  readonly cause?: unknown;
}

export class AccountFailure extends Error {
  readonly exit: ExitName;
  readonly host: HostOptions["number"] | undefined;
  /** Itself, and what went wrong with the other host. */
  readonly all: readonly AccountFailure[];

  /** `line`: for people. */
  constructor(exit: ExitName, line: string, { host, others = [], cause }: Details = {}) {
    super(line, cause === undefined ? undefined : { cause });
    this.name = "AccountFailure";
    this.exit = exit;
    this.host = host;
    this.all = [this, ...others];
  }
}

export type Phase = "connect" | "login";

type Named = Pick<HostOptions, "name" | "number" | "ssl"> & { readonly host: string; readonly user: string };

/** What went wrong with a server, as the end of the run. `usesTls`: from the beginning of the connection. */
export function accountFailure(
  { name, number, host, user }: Named,
  error: InterimapError,
  { phase, usesTls }: { readonly phase: Phase; readonly usesTls: boolean },
): AccountFailure {
  const what = phase === "connect" ? "can not open imap connection on" : "can not log in on";
  const where = `host${number} [${host}]${user === "" ? "" : ` with user [${user}]`}`;
  const further = portInName(host, number) ?? (usesTls ? undefined : inTheClear(error, { number, host }));
  // What a configuration has for it is another thing.
  const { message, hint } = error.code === "STARTTLS_MISSING" ? { message: error.message, hint: undefined } : error;
  const words = [wordsOf({ message, hint }, number), ...(further === undefined ? [] : [further])].join("; ");
  const line = `${name} failure: ${what} ${where}: ${words}`;
  return new AccountFailure(exitOf(error, { number, phase, usesTls }), line, { host: number, cause: error });
}

function portInName(text: string, number: HostOptions["number"]): string | undefined {
  const { host, port } = hostAndPort(text) ?? {};
  if (host === undefined || port === undefined) return undefined;
  return `the port has an option of its own: --host${number} ${host} --port${number} ${port}`;
}

/** Where STARTTLS fails: the way without it. */
function inTheClear({ code }: InterimapError, { number, host }: Pick<Named, "number" | "host">): string | undefined {
  if (code === "STARTTLS_MISSING") {
    return `try --ssl${number}; if everybody in between may read the password and all mail, --notls${number} allows that`;
  }
  if (code === "TLS" && isLoopback(host)) return `on this machine, --notls${number} does without TLS`;
  return undefined;
}

function exitOf(
  { code }: InterimapError,
  { number, phase, usesTls }: Pick<HostOptions, "number"> & { readonly phase: Phase; readonly usesTls: boolean },
): ExitName {
  switch (code) {
    case "CONFIG_INVALID":
    case "CONFIG_UNSAFE":
      return "EX_USAGE";
    case "CONNECTION_LOST":
    case "CONNECTION_SILENT":
      return phase === "connect" ? `EXIT_CONNECTION_FAILURE_HOST${number}` : "EXIT_CONNECTION_FAILURE";
    case "CREDENTIALS":
      return "EXIT_AUTHENTICATION_FAILURE";
    case "STARTTLS_MISSING":
      return "EXIT_TLS_FAILURE";
    case "TLS":
      return usesTls ? `EXIT_CONNECTION_FAILURE_HOST${number}` : "EXIT_TLS_FAILURE";
    case "BUG":
      return "EX_SOFTWARE";
    default:
      return phase === "connect"
        ? `EXIT_CONNECTION_FAILURE_HOST${number}`
        : `EXIT_AUTHENTICATION_FAILURE_USER${number}`;
  }
}
