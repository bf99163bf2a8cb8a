// The history of a job on the disk: a line for each event, whose number in the file is the event's id.

import type { LeftMessage, RefusedCertificate } from "../../job/job-message.ts";
import type { JobStatus } from "../api.ts";

export interface HistoryEvents {
  readonly state: JobStatus;
  readonly lines: { readonly first: number; readonly lines: readonly string[] };
  readonly left: LeftMessage;
  readonly certificate: RefusedCertificate;
}

export type HistoryEventName = keyof HistoryEvents;

export interface HistoryEntry {
  /** From 1. */
  readonly id: number;
  readonly event: HistoryEventName;
  /** JSON. */
  readonly data: string;
}

/** With its line break. JSON has none in it. */
export function entryLine(event: HistoryEventName, data: string): string {
  return `${event} ${data}\n`;
}

/** Undefined: it is none. After a loss of power, a file may have zeros where something was written. */
export function readEntry(line: string, id: number): HistoryEntry | undefined {
  const end = line.indexOf(" ");
  const event = line.slice(0, end);
  const data = line.slice(end + 1);
  return isEventName(event) && /^\{[^\0]*\}$/.test(data) ? { id, event, data } : undefined;
}

const names: Readonly<Record<HistoryEventName, true>> = { state: true, lines: true, left: true, certificate: true };

function isEventName(text: string): text is HistoryEventName {
  return Object.hasOwn(names, text);
}
