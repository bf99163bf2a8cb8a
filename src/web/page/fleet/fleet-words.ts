// Words and addresses of the page of a fleet. Pure.

import type { FleetStatus } from "../../../fleet/report/gather-status.ts";
import type { FleetAccount, FleetFilter, FleetPair } from "../props.ts";
import { count, percent, roughly, share, size, utc } from "../words/figures.ts";

/** The query of the page with this filter. */
export function backQuery(filter: FleetFilter): string {
  return new URLSearchParams(Object.entries(filter).filter(([, value]) => value !== "")).toString();
}

/** `about 3 hours, until 2026-11-30 14:05 UTC`. */
export function endInWords({ secondsLeft, time, accounts }: FleetStatus): string {
  if (accounts.waiting === 0) return "nothing waits";
  if (secondsLeft === undefined) return "not known: nothing was done lately";
  return `in about ${roughly(secondsLeft)}, ${utc(new Date(Date.parse(time) + secondsLeft * 1000).toISOString())}`;
}

/** How far the run is that is on: `45 %, 3.4 MB/s`. */
export function progressInWords({ messagesDone, messagesTotal, rate }: FleetAccount): string {
  const part = messagesDone === null ? undefined : share(messagesDone, messagesTotal ?? undefined);
  return [...(part === undefined ? [] : [percent(part)]), ...(rate === null ? [] : [`${size(rate)}/s`])].join(", ");
}

export function pauseInWords(until: string | undefined): string {
  if (until === undefined) return "";
  return until === "infinity" ? "until it is resumed" : `until ${utc(until)}`;
}

/** What can be done about an account. */
export function actsOn(status: string): readonly ("retry" | "pause" | "resume")[] {
  if (status === "paused") return ["resume"];
  if (status === "done") return [];
  return status === "waiting" ? ["retry", "pause"] : ["retry"];
}

export const actWords: Readonly<Record<"retry" | "pause" | "resume", string>> = {
  retry: "Retry",
  pause: "Pause",
  resume: "Resume",
};

/** By the same measure as `interimap-fleet status`. */
export function isInStep({ lagSeconds, everySeconds }: FleetPair): boolean {
  return lagSeconds !== null && lagSeconds <= 2 * everySeconds;
}

export function stepInWords(pair: FleetPair): string {
  if (pair.lagSeconds === null) return "not in step yet";
  return `${isInStep(pair) ? "in step" : "out of step"}, lag ${roughly(pair.lagSeconds)}`;
}

export function runsInWords({ lastSeconds, nextSeconds }: FleetPair, isRunning: boolean): string {
  const last = lastSeconds === null ? "no run yet" : `last run ${roughly(lastSeconds)} ago`;
  if (isRunning) return `${last}, one is on`;
  if (nextSeconds === null) return `${last}, no next one`;
  return `${last}, next ${nextSeconds === 0 ? "as soon as there is room" : `in ${roughly(nextSeconds)}`}`;
}

/** Undefined: there are none. */
export function pairsInWords({ pairs }: FleetStatus): string | undefined {
  if (pairs === undefined) return undefined;
  const { total, never, late, lagSeconds } = pairs;
  const lag =
    lagSeconds === undefined
      ? ""
      : `; lag ${roughly(lagSeconds.median)} in the median, at most ${roughly(lagSeconds.most)}`;
  return `${count(total - never - late)} of ${count(total)} in step${lag}`;
}
