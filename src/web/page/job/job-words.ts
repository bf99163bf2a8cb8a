// A job's state in words. Pure.

import type { JobProgress } from "../../../job/job-message.ts";
import type { JobState as StateName } from "../../api.ts";
import { count, percent, roughly, share, size } from "../words/figures.ts";
import type { JobState } from "./job-state.ts";
import { runKind } from "./run-kind.ts";

const phases: Readonly<Record<JobProgress["phase"], string>> = {
  connecting: "Logging in to both mailboxes",
  listing: "Looking at the folders",
  sizing: "Counting the messages",
  copying: "Copying your mail",
  finishing: "Finishing",
};

const states: Readonly<Record<Exclude<StateName, "running" | "queued">, string>> = {
  done: "Done",
  failed: "Ended with problems",
  aborted: "Stopped",
  interrupted: "Interrupted",
};

/** The headline: `Copying your mail`. */
export function stateInWords({ status, progress, leftCount, options }: JobState): string {
  if (status.state === "queued") {
    return status.position === undefined ? "Waiting for its turn" : `Waiting for its turn: number ${status.position}`;
  }
  if (status.state === "running") {
    if (status.isStopping) return "Stopping";
    if (progress === undefined) return "Starting";
    return (progress.phase === "copying" ? runKind(options)?.doing : undefined) ?? phases[progress.phase];
  }
  if (status.state === "done" && leftCount > 0) return "Done, with something left";
  return states[status.state];
}

/** How far it is, from 0 to 1; by octets, which say more of the time than messages do. Undefined: nobody knows yet. */
export function shareDone({ status, progress }: JobState): number | undefined {
  if (status.state === "done") return 1;
  if (progress === undefined || status.state === "queued") return undefined;
  if (progress.phase === "connecting" || progress.phase === "listing") return undefined;
  return (
    (progress.octetsTotal === 0 ? undefined : share(progress.octetsDone, progress.octetsTotal)) ??
    share(progress.messagesDone, progress.messagesTotal)
  );
}

/** `1,200 of 5,000`. */
export function messagesInWords({ messagesDone, messagesTotal }: JobProgress): string {
  return messagesTotal === undefined ? count(messagesDone) : `${count(messagesDone)} of ${count(messagesTotal)}`;
}

/** `3.4 MB of 12 GB`. */
export function octetsInWords({ octetsDone, octetsTotal }: JobProgress): string {
  return octetsTotal === undefined ? size(octetsDone) : `${size(octetsDone)} of ${size(octetsTotal)}`;
}

/** Of the tab: `42 % · Copying your mail`. */
export function titleInWords(state: JobState): string {
  const done = state.status.state === "running" ? shareDone(state) : undefined;
  const words = stateInWords(state);
  return `${done === undefined ? words : `${percent(done)} · ${words}`} – imapsync`;
}

/** Where the server could not write all of the log. */
export function gapInWords({ status }: JobState): string {
  return status.state === "queued" || status.state === "running"
    ? "The server of this page could not write all of the log. The copy itself goes on."
    : "The server of this page could not write all of the log. That did not disturb the copy itself.";
}

/** For those who listen: all of it in a sentence or two. */
export function spokenState(state: JobState): string {
  const done = shareDone(state);
  const { progress, status } = state;
  const parts = [stateInWords(state)];
  if (status.state === "running" && done !== undefined && progress !== undefined) {
    parts.push(percent(done), `${messagesInWords(progress)} messages`);
    if (progress.secondsLeft !== undefined) parts.push(`about ${roughly(progress.secondsLeft)} left`);
  }
  return `${parts.join(", ")}.`;
}
