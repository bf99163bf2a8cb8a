// The status as people read it: a head, the mailboxes, and a table each of what was skipped, refused or waits.

import { longestShown } from "../model/mailbox-name.ts";
import { sides } from "../model/side.ts";
import type { Detection } from "../model/watch-state.ts";
import { duration } from "../util/duration.ts";
import { humanBytes } from "../util/human-bytes.ts";
import { cut, printable } from "../util/printable.ts";
import type { DaemonStatus, FailureStatus, LinkStatus, MailboxStatus, StatusDocument } from "./status-document.ts";
import { displayWidth, padEnd, textTable } from "./text-table.ts";
import { timeAndDistance } from "./times.ts";
import { findings, verdictText } from "./verdict.ts";

/** Ends with a line break. Times are local, and counted from when the document was made. */
export function statusText(status: StatusDocument): string {
  const when = (at: string): string => timeAndDistance(new Date(at), new Date(status.at));
  const next = (at: string): string =>
    Date.parse(at) > Date.parse(status.at) ? when(at) : status.daemon === null ? "next run" : "next check";
  return [
    head(status, when),
    mailboxTable(status, when),
    skippedTable(status),
    refusedTable(status, next),
    waitingTable(status, when, next),
    changesTable(status, next),
  ]
    .filter((block) => block.length > 0)
    .map((block) => block.join("\n") + "\n")
    .join("\n");
}

type When = (at: string) => string;

function head(status: StatusDocument, when: When): string[] {
  const { daemon, run, database, lastLook, lastFailure = null } = status;
  const lines: [string, string][] = [
    ["Database", printable(database.path)],
    ["State", verdictText(findings(status))],
    ["Daemon", daemon === null ? "not running" : `process ${daemon.pid} since ${when(daemon.startedAt)}`],
  ];
  if (run !== null) lines.push(["Run", `in progress, process ${run.pid} since ${when(run.startedAt)}`]);
  if (daemon !== null) {
    lines.push(["Activity", daemon.activity]);
    for (const side of sides) lines.push([side === "local" ? "Local" : "Remote", link(daemon.sides[side], when)]);
  }
  if (lastLook !== null) {
    const skipped = lastLook.skipped === 0 ? "nothing skipped" : `${lastLook.skipped} skipped`;
    lines.push(["Last full check", `${when(lastLook.at)}, took ${duration(lastLook.durationMs)}, ${skipped}`]);
  }
  if (lastFailure !== null) lines.push(["Last failure", `${when(lastFailure.at)}: ${placed(lastFailure)}`]);
  if (daemon !== null) lines.push(["Next full check", nextFullCheck(daemon, when)]);
  const width = Math.max(...lines.map(([title]) => displayWidth(title)));
  return [...lines.map(([title, text]) => `${padEnd(title, width)}  ${text}`), ...remark(status)];
}

function placed({ side, message }: FailureStatus): string {
  return `${side === null ? "" : `${side}: `}${printable(message)}`;
}

function remark({ database, mailboxes }: StatusDocument): string[] {
  switch (database.state) {
    case "missing":
      return ["", "There is no database yet: nothing has been synchronised."];
    case "outdated":
      return ["", "The database is of an older version. The next run upgrades it; then its mailboxes are shown here."];
    case "current":
      return mailboxes.length === 0 ? ["", "No mailbox has been synchronised yet."] : [];
  }
}

function link({ state, since, retryAt, reason, attention, connections }: LinkStatus, when: When): string {
  const why = reason === null ? "" : `: ${printable(reason)}`;
  switch (state) {
    case "connected":
      return `connected since ${when(since)}${attention === null ? "" : `; ${noticing[attention]}`}`;
    case "connecting":
      return `${connections === 0 ? "connecting" : "connecting again, not connected"} since ${when(since)}${why}`;
    case "waiting":
      return `not connected since ${when(since)}${retryAt === null ? "" : `, next attempt ${when(retryAt)}`}${why}`;
  }
}

const noticing: Readonly<Record<Detection, string>> = {
  notify: "the server reports changes (NOTIFY)",
  idle: "the server reports changes in some mailboxes (IDLE), the others are polled",
  poll: "polling for changes",
};

