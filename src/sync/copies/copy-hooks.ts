// Records what happens to messages on their way to the other side: what was sent, its copies, what was refused, and during
// which message a connection may have died.

import { LiteralRefused } from "../../imap/literal-refused.ts";
import { type FetchedMessage, fetchSizes } from "../../imap/verbs/fetch.ts";
import { noop } from "../../imap/verbs/mailbox.ts";
import type { Copy, Failure, TransferHooks } from "../../mail/transfer/transfer-hooks.ts";
import { InterimapError } from "../../model/errors.ts";
import { fingerprint } from "../../model/fingerprint.ts";
import { isKept } from "../../model/internal-date.ts";
import { messageIdOf } from "../../model/message-id.ts";
import { otherSide, type Side } from "../../model/side.ts";
import { hasUid, intersect, isEmpty, subtract, type UidSet, uidSetOf, uidsOf, union } from "../../model/uid-set.ts";
import { formatUidSet } from "../../model/uid-set-text.ts";
import type { Prints } from "../../state/fingerprints.ts";
import { allDone } from "../../util/all-done.ts";
import { sum } from "../../util/sum.ts";
import type { Direction, OpenMailbox } from "../context/open-mailbox.ts";
import { flagsWithoutNewKeywords, noteFlagRefusal, offerFlags } from "../flags/offer-flags.ts";
import { readBack } from "../flags/read-back.ts";
import { clearRefusal, recordRefusal } from "../refused/record-refusal.ts";
import { isHadBefore, noteHadBefore } from "./had-before.ts";

export function hooksOf(mailbox: OpenMailbox, direction: Direction): TransferHooks {
  const { store, idx, progress } = mailbox;
  const { source, target } = direction;
  // The target misread a message, perhaps because of its new keywords. These are set when nothing else depends on the command.
  const holdsKeywordsBack = store.transfers.hasMisread(source);
  return {
    acceptFlags: (flags) => {
      const offered = offerFlags(mailbox, target, flags);
      return (holdsKeywordsBack ? flagsWithoutNewKeywords(mailbox, target, offered) : undefined) ?? offered;
    },
    withoutNewKeywords: (flags) => (holdsKeywordsBack ? undefined : flagsWithoutNewKeywords(mailbox, target, flags)),
    sending: (uids) => {
      progress[target].isTouched = true;
      store.transfers.noteSent(idx, source, uids);
    },
    withdrawn: (uids) => {
      store.transfers.noteConfirmed(idx, source, uids);
    },
    flagsRefused: (refused) => {
      noteFlagRefusal(mailbox, { side: target, ...refused });
    },
    copied: (messages, uids) => {
      recordCopies(mailbox, direction, { messages, uids });
    },
    appended: (copies) => {
      noteAppended(mailbox, direction, copies);
    },
    refused: (refusal) => {
      recordRefusal(mailbox, direction, refusal);
    },
    undelivered: (uids) => reportUndelivered(mailbox, direction, uids),
    failed: (failure) => {
      noteFailure(mailbox, direction, { ...failure, holdsKeywordsBack });
    },
  };
}

interface Appended {
  readonly messages: readonly FetchedMessage[];
  readonly uids: readonly number[] | undefined;
}

/** Copies with unknown UIDs are noted, and searched for when everything is appended. */
function recordCopies(mailbox: OpenMailbox, direction: Direction, { messages, uids }: Appended): void {
  const { source, target } = direction;
  const { store, idx, name, report, progress } = mailbox;
  const sourceUids = messages.map(({ uid }) => uid);
  if (uids === undefined) {
    progress[source].unnamed = union(progress[source].unnamed, uidSetOf(sourceUids));
    return;
  }
  if (noteHadBefore(mailbox, direction, { sourceUids, uids })) return;
  const told = uidSetOf(uids);
  const taken = intersect(told, progress[target].mapped);
  if (!isEmpty(taken)) {
    const message = `the server reported UID ${formatUidSet(taken)} for two messages`;
    throw new InterimapError("MAILBOX_PROTOCOL", message, { side: target, hint: "the next run looks for it" });
  }
  store.transaction(() => {
    store.transfers.noteConfirmed(idx, source, uidSetOf(sourceUids));
    store.mappings.add(
      idx,
      messages.map((message, i) => ({
        ...(source === "local" ? { local: message.uid, remote: uids[i]! } : { local: uids[i]!, remote: message.uid }),
        prints: printsOfCopy(message, source),
      })),
    );
    for (const uid of sourceUids) if (progress[source].refused.has(uid)) clearRefusal(mailbox, source, uid);
  });
  progress[target].mapped = union(progress[target].mapped, told);
  progress[target].copied = union(progress[target].copied, told);
  progress[source].mapped = union(progress[source].mapped, uidSetOf(sourceUids));
  const octets = sum(messages.map(({ bytes }) => bytes.length));
  report({ type: "messages-added", side: target, mailbox: name, sourceUids, uids, octets });
}

