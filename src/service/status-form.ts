// Checks the form of a status document that comes from a socket: any program may listen there, of another version or
// another user.

import type { PerSide } from "../model/side.ts";
import type {
  DaemonStatus,
  FailureStatus,
  LinkStatus,
  LookStatus,
  MailboxStatus,
  RefusedChangeStatus,
  RefusedStatus,
  RunStatus,
  SkippedStatus,
  StateStatus,
  StatusDocument,
  WaitingStatus,
} from "./status-document.ts";

/** Whether a value is of the form. */
type Form<T> = (value: unknown) => value is T;

/**
 * What an answer says, without what this version does not know of; undefined when it is not of the documented form.
 */
export function parseStatus(answer: string): StatusDocument | undefined {
  return parse(answer, isStatus);
}

function parse<T>(text: string, is: Form<T>): T | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return is(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The outcome of the last full check. */
export type Look = { readonly lastLook: LookStatus } & Pick<StatusDocument, "mailboxesSkipped">;

/** As {@link parseStatus}, of what {@link Look} has. */
export function parseLook(text: string): Look | undefined {
  return parse(text, isLook);
}

/** More than any server lets through. */
const longestText = 65_536;
const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/;

function text(value: unknown): value is string {
  return typeof value === "string" && value.length <= longestText;
}

function time(value: unknown): value is string {
  return text(value) && isoTime.test(value) && !Number.isNaN(Date.parse(value));
}

/** As long as it has to be. */
function uidSet(value: unknown): value is string {
  return typeof value === "string" && /^[1-9][0-9:,]*$/.test(value);
}

function modSeq(value: unknown): value is string {
  return text(value) && /^\d{1,20}$/.test(value);
}

function count(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function duration(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
}

function flag(value: unknown): value is boolean {
  return typeof value === "boolean";
}

function oneOf<T extends string>(...values: readonly T[]): Form<T> {
  return (value): value is T => (values as readonly unknown[]).includes(value);
}

function orNull<T>(form: Form<T>): Form<T | null> {
  return (value): value is T | null => value === null || form(value);
}

/** It may be missing: earlier versions do not have it. */
function optional<T>(form: Form<T>): Form<T | undefined> {
  return (value): value is T | undefined => value === undefined || form(value);
}

function list<T>(form: Form<T>): Form<readonly T[]> {
  return (value): value is readonly T[] => Array.isArray(value) && value.every(form);
}

/** Further fields may be there: later versions have some. */
function object<T extends object>(forms: { readonly [Key in keyof T]-?: Form<T[Key]> }): Form<T> {
  const entries = Object.entries<Form<unknown>>(forms);
  return (value): value is T =>
    typeof value === "object" &&
    value !== null &&
    entries.every(([key, form]) =>
      form(Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined),
    );
}

function perSide<T>(form: Form<T>): Form<PerSide<T>> {
  return object<PerSide<T>>({ local: form, remote: form });
}

const link = object<LinkStatus>({
  state: oneOf("connecting", "connected", "waiting"),
  since: time,
  retryAt: orNull(time),
  reason: orNull(text),
  attention: orNull(oneOf("notify", "idle", "poll")),
  connections: count,
});

const daemon = object<DaemonStatus>({
  pid: count,
  startedAt: time,
  activity: oneOf("connecting", "synchronising", "waiting", "stopping"),
  sides: perSide(link),
  looks: count,
  mailboxesSynchronised: count,
  nextLookAt: orNull(time),
});

const mailbox = object<MailboxStatus>({
  name: text,
  subscribed: flag,
  messages: orNull(perSide(count)),
  mapped: count,
  refused: count,
  waiting: flag,
  refusedDeletions: count,
  refusedFlags: count,
  synchronisedAt: orNull(time),
  unfinished: flag,
  states: perSide(orNull(object<StateStatus>({ uidValidity: count, uidNext: count, highestModSeq: modSeq }))),
});

const side = oneOf("local", "remote");

const refused = object<RefusedStatus>({
  mailbox: text,
  side,
  uid: count,
  size: count,
  messageId: orNull(text),
  reason: text,
  attempts: count,
  firstAttemptAt: time,
  lastAttemptAt: time,
  nextAttemptAt: time,
});

const waiting = object<WaitingStatus>({
  mailbox: text,
  side,
  firstUid: count,
  reason: text,
  since: time,
  attempts: count,
  nextAttemptAt: time,
});

const refusedChange = object<RefusedChangeStatus>({
  mailbox: text,
  side,
  change: oneOf("deletion", "flags"),
  uids: uidSet,
  messages: count,
  reason: text,
  attempts: count,
  firstAttemptAt: time,
  lastAttemptAt: time,
  nextAttemptAt: time,
});

const lastLook = object<LookStatus>({ at: time, durationMs: duration, skipped: count });

const skipped = object<SkippedStatus>({ mailbox: orNull(text), side: orNull(side), reason: text });

const isLook = object<Look>({ lastLook, mailboxesSkipped: list(skipped) });

const failure = object<FailureStatus>({ at: time, code: text, side: orNull(side), message: text });

/** As {@link parseStatus}, of why a run failed. */
export function parseFailure(text: string): FailureStatus | undefined {
  return parse(text, failure);
}

const isStatus = object<StatusDocument>({
  version: text,
  at: time,
  database: object<StatusDocument["database"]>({ path: text, state: oneOf("missing", "outdated", "current") }),
  daemon: orNull(daemon),
  run: orNull(object<RunStatus>({ pid: count, startedAt: time })),
  lastLook: orNull(lastLook),
  mailboxesSkipped: list(skipped),
  lastFailure: optional(orNull(failure)),
  mailboxes: list(mailbox),
  refused: list(refused),
  waiting: list(waiting),
  refusedChanges: list(refusedChange),
});
