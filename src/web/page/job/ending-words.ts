// At the end: what came of it, and what to do now. Pure.

import type { HostFailure, JobResult } from "../../../job/job-message.ts";
import { counted } from "../words/figures.ts";
import type { JobState } from "./job-state.ts";
import { runKind } from "./run-kind.ts";

export interface Ending {
  readonly kind: "good" | "fair" | "bad";
  /** One, or one for each of two servers. */
  readonly statements: readonly Statement[];
  /** What to do now. */
  readonly advice: string;
}

export interface Statement {
  readonly sentence: string;
  /** What the log says of it, where that is more than the sentence does. */
  readonly detail?: string;
}

export function ending(state: JobState): Ending {
  const { status, leftCount } = state;
  const sentence = status.result?.sentence ?? "";
  if (state.certificates.length > 0 && status.state === "failed") {
    return {
      kind: "bad",
      statements: [{ sentence: "Nothing was copied: a server could not prove that it is the right one." }],
      advice:
        "Compare what it showed, below, with what your provider says. If they agree, go on with exactly this key.",
    };
  }
  switch (status.state) {
    case "done":
      return leftCount === 0
        ? {
            kind: "good",
            statements: [{ sentence: or(sentence, "All went well.") }],
            advice: runKind(state.options)?.advice ?? usualAdvice,
          }
        : {
            kind: "fair",
            statements: [{ sentence: or(sentence, "The run is complete.") }],
            advice: leftAdvice(leftCount),
          };
    case "failed": {
      const { exitName = "", failures = [{ exitName, sentence }] } = status.result ?? {};
      const advice = leftCount > 0 ? leftAdvice(leftCount) : adviceFor(failures);
      return { kind: "bad", statements: failures.map(statement), advice };
    }
    case "aborted":
      return {
        kind: "fair",
        statements: [{ sentence: "The run was stopped." }],
        advice: "What was copied stays. Resync to go on from there.",
      };
    case "interrupted":
      return {
        kind: "fair",
        statements: [{ sentence: "The run was interrupted, because the server of this page was restarted." }],
        advice: "What was copied stays.",
      };
    case "queued":
    case "running":
      return { kind: "good", statements: [], advice: "" };
  }
}

const usualAdvice = "Look into your new mailbox. To copy what arrives meanwhile, resync at any time.";

function or(sentence: string, otherwise: string): string {
  return sentence === "" ? otherwise : sentence;
}

function leftAdvice(leftCount: number): string {
  return `${counted(leftCount, "message")} ${leftCount === 1 ? "was" : "were"} not copied: the list below says why. Resync to try them again; the others are not copied twice.`;
}

type Failure = Pick<JobResult, "exitName" | "sentence"> & Partial<Pick<HostFailure, "host">>;

function statement({ exitName, sentence, host }: Failure): Statement {
  const plain = failedSentence(exitName, host);
  if (plain === undefined || sentence === "")
    return { sentence: withoutOptions(or(sentence, plain ?? "The run ended with problems.")) };
  return { sentence: plain, detail: withoutOptions(withoutBeginning(sentence)) };
}

/** Of what most people meet: what imapsync says is written for who runs it. By its names of its exit codes. */
function failedSentence(exitName: string, host: HostFailure["host"] | undefined): string | undefined {
  switch (exitName) {
    case "EXIT_AUTHENTICATION_FAILURE_USER1":
      return "The server of the source does not accept this login and password.";
    case "EXIT_AUTHENTICATION_FAILURE_USER2":
      return "The server of the destination does not accept this login and password.";
    case "EXIT_CONNECTION_FAILURE_HOST1":
      return "The server of the source cannot be reached.";
    case "EXIT_CONNECTION_FAILURE_HOST2":
      return "The server of the destination cannot be reached.";
    case "EXIT_CONNECTION_FAILURE":
      return host === undefined ? undefined : `The server of the ${sides[host]} broke off while it was logged in to.`;
    case "EXIT_TLS_FAILURE":
      return host === undefined ? undefined : `There is no secure connection to the server of the ${sides[host]}.`;
    default:
      return undefined;
  }
}

const sides: Readonly<Record<HostFailure["host"], string>> = { 1: "source", 2: "destination" };

/** `Host1 failure: can not log in on host1 [imap.example.org] with user [alice]: it said no` → `it said no` */
function withoutBeginning(sentence: string): string {
  return sentence.replace(/^Host[12] failure: can not [^[]*\[[^\]]*\] with user \[[^\]]*\]: /, "");
}

/** Without what only those can do who run imapsync themselves: `no greeting; check the port, or raise --timeout1; try --ssl1`. */
function withoutOptions(sentence: string): string {
  const [what = "", ...hints] = sentence
    .replace(/ TLS needs --ssl[12]\b/, " TLS is entered as imaps://HOST:PORT")
    .split("; ");
  const possible = hints
    .map((hint) => hint.replace(/(?:^|,? or )[^,]*--[a-z].*$/, ""))
    .filter((hint) => !/^$|--[a-z]/.test(hint));
  return [what, ...possible].join("; ");
}

/** What to check comes first; what may be behind it is said once. */
function adviceFor(failures: readonly Failure[]): string {
  const advice = failures.map((failure) => failedAdvice(failure));
  return [...new Set([...advice.map(([check]) => check), ...advice.flatMap(([, ...more]) => more)])].join(" ");
}

/** Sentences. By imapsync's names of its exit codes. */
function failedAdvice({ exitName, host }: Failure): readonly [string, ...string[]] {
  switch (exitName) {
    case "EXIT_AUTHENTICATION_FAILURE":
    case "EXIT_AUTHENTICATION_FAILURE_USER1":
    case "EXIT_AUTHENTICATION_FAILURE_USER2": {
      const side = host ?? (exitName.endsWith("2") ? 2 : 1);
      return [
        `Check login and password of the ${sides[side]}.`,
        "Many providers want an app password, or IMAP to be switched on in their settings.",
      ];
    }
    case "EXIT_CONNECTION_FAILURE":
      return host === undefined
        ? ["A server could not be reached any more: the log says which. Resync to go on: nothing is copied twice."]
        : ["Try again in a while."];
    case "EXIT_CONNECTION_FAILURE_HOST1":
    case "EXIT_CONNECTION_FAILURE_HOST2": {
      const side = host ?? (exitName.endsWith("2") ? 2 : 1);
      return [`Check the name of the ${sides[side]}'s server.`];
    }
    case "EXIT_TLS_FAILURE":
      return [
        host === undefined ? "Check the names of the servers." : `Check the name of the ${sides[host]}'s server.`,
        "Its provider can tell you which name is for secure connections.",
      ];
    case "EXIT_OVERQUOTA":
      return ["The destination is full. Make room there, and resync: it goes on where it ended."];
    case "EXIT_TRANSFER_EXCEEDED":
      return ["One run copies so much and no more. Resync to go on: it begins where this one ended."];
    default:
      return ["The log says what happened. Resync to go on: what was copied stays."];
  }
}