/**
 * The copy is assumed to look like the message. What a server really makes of it is learnt later. It may not keep the date,
 * which identifies a message that has nothing else.
 */
function printsOfCopy({ bytes, date }: FetchedMessage, source: Side): Prints {
  const messageId = messageIdOf(bytes);
  const print = fingerprint({ messageId, size: bytes.length, date: date?.instant ?? NaN });
  const copy = messageId === undefined ? undefined : print;
  return { local: copy, remote: copy, [source]: print };
}

function noteAppended(mailbox: OpenMailbox, direction: Direction, copies: readonly Copy[]): void {
  mailbox.progress[direction.target].undated += copies.filter(({ message }) => !isKept(message.date)).length;
  // Not awaited here, so that it leaves together with the next command on that connection. Without the octets of the messages.
  const flagged = copies
    .map(({ message, uid }) => ({ sourceUid: message.uid, flags: message.flags, uid }))
    .filter((copy) => !isHadBefore(mailbox, direction, copy));
  const reading = readBack(mailbox, direction, flagged);
  reading.catch(() => undefined);
  mailbox.readBacks.push(reading);
}

/** Most are simply gone by now. If the server does not say so, the message must not be forgotten. */
async function reportUndelivered(mailbox: OpenMailbox, direction: Direction, missing: UidSet): Promise<void> {
  const { source } = direction;
  const { sessions, views } = mailbox;
  const reason = `the ${source} server did not deliver it`;
  // After this, everything that is gone has been reported.
  const asking = fetchSizes(sessions[source], missing);
  await allDone<unknown>([asking, noop(sessions[source])]);
  const sizes = new Map([...(await asking)].map(({ uid, size }) => [uid, size]));
  for (const uid of uidsOf(subtract(missing, views[source].pending.vanished))) {
    recordRefusal(mailbox, direction, { uid, size: sizes.get(uid) ?? 0, messageId: undefined, reason });
  }
}

interface Noted extends Failure {
  readonly holdsKeywordsBack: boolean;
}

function noteFailure(mailbox: OpenMailbox, direction: Direction, failure: Noted): void {
  const { error, isFirst } = failure;
  const { progress, stop } = mailbox;
  if (!(error instanceof InterimapError)) return;
  // An impossible UID: earlier ones are in doubt, too.
  if (error.code === "MAILBOX_PROTOCOL" && error.side === direction.target)
    progress[direction.target].areCopiesDoubted = true;
  // The server died of the first failed message, if of any, or of the one that it did not understand.
  if (stop.aborted || !(isFirst || error instanceof LiteralRefused)) return;
  noteDeath(mailbox, direction, { ...failure, error });
}

/** A message that kills every connection must not keep all others from being copied. */
function noteDeath(
  mailbox: OpenMailbox,
  direction: Direction,
  { uids, octets, error, isSuspect, messageId, holdsKeywordsBack }: Noted & { readonly error: InterimapError },
): void {
  const { source } = direction;
  const { store, idx, sessions } = mailbox;
  // A server that asks for a pause has nothing against the message.
  if (error.side === undefined || error.retryAfterMs !== undefined) return;
  // A response that cannot be understood may be a message whose size was announced wrongly.
  const isDeath =
    error.code === "CONNECTION_LOST" ||
    error.code === "CONNECTION_SILENT" ||
    (error.code === "PROTOCOL" && error.side === source);
  // It was another one's message.
  if (error.cause instanceof LiteralRefused) return;
  // If both connections are gone, no message is to blame: this machine was asleep, or has no network.
  if (!isDeath || !sessions[otherSide(error.side)].isUsable) return;
  const copied = uidSetOf(store.mappings.pairsOf(idx, source, uidSetOf(uids)).map((pair) => pair[source]));
  const missing = uids.filter((uid) => !hasUid(copied, uid));
  const [uid] = missing;
  const isMisread = error instanceof LiteralRefused;
  // It may be a keyword that the server does not understand, rather than the message.
  if (uid !== undefined && isSuspect && (holdsKeywordsBack || !isMisread)) {
    const reason = isMisread ? error.reason : "the connection was lost each time it was copied";
    recordRefusal(mailbox, direction, { uid, size: octets, messageId, reason });
  } else store.transfers.addSuspects(idx, source, missing);
  if (isMisread) store.transfers.noteMisread(idx, source);
}
