// Compares the texts of messages that both hosts have, in batches: those of host1 as they would be sent to host2.

import type { Channel } from "../../imap/mailbox/channel.ts";
import { type FetchedMessage, fetchMessages } from "../../imap/verbs/fetch.ts";
import { bothSides } from "../../model/side.ts";
import { uidSetOf } from "../../model/uid-set.ts";
import { sum } from "../../util/sum.ts";
import type { FolderVerified } from "../events.ts";
import { endOfHeader } from "../messages/message-text.ts";
import type { CopyRun } from "./copy-run.ts";
import type { OpenPair } from "./folder-work.ts";
import { type Match, pairsIn } from "./match-plan.ts";
import { placeOf } from "./merged-place.ts";

interface Twin {
  readonly uid1: number;
  readonly uid2: number;
  /** Of both, as the servers say. */
  readonly size1: number;
  readonly size2: number;
}

const mostOctets = 4 << 20;
const mostMessages = 200;

export async function compareTexts(
  run: CopyRun,
  pair: OpenPair,
  same: Match["same"],
): Promise<FolderVerified["differing"]> {
  const found: FolderVerified["differing"][number][] = [];
  for (const twins of batchesOf(twinsIn(pair, same))) {
    if (run.stop.aborted) break;
    found.push(...(await compareBatch(run, pair, twins)));
  }
  return found;
}

function* twinsIn({ tables: { local, remote } }: OpenPair, same: Match["same"]): Generator<Twin, void, undefined> {
  for (const [on1, on2] of pairsIn(same))
    yield { uid1: local.uid(on1), uid2: remote.uid(on2), size1: local.size(on1), size2: remote.size(on2) };
}

function* batchesOf(twins: Iterable<Twin>): Generator<Twin[], void, undefined> {
  let batch: Twin[] = [];
  let octets = 0;
  for (const twin of twins) {
    const size = twin.size1 + twin.size2;
    if (batch.length === mostMessages || (batch.length > 0 && octets + size > mostOctets)) {
      yield batch;
      [batch, octets] = [[], 0];
    }
    batch.push(twin);
    octets += size;
  }
  if (batch.length > 0) yield batch;
}

async function compareBatch(
  run: CopyRun,
  { channels, work }: OpenPair,
  twins: readonly Twin[],
): Promise<FolderVerified["differing"]> {
  const { rules, stop } = run;
  const place = placeOf(run, work);
  const texts = await bothSides((side) =>
    textsOf(
      channels[side],
      twins.map(({ uid1, uid2, size1, size2 }) =>
        side === "local" ? { uid: uid1, size: size1 } : { uid: uid2, size: size2 },
      ),
    ),
  );
  const found: FolderVerified["differing"][number][] = [];
  for (const { uid1, uid2 } of twins) {
    const [message, other] = [texts.local.get(uid1), texts.remote.get(uid2)];
    const prepared = message && ((await rules.prepare?.(message, { signal: stop, place })) ?? message);
    // It would not be copied as it is today.
    if (prepared !== undefined && !("bytes" in prepared)) continue;
    const what = differenceOf(prepared?.bytes, other?.bytes);
    if (what !== undefined) found.push({ uid1, uid2, what });
  }
  return found;
}

/** One that is larger than its server says is fetched alone. */
async function textsOf(
  channel: Channel,
  messages: readonly { readonly uid: number; readonly size: number }[],
): Promise<ReadonlyMap<number, FetchedMessage>> {
  const larger = new Map<number, number>();
  const all = await fetchMessages(channel, uidSetOf(messages.map(({ uid }) => uid)), {
    octets: sum(messages.map(({ size }) => size)),
    onLarger: (uid, octets) => void larger.set(uid, octets),
  });
  for (const [uid, octets] of larger) all.push(...(await fetchMessages(channel, uidSetOf([uid]), { octets })));
  return new Map(all.map((message) => [message.uid, message]));
}

/** Undefined: there is none. Line ends at the end of a message are no part of it: servers add one. */
function differenceOf(
  text1: Buffer | undefined,
  text2: Buffer | undefined,
): FolderVerified["differing"][number]["what"] | undefined {
  if (text1 === undefined || text2 === undefined) return "unread";
  const [whole1, whole2] = [withoutLastLineEnds(text1), withoutLastLineEnds(text2)];
  if (whole1.equals(whole2)) return undefined;
  return bodyOf(whole1).equals(bodyOf(whole2)) ? "header" : "text";
}

function bodyOf(message: Buffer): Buffer {
  return message.subarray(endOfHeader(message));
}

function withoutLastLineEnds(message: Buffer): Buffer {
  let end = message.length;
  while (end > 0 && (message[end - 1] === 0x0a || message[end - 1] === 0x0d)) end--;
  return message.subarray(0, end);
}
