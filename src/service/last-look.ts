// Records the outcome of the last full check in a file beside the database. Once the process has ended, the skipped
// mailboxes are known nowhere else. It is not part of the database, which a check without changes leaves untouched.

import { readNote } from "../files/read-note.ts";
import { replaceFile } from "../files/replace-file.ts";
import type { Log } from "../log/log.ts";
import { displayName } from "../model/mailbox-name.ts";
import type { LookState } from "../model/watch-state.ts";
import { cut } from "../util/printable.ts";
import { forgetFailure } from "./last-failure.ts";
import { type Look, parseLook } from "./status-form.ts";

/** Times in ms since 1970 become text; none is to come. */
export function lookOf({ at, durationMs, skipped, mailboxesSkipped }: LookState): Look {
  return {
    lastLook: { at: pastTime(at), durationMs, skipped },
    mailboxesSkipped: mailboxesSkipped.map(({ mailbox, side, reason }) => ({
      mailbox: mailbox === undefined ? null : displayName(mailbox),
      side: side ?? null,
      reason: cut(reason, longestReason),
    })),
  };
}

/** The past is not later than now; where it is, the clock was put back since, or somebody else wrote the file. */
export function pastTime(at: number): string {
  return new Date(Math.min(at, Date.now())).toISOString();
}

/** With the commands that it offers. */
const longestReason = 2_000;
/** Many times what we write. */
const maxOctets = 64 << 20;

/** `database`: absolute path. Never throws: a full disk has been reported by then. */
export function recordLook(database: string, look: LookState, log: Pick<Log, "debug">): void {
  write(database, lookOf(look), log);
  forgetFailure(database);
}

/**
 * These mailboxes are no longer skipped: somebody has settled it. `isSettled` is asked of names as they are shown. Never throws, as
 * {@link recordLook}.
 */
export function forgetSkipped(database: string, isSettled: (shown: string) => boolean, log: Pick<Log, "debug">): void {
  const look = recordedLook(database);
  if (look === undefined) return;
  const left = look.mailboxesSkipped.filter(({ mailbox }) => mailbox === null || !isSettled(mailbox));
  const settled = look.mailboxesSkipped.length - left.length;
  if (settled === 0) return;
  const { lastLook } = look;
  const skipped = Math.max(left.length, lastLook.skipped - settled);
  write(database, { lastLook: { ...lastLook, skipped }, mailboxesSkipped: left }, log);
}

/** Undefined when there is no such file, or none that is ours. */
export function recordedLook(database: string): Look | undefined {
  const text = readNote(fileOf(database), { maxOctets });
  try {
    const look = text === undefined ? undefined : parseLook(text);
    return look && { ...look, lastLook: { ...look.lastLook, at: pastTime(Date.parse(look.lastLook.at)) } };
  } catch {
    return undefined;
  }
}

function write(database: string, look: Look, log: Pick<Log, "debug">): void {
  try {
    replaceFile(fileOf(database), JSON.stringify(look), 0o600);
  } catch (error) {
    log.debug(`the outcome of the full check is not recorded: ${String(error)}`);
  }
}

function fileOf(database: string): string {
  return `${database}.last-look`;
}
