// Gathers the status: what the database knows, and what a daemon says about itself.

import packageJson from "../../package.json" with { type: "json" };
import { displayName } from "../model/mailbox-name.ts";
import type { MailboxState } from "../model/mailbox-state.ts";
import { perSide } from "../model/side.ts";
import { countUids, uidSetOf } from "../model/uid-set.ts";
import { formatUidSet } from "../model/uid-set-text.ts";
import type { LinkState, LookState, WatchState } from "../model/watch-state.ts";
import { lookOf, pastTime, recordedLook } from "../service/last-look.ts";
import type {
  DaemonStatus,
  FailureStatus,
  LinkStatus,
  MailboxStatus,
  RefusedChangeStatus,
  RefusedStatus,
  StateStatus,
  StatusDocument,
  WaitingStatus,
} from "../service/status-document.ts";
import type { Attempts } from "../state/attempts.ts";
import type { RefusedMessage } from "../state/refused.ts";
import type { RefusedChange } from "../state/refused-changes.ts";
import type { Store } from "../state/state-store.ts";
import type { MailboxSummary } from "../state/summaries.ts";
import type { Wait } from "../state/waits.ts";
import { isWaitOver } from "../sync/copies/waits.ts";
import { isDue, nextAttempt } from "../sync/refused/retry-refused.ts";
import { groupBy } from "../util/group-by.ts";

export interface StatusSource {
  /** Absolute path of the database. */
  readonly database: string;
  /** Undefined when there is no such file. */
  readonly store: Store | undefined;
  /** Of the daemon that asks this of itself. */
  readonly watch?: WatchState;
  /** The run that asks this of itself, when it is no daemon. */
  readonly run?: RunningRun;
  /** Of a run that is no daemon; unless told, the last one that is recorded. */
  readonly lastLook?: LookState;
  /** Where nobody is at work. */
  readonly lastFailure?: FailureStatus | undefined;
}

interface RunningRun {
  readonly pid: number;
  readonly startedAt: number;
}

/** @throws InterimapError DATABASE_READ */
export function statusDocument(source: StatusSource): StatusDocument {
  const { database, store, watch, run, lastLook = watch?.lastLook } = source;
  const look = lastLook === undefined ? store && recordedLook(database) : lookOf(lastLook);
  const isCurrent = store?.needsUpgrade === false;
  const refused = groupBy(isCurrent ? store.refusals.messages() : [], ({ idx }) => idx);
  const waits = groupBy(isCurrent ? store.refusals.waits() : [], ({ idx }) => idx);
  const changes = groupBy(isCurrent ? store.refusals.changes() : [], ({ idx }) => idx);
  const mailboxes = (isCurrent ? store.summaries() : []).sort((a, b) => inOrder(a.name, b.name));
  const found: Omit<StatusDocument, "version" | "at"> = {
    database: { path: database, state: store === undefined ? "missing" : isCurrent ? "current" : "outdated" },
    daemon: watch === undefined ? null : daemonStatus(watch),
    run: run === undefined ? null : { pid: run.pid, startedAt: pastTime(run.startedAt) },
    lastLook: look?.lastLook ?? null,
    mailboxesSkipped: look?.mailboxesSkipped ?? [],
    ...(source.lastFailure !== undefined && {
      lastFailure: { ...source.lastFailure, at: pastTime(Date.parse(source.lastFailure.at)) },
    }),
    mailboxes: mailboxes.map((mailbox) =>
      mailboxStatus(mailbox, {
        refused: refused.get(mailbox.idx) ?? [],
        waits: waits.get(mailbox.idx) ?? [],
        changes: changes.get(mailbox.idx) ?? [],
      }),
    ),
    refused: mailboxes.flatMap(({ idx, name }) => (refused.get(idx) ?? []).map((one) => refusedStatus(one, name))),
    waiting: mailboxes.flatMap(({ idx, name }) => (waits.get(idx) ?? []).map((one) => waitingStatus(one, name))),
    refusedChanges: mailboxes.flatMap(({ idx, name }) =>
      changeGroups(changes.get(idx) ?? []).map((group) => refusedChangeStatus(group, name)),
    ),
  };
  // Taken last, so that no time above is in its future.
  return { version: packageJson.version, at: isoTime(Date.now()), ...found };
}

/** As a run visits them: INBOX first, a mailbox before those below it. */
function inOrder(a: string, b: string): number {
  if (a === b) return 0;
  return a === "INBOX" || (b !== "INBOX" && a < b) ? -1 : 1;
}

