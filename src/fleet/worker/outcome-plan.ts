// What becomes of an account after a run: whether it is done, goes on at once, waits, or needs somebody.

import type { JobEnd } from "../../job/run-job.ts";
import { exitCode } from "../../model/exit-code.ts";
import type { Phase } from "../accounts/account.ts";
import type { Status } from "../accounts/stored-account.ts";
import { nextTurn, pairHints, pairKinds } from "./pair-outcome-plan.ts";

export type OutcomeKind =
  | "done"
  /** There is more to do; the time or the octets of one run are used up. */
  | "unfinished"
  /** We ended it. */
  | "interrupted"
  | "temporary"
  | "throttled"
  /** Of messages or folders, some could not be copied. */
  | "partial"
  | "credentials"
  | "data"
  | "defect";

export interface Outcome {
  readonly kind: OutcomeKind;
  readonly status: Status;
  /** For people; undefined: nothing is wrong. */
  readonly reason: string | undefined;
  readonly phase: Phase;
  readonly failures: number;
  /** When it is its turn again; undefined: not by itself. */
  readonly afterSeconds: number | undefined;
  /** What one account was told holds for all of the groups. */
  readonly pause: { readonly groups: readonly string[]; readonly seconds: number; readonly reason: string } | undefined;
}

export interface RunFacts {
  readonly end: JobEnd;
  readonly phase: Phase;
  readonly everySeconds: number | undefined;
  /** Since it began. */
  readonly elapsedSeconds: number;
  /** Why what the engine remembers cannot be kept, if so. */
  readonly unkept: string | undefined;
  /** Before this run. */
  readonly failures: number;
  readonly copied: number;
  /** Whether we asked it to end. */
  readonly wasStopped: boolean;
  /** How long a server wants to be left alone, and the groups in which its accounts are. */
  readonly wait: { readonly groups: readonly string[]; readonly seconds: number } | undefined;
  /** Of a verification: messages that are not as they should be. */
  readonly differences: number;
}

export interface RetryRules {
  readonly firstSeconds: number;
  readonly longestSeconds: number;
  /** From 0 to 1: many accounts that failed together do not come back together. */
  readonly luck: number;
}

const mostFailures: Partial<Readonly<Record<OutcomeKind, number>>> = {
  ...{ unfinished: 10, temporary: 10, throttled: 50, partial: 3 },
};

/** What imapsync's exit codes mean for a fleet. All others are of messages and folders. */
const kinds: Readonly<Record<string, OutcomeKind>> = {
  EX_OK: "done",
  EXIT_BY_SIGNAL: "unfinished",
  EXIT_TRANSFER_EXCEEDED: "unfinished",
  EXIT_CONNECTION_FAILURE: "temporary",
  EXIT_CONNECTION_FAILURE_HOST1: "temporary",
  EXIT_CONNECTION_FAILURE_HOST2: "temporary",
  EXIT_TLS_FAILURE: "temporary",
  EX_UNAVAILABLE: "temporary",
  EX_TEMPFAIL: "temporary",
  EX_IOERR: "temporary",
  EX_CANTCREAT: "temporary",
  EXIT_AUTHENTICATION_FAILURE: "credentials",
  EXIT_AUTHENTICATION_FAILURE_USER1: "credentials",
  EXIT_AUTHENTICATION_FAILURE_USER2: "credentials",
  EX_USAGE: "data",
  EX_DATAERR: "data",
  EX_NOINPUT: "data",
  EXIT_SUBFOLDER1_NO_EXISTS: "data",
  EXIT_OVERQUOTA: "data",
  EX_SOFTWARE: "defect",
};