function nextFullCheck({ nextLookAt }: DaemonStatus, when: When): string {
  return nextLookAt === null ? "after the work in hand" : when(nextLookAt);
}

const noValue = "-";

function nameOf(mailbox: string): string {
  return cut(printable(mailbox), longestShown);
}

function mailboxTable({ mailboxes }: StatusDocument, when: When): string[] {
  if (mailboxes.length === 0) return [];
  const columns = [
    { title: "MAILBOX" },
    { title: "LOCAL", isNumber: true },
    { title: "REMOTE", isNumber: true },
    { title: "REFUSED", isNumber: true },
    { title: "LAST SYNCHRONISED" },
  ];
  const rows = mailboxes.map((mailbox) => [
    nameOf(mailbox.name),
    ...sides.map((side) => (mailbox.messages === null ? noValue : String(mailbox.messages[side]))),
    mailbox.refused === 0 ? noValue : String(mailbox.refused),
    lastSynchronised(mailbox, when),
  ]);
  return textTable(columns, rows);
}

function lastSynchronised({ synchronisedAt, states, unfinished, mapped }: MailboxStatus, when: When): string {
  // states without a time: an earlier version made them
  const known = states.local === null && states.remote === null ? "never" : noValue;
  const soFar = `unfinished, ${mapped} on both sides so far`;
  if (synchronisedAt === null) return unfinished ? soFar : known;
  return when(synchronisedAt) + (unfinished ? `; ${soFar}` : "");
}

function skippedTable({ mailboxesSkipped }: StatusDocument): string[] {
  if (mailboxesSkipped.length === 0) return [];
  const rows = mailboxesSkipped.map(({ mailbox, side, reason }) => [
    ...[mailbox === null ? noValue : nameOf(mailbox), side ?? noValue, printable(reason)],
  ]);
  return textTable([{ title: "SKIPPED" }, { title: "SIDE" }, { title: "REASON" }], rows);
}

function refusedTable({ refused }: StatusDocument, next: When): string[] {
  if (refused.length === 0) return [];
  const columns = [
    { title: "REFUSED IN" },
    { title: "SIDE" },
    { title: "UID", isNumber: true },
    { title: "SIZE", isNumber: true },
    { title: "ATTEMPTS", isNumber: true },
    { title: "NEXT ATTEMPT" },
    { title: "REASON" },
  ];
  const rows = refused.map(({ mailbox, side, uid, size, attempts, nextAttemptAt, reason }) => [
    ...[nameOf(mailbox), side, String(uid), humanBytes(size), String(attempts)],
    ...[next(nextAttemptAt), printable(reason)],
  ]);
  return textTable(columns, rows);
}

function waitingTable({ waiting }: StatusDocument, when: When, next: When): string[] {
  if (waiting.length === 0) return [];
  const columns = [
    { title: "NOT COPIED FOR NOW FROM" },
    { title: "SIDE" },
    { title: "SINCE" },
    { title: "ATTEMPTS", isNumber: true },
    { title: "NEXT ATTEMPT" },
    { title: "REASON" },
  ];
  const rows = waiting.map(({ mailbox, side, since, attempts, nextAttemptAt, reason }) => [
    ...[nameOf(mailbox), side, when(since), String(attempts), next(nextAttemptAt), printable(reason)],
  ]);
  return textTable(columns, rows);
}

const longestSet = 30;

function changesTable({ refusedChanges }: StatusDocument, next: When): string[] {
  if (refusedChanges.length === 0) return [];
  const columns = [
    { title: "CHANGE REFUSED IN" },
    { title: "SIDE" },
    { title: "CHANGE" },
    { title: "MESSAGES", isNumber: true },
    { title: "UID" },
    { title: "ATTEMPTS", isNumber: true },
    { title: "NEXT ATTEMPT" },
    { title: "REASON" },
  ];
  const rows = refusedChanges.map(({ mailbox, side, change, uids, messages, attempts, nextAttemptAt, reason }) => [
    ...[nameOf(mailbox), side, change, String(messages), cut(uids, longestSet), String(attempts)],
    ...[next(nextAttemptAt), printable(reason)],
  ]);
  return textTable(columns, rows);
}