function daemonStatus({ pid, startedAt, activity, sides, ...watch }: WatchState): DaemonStatus {
  return {
    pid,
    startedAt: pastTime(startedAt),
    activity,
    sides: perSide((side) => linkStatus(sides[side])),
    looks: watch.looks,
    mailboxesSynchronised: watch.mailboxesSynchronised,
    nextLookAt: optionalTime(watch.nextLookAt),
  };
}

function linkStatus({ state, since, retryAt, reason, detection, connections }: LinkState): LinkStatus {
  return {
    state,
    since: pastTime(since),
    retryAt: optionalTime(retryAt),
    reason: reason ?? null,
    attention: detection ?? null,
    connections,
  };
}

interface Undone {
  readonly refused: readonly RefusedMessage[];
  readonly waits: readonly Wait[];
  readonly changes: readonly RefusedChange[];
}

function mailboxStatus(mailbox: MailboxSummary, { refused, waits, changes }: Undone): MailboxStatus {
  return {
    name: displayName(mailbox.name),
    subscribed: mailbox.subscribed,
    messages: mailbox.messages ?? null,
    mapped: mailbox.mappings,
    refused: refused.length,
    waiting: waits.length > 0,
    refusedDeletions: changes.filter(({ what }) => what === "deletion").length,
    refusedFlags: changes.filter(({ what }) => what === "flags").length,
    synchronisedAt: mailbox.synchronisedAt === undefined ? null : pastTime(mailbox.synchronisedAt.getTime()),
    unfinished: mailbox.isUnfinished,
    states: perSide((side) => stateStatus(mailbox.states[side])),
  };
}

function stateStatus(state: MailboxState | undefined): StateStatus | null {
  if (state === undefined) return null;
  const { uidValidity, uidNext, highestModSeq } = state;
  return { uidValidity, uidNext, highestModSeq: String(highestModSeq) };
}

function refusedStatus(
  { side, uid, size, messageId, reason, attempts, ...times }: RefusedMessage,
  mailbox: string,
): RefusedStatus {
  return {
    mailbox: displayName(mailbox),
    side,
    uid,
    size,
    messageId: messageId ?? null,
    reason,
    attempts,
    ...attemptTimes({ attempts, ...times }),
  };
}

function waitingStatus({ side, firstUid, reason, attempts, ...times }: Wait, mailbox: string): WaitingStatus {
  return {
    mailbox: displayName(mailbox),
    side,
    firstUid,
    reason,
    since: pastTime(times.since.getTime()),
    attempts,
    nextAttemptAt: (isWaitOver(times) ? pastTime : isoTime)(times.nextAttempt.getTime()),
  };
}

/** Where somebody may only read, there can be one of every message. */
function changeGroups(changes: readonly RefusedChange[]): RefusedChange[][] {
  const groups = groupBy(changes, ({ side, what, reason, attempts, firstAttempt, lastAttempt }) =>
    JSON.stringify([side, what, attempts, firstAttempt, lastAttempt, reason]),
  );
  return [...groups.values()];
}

function refusedChangeStatus(group: readonly RefusedChange[], mailbox: string): RefusedChangeStatus {
  const { side, what, reason, attempts, ...times } = group[0]!;
  const uids = uidSetOf(group.map(({ uid }) => uid));
  return {
    mailbox: displayName(mailbox),
    side,
    change: what,
    uids: formatUidSet(uids),
    messages: countUids(uids),
    reason,
    attempts,
    ...attemptTimes({ attempts, ...times }),
  };
}

function attemptTimes(attempts: Attempts): Pick<RefusedStatus, "firstAttemptAt" | "lastAttemptAt" | "nextAttemptAt"> {
  return {
    firstAttemptAt: pastTime(attempts.firstAttempt.getTime()),
    lastAttemptAt: pastTime(attempts.lastAttempt.getTime()),
    nextAttemptAt: (isDue(attempts) ? pastTime : isoTime)(nextAttempt(attempts)),
  };
}

/** The database may hold the last second of the last year, and an attempt comes a day later. */
const lastTime = Date.parse("9999-12-31T23:59:59.999Z");

function isoTime(at: number): string {
  return new Date(Math.min(at, lastTime)).toISOString();
}

function optionalTime(at: number | undefined): string | null {
  return at === undefined ? null : isoTime(at);
}
