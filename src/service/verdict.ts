// Whether both sides are in step, in a word and an exit code, for whoever watches over it: monitors, containers, people in a hurry.

import { type ExitCode, exitCode } from "../model/exit-code.ts";
import { sides } from "../model/side.ts";
import { counted } from "../util/counted.ts";
import { duration } from "../util/duration.ts";
import { printable } from "../util/printable.ts";
import { sum } from "../util/sum.ts";
import type { StatusDocument } from "./status-document.ts";

/** `left-out`: all is done but for what was skipped or refused, or waits. The worst one last. */
export type Verdict = "in-step" | "left-out" | "behind" | "not-connected";

export interface Finding {
  readonly verdict: Exclude<Verdict, "in-step">;
  /** A process is at work on it, and can be expected to settle it. */
  readonly isAtWork?: boolean;
  readonly text: string;
  /** Words of a server or of the system. */
  readonly why?: string;
}

/** Without a long-running process: mail that nobody looks for is not in step. Once a day is a schedule, and may be late. */
const oldMs = 25 * 60 * 60_000;

/** A check that is due may have to wait for the work at hand. */
const overdueMs = 10 * 60_000;

/** What there is to say, the worst first. */
export function findings(status: StatusDocument): readonly Finding[] {
  return [...unconnected(status), ...behind(status), ...leftOut(status)];
}

export function verdictOf([worst]: readonly Finding[]): Verdict {
  return worst?.verdict ?? "in-step";
}

/** Of --status. */
export function exitCodeOf(verdict: Verdict): ExitCode {
  switch (verdict) {
    case "in-step":
      return exitCode.done;
    case "left-out":
      return exitCode.partial;
    case "behind":
      return exitCode.behind;
    case "not-connected":
      return exitCode.notConnected;
  }
}

/** `in step`, or `behind: the last full check is 3 d old; left out: 2 messages refused`. */
export function verdictText(found: readonly Finding[]): string {
  if (found.length === 0) return "in step";
  const names = [...new Set(found.map(({ verdict }) => verdict))];
  return names
    .map((name) => {
      const texts = found.filter(({ verdict }) => verdict === name).map(({ text }) => text);
      return `${name.replace("-", " ")}: ${texts.join(", ")}`;
    })
    .join("; ");
}

function unconnected({ at, daemon }: StatusDocument): Finding[] {
  if (daemon === null) return [];
  return sides
    .filter((side) => daemon.sides[side].state !== "connected")
    .map((side) => {
      const { since, reason } = daemon.sides[side];
      const text = `no connection to the ${side} server for ${duration(ageMs(since, at))}`;
      return { verdict: "not-connected", text, ...(reason !== null && { why: printable(reason) }) };
    });
}

function behind({ at, database, daemon, run, lastLook, lastFailure = null, mailboxes }: StatusDocument): Finding[] {
  const finding = (text: string, isAtWork = false): Finding[] => [{ verdict: "behind", isAtWork, text }];
  if (daemon !== null) {
    if (daemon.looks === 0) return finding("the first full check has not finished yet", true);
    const dueMs = daemon.nextLookAt === null ? 0 : ageMs(daemon.nextLookAt, at);
    return dueMs > overdueMs ? finding(`the next full check is overdue by ${duration(dueMs)}`) : [];
  }
  if (run !== null) return lastLook === null ? finding("the first run has not finished yet", true) : [];
  // It is forgotten when a full check has ended.
  if (lastFailure !== null)
    return [
      { verdict: "behind", text: `the last run failed (${lastFailure.code})`, why: printable(lastFailure.message) },
    ];
  if (database.state === "missing") return finding("nothing has been synchronised yet");
  if (database.state === "outdated") return finding("no run has upgraded the database yet");
  if (lastLook === null) return finding("no full check is recorded");
  const unfinished = mailboxes.filter((mailbox) => mailbox.unfinished).length;
  const oldness = ageMs(lastLook.at, at);
  return [
    ...(oldness > oldMs ? finding(`the last full check was ${duration(oldness)} ago`) : []),
    ...(unfinished > 0 ? finding(`${counted(unfinished, "mailbox", "mailboxes")} unfinished`) : []),
  ];
}

function leftOut({ lastLook, mailboxesSkipped, refused, waiting, refusedChanges }: StatusDocument): Finding[] {
  const changes = sum(refusedChanges.map(({ messages }) => messages));
  const texts = [
    ...(mailboxesSkipped.length > 0 ? [`${counted(mailboxesSkipped.length, "mailbox", "mailboxes")} skipped`] : []),
    ...(refused.length > 0 ? [`${counted(refused.length, "message")} refused`] : []),
    ...(waiting.length > 0 ? [`new messages of ${counted(waiting.length, "mailbox", "mailboxes")} wait`] : []),
    ...(changes > 0 ? [`changes of ${counted(changes, "message")} refused`] : []),
  ];
  if (texts.length === 0 && lastLook !== null && lastLook.skipped > 0)
    texts.push(`${lastLook.skipped} skipped in the last full check`);
  return texts.map((text) => ({ verdict: "left-out", text }));
}

function ageMs(time: string, at: string): number {
  return Math.max(0, Date.parse(at) - Date.parse(time));
}
