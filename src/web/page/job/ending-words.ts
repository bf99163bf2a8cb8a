// At the end: what came of it, and what to do now. Pure.

import { counted } from "../words/figures.ts";
import type { JobState } from "./job-state.ts";
import { runKind } from "./run-kind.ts";

export interface Ending {
  readonly kind: "good" | "fair" | "bad";
  readonly sentence: string;
  /** What the log says of it, where that is more than the sentence does. */
  readonly detail?: string;
  /** What to do now. */
  readonly advice: string;
}

export function ending(state: JobState): Ending {
  const { status, leftCount } = state;
  const sentence = status.result?.sentence ?? "";
  if (state.certificates.length > 0 && status.state === "failed") {
    return {
      kind: "bad",
      sentence: "Nothing was copied: a server could not prove that it is the right one.",
      advice:
        "Compare what it showed, below, with what your provider says. If they agree, go on with exactly this key.",
    };
  }
  switch (status.state) {
    case "done":
      return leftCount === 0
        ? {
            kind: "good",
            sentence: or(sentence, "All went well."),
            advice: runKind(state.options)?.advice ?? usualAdvice,
          }
        : { kind: "fair", sentence: or(sentence, "The run is complete."), advice: leftAdvice(leftCount) };
    case "failed": {
      const advice = leftCount > 0 ? leftAdvice(leftCount) : failedAdvice(status.result?.exitName);
      const plain = failedSentence(status.result?.exitName);
      return plain === undefined || sentence === ""
        ? { kind: "bad", sentence: or(sentence, plain ?? "The run ended with problems."), advice }
        : { kind: "bad", sentence: plain, detail: withoutBeginning(sentence), advice };
    }
    case "aborted":
      return {
        kind: "fair",
        sentence: "The run was stopped.",
        advice: "What was copied stays. Resync to go on from there.",
      };
    case "interrupted":
      return {
        kind: "fair",
        sentence: "The run was interrupted, because the server of this page was restarted.",
        advice: "Passwords are not kept, so enter them to go on. What was copied stays.",
      };
    case "queued":
    case "running":
      return { kind: "good", sentence: "", advice: "" };
  }
}

const usualAdvice = "Look into your new mailbox. To copy what arrives meanwhile, resync at any time.";

function or(sentence: string, otherwise: string): string {
  return sentence === "" ? otherwise : sentence;
}

function leftAdvice(leftCount: number): string {
  return `${counted(leftCount, "message")} ${leftCount === 1 ? "was" : "were"} not copied: the list below says why. Resync to try them again; the others are not copied twice.`;
}

/** Of what most people meet: what imapsync says is written for who runs it. By its names of its exit codes. */
function failedSentence(exitName: string | undefined): string | undefined {
  switch (exitName) {
    case "EXIT_AUTHENTICATION_FAILURE_USER1":
      return "The server of the source does not accept this login and password.";
    case "EXIT_AUTHENTICATION_FAILURE_USER2":
      return "The server of the destination does not accept this login and password.";
    case "EXIT_CONNECTION_FAILURE_HOST1":
      return "The server of the source cannot be reached.";
    case "EXIT_CONNECTION_FAILURE_HOST2":
      return "The server of the destination cannot be reached.";
    default:
      return undefined;
  }
}

/** `Host1 failure: can not log in on host1 [imap.example.org] with user [alice]: it said no` → `it said no` */
function withoutBeginning(sentence: string): string {
  return sentence.replace(/^Host[12] failure: can not [^[]*\[[^\]]*\] with user \[[^\]]*\]: /, "");
}

/** By imapsync's names of its exit codes. */
function failedAdvice(exitName: string | undefined): string {
  switch (exitName) {
    case "EXIT_AUTHENTICATION_FAILURE":
    case "EXIT_AUTHENTICATION_FAILURE_USER1":
      return "Check login and password of the source. Many providers want an app password, or IMAP to be switched on in their settings.";
    case "EXIT_AUTHENTICATION_FAILURE_USER2":
      return "Check login and password of the destination. Many providers want an app password, or IMAP to be switched on in their settings.";
    case "EXIT_CONNECTION_FAILURE":
    case "EXIT_CONNECTION_FAILURE_HOST1":
      return "Check the name of the source's server.";
    case "EXIT_CONNECTION_FAILURE_HOST2":
      return "Check the name of the destination's server.";
    case "EXIT_OVERQUOTA":
      return "The destination is full. Make room there, and resync: it goes on where it ended.";
    case "EXIT_TRANSFER_EXCEEDED":
      return "One run copies so much and no more. Resync to go on: it begins where this one ended.";
    default:
      return "The log says what happened. Resync to go on: what was copied stays.";
  }
}
