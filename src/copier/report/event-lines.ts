// The lines that tell of an event.

import { countUids, type UidSet, uidsOf } from "../../model/uid-set.ts";
import { shownUidSet } from "../../model/uid-set-text.ts";
import { printable } from "../../util/printable.ts";
import type { CopyEvent, SkipReason } from "../events.ts";
import { errorLine } from "./final-lines.ts";
import { copiedLine, etaPart, notReally, type Standing } from "./message-lines.ts";
import { bareName, bracketed } from "./shown-name.ts";
import { accountSizeLines, folderSizeLines, sizingLines } from "./size-lines.ts";

export interface Context {
  readonly standing: () => Standing;
  /** With the event. */
  readonly errors: number;
  readonly errorsMax: number;
}

/** Of a dry run there may be as many as there are messages. */
export function linesOf(event: CopyEvent, context: Context): Iterable<string> {
  switch (event.type) {
    case "notice": {
      const host = event.host === undefined ? "" : `Host${event.host}: `;
      return [`${host}${event.isWarning === true ? "warning: " : ""}${printable(event.text)}`];
    }
    case "section":
      return ["", `++++ ${printable(event.title)}`];
    case "alert":
      return [`Host${event.host}: the server says: ${printable(event.text)}`];
    case "error":
    case "message-failed":
      return [errorLine(event.error.text, context.errors, context.errorsMax)];
    case "reconnected":
      return [`Host${event.host}: connected again`];
    case "sizing":
      return sizingLines(event.when);
    case "folder-sized":
      return folderSizeLines(event);
    case "accounts-sized":
      return accountSizeLines({ 1: event.size1, 2: event.size2 });
    case "folders-begun":
      return ["", `++++ Looping on each one of ${event.folders} folders to sync`, ...eta(context)];
    case "folders-done":
      return ["++++ End looping on each folder"];
    case "folder-begun": {
      const [from, to] = [bracketed(event.folder1), bracketed(event.folder2)];
      return [`Folder ${`${event.index}/${event.of}`.padStart(7)} ${from.padEnd(35)} -> ${to}`];
    }
    case "folder-read":
      return readLines(event);
    case "folder-compared":
    case "folder-left":
    case "folder-verified":
    case "logged-in":
    case "certificate-refused":
    case "account-failed":
    case "turned-away":
      return [];
    case "folder-done":
      return eta(context);
    case "folder-created":
    case "folder-deleted":
    case "folder-subscribed":
    case "folder-unsubscribed":
    case "expunged":
      return [`Host${event.host}: ${done[event.type]} folder ${bracketed(event.folder)}${dry(event)}`];
    case "message-copied":
      return [copiedLine(event, context.standing())];
    case "messages-to-copy":
      return toCopyLines(event);
    case "messages-skipped":
      return skippedLines(event);
    case "flags-set": {
      const where = `${bareName(event.folder)}/${shownUidSet(event.uids)}`;
      return [`Host${event.host}: msg ${where} flags set to (${printable(event.flags)})${dry(event)}`];
    }
    case "messages-deleted": {
      const where = `${bareName(event.folder)}/${shownUidSet(event.uids)}`;
      return [`Host${event.host}: msg ${where} deleted, ${whyDeleted[event.why]}${dry(event)}`];
    }
  }
}

const done = {
  "folder-created": "created",
  "folder-deleted": "deleted",
  "folder-subscribed": "subscribed to",
  "folder-unsubscribed": "unsubscribed from",
  expunged: "expunged",
} as const;

const whyDeleted = {
  moved: "it is on host2",
  extra: "it is not on host1",
  duplicate: "it is a duplicate",
} as const;

function dry({ isDry }: { readonly isDry?: boolean }): string {
  return isDry === true ? ` ${notReally}` : "";
}

function eta({ standing }: Context): string[] {
  const line = etaPart(standing());
  return line === "" ? [] : [line];
}

function readLines(event: Extract<CopyEvent, { type: "folder-read" }>): string[] {
  const { messages, selected, duplicates, withoutHeaders } = event;
  const start = `Host${event.host}: folder [${bareName(event.folder)}]`;
  return [
    `${start} has ${messages} messages in total (mentioned by SELECT)`,
    `${start} considering ${selected} messages`,
    `${start} selected ${selected - withoutHeaders - duplicates} messages, duplicates ${duplicates}`,
  ];
}

/** A line for each, as many as there are: this is what a dry run is for. */
function* toCopyLines({ folder1, folder2, uids }: Extract<CopyEvent, { type: "messages-to-copy" }>): Generator<string> {
  const [from, to] = [bareName(folder1), bareName(folder2)];
  for (const uid of uidsOf(uids)) yield `msg ${from}/${uid} copying to ${to} ${notReally}`;
}

/** Messages that host2 has already get no line, and duplicates were counted in another one. */
const silent: readonly SkipReason[] = ["present", "duplicate", "not-selected"];

export const whySkipped: Readonly<Record<SkipReason, string>> = {
  present: "it is on host2",
  duplicate: "it is a duplicate",
  "cross-duplicate": "it is in another folder of host2",
  "no-headers": "it has no header that identifies it; use --addheader to copy it",
  "too-large": "it is too large",
  "too-small": "it is too small",
  "not-selected": "it is not selected",
  skipmess: "--skipmess matches",
  "long-lines": "it has a line longer than --maxlinelength",
  "short-lines": "it has no line longer than --minmaxlinelength",
  vanished: "it has gone from host1",
};

function skippedLines(event: Extract<CopyEvent, { type: "messages-skipped" }>): string[] {
  if (silent.includes(event.reason)) return [];
  const detail = event.detail === undefined ? "" : ` (${printable(event.detail)})`;
  const why = `skipped, ${whySkipped[event.reason]}${detail}`;
  return [`msg ${bareName(event.folder1)}/${skippedSet(event.uids, event.octets)} ${why}`];
}

function skippedSet(uids: UidSet, octets: number): string {
  return countUids(uids) === 1 ? `${shownUidSet(uids)} {${octets}}` : shownUidSet(uids);
}
