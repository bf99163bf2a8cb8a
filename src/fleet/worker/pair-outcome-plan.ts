// What becomes of a pair after a run: it goes on in its rhythm, comes back sooner or later, or needs somebody.

type PairKind = "done" | "unfinished" | "temporary" | "credentials" | "data" | "defect";

/** By the ends that a synchronisation has; all others are of mailboxes and messages. */
export const pairKinds: Readonly<Record<string, PairKind>> = {
  DONE: "done",
  INTERRUPTED: "unfinished",
  CONNECT: "temporary",
  TUNNEL: "temporary",
  TLS: "temporary",
  STARTTLS_MISSING: "temporary",
  CAPABILITY_MISSING: "temporary",
  CONNECTION_LOST: "temporary",
  CONNECTION_SILENT: "temporary",
  SERVER_BUSY: "temporary",
  PROTOCOL: "temporary",
  COMMAND_REFUSED: "temporary",
  // The worker's machine: its disk is full, or its installation is of no use.
  INSTALLATION: "temporary",
  DATABASE_LOCKED: "temporary",
  DATABASE_CREATE: "temporary",
  DATABASE_READ: "temporary",
  // The version before is taken out the next time.
  STATE_DAMAGED: "temporary",
  AUTH_FAILED: "credentials",
  AUTH_NO_MECHANISM: "credentials",
  AUTH_UNSAFE: "credentials",
  CREDENTIALS: "credentials",
  USAGE: "data",
  CONFIG_INVALID: "data",
  CONFIG_UNSAFE: "data",
  DATABASE_VERSION: "data",
  DATABASE_UPGRADE: "data",
  OTHER_ACCOUNTS: "data",
  DELIMITER_MISMATCH: "data",
  BUG: "defect",
};

/** What can be done about an end, behind what is said of it. */
export const pairHints: Readonly<Record<string, string>> = {
  MASS_DELETION: "; to delete them on the other server, too: interimap-fleet retry --allow-mass-delete ACCOUNT",
};

interface PairFacts {
  readonly everySeconds: number | undefined;
  readonly elapsedSeconds: number;
  readonly failures: number;
}

interface Retrying {
  readonly words: string;
  readonly rules: { readonly firstSeconds: number; readonly longestSeconds: number; readonly luck: number };
}

interface PairTurn {
  readonly reason: string | undefined;
  readonly failures: number;
  readonly afterSeconds: number;
}

/** A pair that is kept in step is never given up for what may pass: its lag shows how long that takes. */
export function nextTurn(
  kind: "done" | "partial" | "temporary",
  { everySeconds = 0, elapsedSeconds, failures: before }: PairFacts,
  { words, rules }: Retrying,
): PairTurn {
  const rhythm = Math.max(0, everySeconds - elapsedSeconds);
  if (kind === "done") return { reason: undefined, failures: 0, afterSeconds: rhythm };
  const failures = before + 1;
  if (kind === "partial") return { reason: words, failures, afterSeconds: rhythm };
  const doubled = rules.firstSeconds * 2 ** Math.min(failures - 1, 30);
  const backOff = Math.min(rules.longestSeconds, doubled) * (0.8 + 0.4 * rules.luck);
  return { reason: words, failures, afterSeconds: backOff };
}