export function outcomeOf(facts: RunFacts, rules: RetryRules): Outcome {
  const kind = kindOf(facts);
  const words = facts.unkept ?? wordsOf(facts.end);
  const { phase } = facts;
  const usual = { kind, phase, failures: 0, reason: undefined, pause: undefined } as const;
  const isKeptInStep = phase === "sync";
  if (isKeptInStep && (kind === "done" || kind === "partial" || kind === "temporary"))
    return { kind, phase, status: "waiting", pause: undefined, ...nextTurn(kind, facts, { words, rules }) };
  switch (kind) {
    case "done":
      return doneOutcome(facts);
    case "unfinished":
      // What takes longer than a run may last does not get on, however often it is begun.
      if (facts.copied === 0) return againLater(kind, facts, rules);
      return { ...usual, status: "waiting", afterSeconds: 0 };
    case "interrupted":
      return { ...usual, status: "waiting", failures: facts.failures, afterSeconds: 0 };
    case "temporary":
    case "throttled":
    case "partial":
      return againLater(kind, facts, rules);
    case "credentials":
      return { ...usual, status: "stopped", reason: words, afterSeconds: undefined };
    case "data":
      return { ...usual, status: "quarantined", reason: words, afterSeconds: undefined };
    case "defect":
      return { ...usual, status: "dead", reason: words, afterSeconds: undefined };
  }
}

function kindOf({ end, wasStopped, wait, unkept }: RunFacts): OutcomeKind {
  if (unkept !== undefined) return "data";
  if (end.how === "crash") {
    if (wasStopped) return "interrupted";
    // It left by itself, since its lease was over, for instance where the machine slept.
    if (end.exitCode === exitCode.tempFail) return "temporary";
    // Of a kernel without memory, for instance: our processes are the first to go.
    return end.signal === "SIGKILL" || end.signal === "SIGTERM" ? "temporary" : "defect";
  }
  const kind = kinds[end.result.exitName] ?? pairKinds[end.result.exitName] ?? "partial";
  if (kind === "unfinished" && wasStopped) return "interrupted";
  const isTrouble = kind === "temporary" || kind === "credentials" || kind === "partial";
  return isTrouble && wait !== undefined ? "throttled" : kind;
}

function doneOutcome({ phase, everySeconds, differences }: RunFacts): Outcome {
  const usual = { kind: "done", failures: 0, pause: undefined } as const;
  if (phase === "verify" && differences > 0) {
    const reason = `verification: ${String(differences)} ${differences === 1 ? "message differs" : "messages differ"}`;
    return { ...usual, kind: "data", phase, status: "quarantined", reason, afterSeconds: undefined };
  }
  const isRepeated = everySeconds !== undefined && (phase === "bulk" || phase === "pass");
  return {
    ...{ ...usual, reason: undefined, status: isRepeated ? "waiting" : "done" },
    ...{ phase: isRepeated ? "pass" : phase, afterSeconds: isRepeated ? everySeconds : undefined },
  };
}

function againLater(
  kind: "unfinished" | "temporary" | "throttled" | "partial",
  facts: RunFacts,
  rules: RetryRules,
): Outcome {
  const { phase, copied, wait } = facts;
  const failures = copied > 0 ? 1 : facts.failures + 1;
  const words = wordsOf(facts.end);
  const most = mostFailures[kind]!;
  const pause =
    kind === "throttled" && wait !== undefined
      ? { groups: wait.groups, seconds: wait.seconds, reason: words }
      : undefined;
  if (failures > most) {
    const reason = `given up after ${String(failures)} attempts: ${words}`;
    return { kind, phase, failures, pause, status: "quarantined", reason, afterSeconds: undefined };
  }
  const backOff = Math.min(rules.longestSeconds, rules.firstSeconds * 2 ** (failures - 1)) * (0.8 + 0.4 * rules.luck);
  const afterSeconds = kind === "throttled" ? (wait?.seconds ?? 0) : backOff;
  return { kind, phase, failures, pause, status: "waiting", reason: words, afterSeconds };
}

function wordsOf(end: JobEnd): string {
  if (end.how === "by itself") return end.result.sentence + (pairHints[end.result.exitName] ?? "");
  const how = end.signal === undefined ? `exit code ${String(end.exitCode)}` : end.signal;
  return `the process of the run ended with ${how}${end.words === "" ? "" : `: ${end.words.split("\n").at(-1) ?? ""}`}`;
}
