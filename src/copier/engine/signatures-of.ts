// By what messages are told from others where no run has recorded them and each is to be copied, whatever its header lacks
// (`--useuid`): what was copied before it could be recorded must be known again.

import { bothSides, type PerSide, type Side, sides } from "../../model/side.ts";
import { isEmpty, subtract, type UidSet, uidSetOf } from "../../model/uid-set.ts";
import type { Identity, Rules } from "./copy-run.ts";
import type { MessageTable } from "./message-table.ts";
import { likeSignature } from "./uid-signatures.ts";

interface Unrecorded {
  readonly messages: PerSide<UidSet>;
  /** Of these on host2, recorded copies of messages that are no more. */
  readonly spent: UidSet;
  readonly read: (side: Side, uids: UidSet, identity: Identity) => Promise<MessageTable>;
  /** See Merge.placeOf(). */
  readonly place: string | undefined;
}

/**
 * By UIDs. A new draft may have the Message-Id of the one that it replaced: a copy of what is no more is told by all fields and its
 * size. A message without the fields that are wanted is known by the line of `--addheader`, or else by all fields.
 */
export async function signaturesOf(
  { anyIdentity, addedSignature, wholeHeader }: Pick<Rules, "anyIdentity" | "addedSignature" | "wholeHeader">,
  { messages, spent, read, place }: Unrecorded,
): Promise<PerSide<ReadonlyMap<number, string>>> {
  const open = { local: messages.local, remote: subtract(messages.remote, spent) };
  const tables = await bothSides((side) => read(side, open[side], anyIdentity[side]));
  const [local, remote] = [signaturesIn(tables.local), signaturesIn(tables.remote)];
  if (local.size < tables.local.length) {
    const copied = new Set(remote.values());
    for (const { uid, size } of tables.local.sizes()) {
      const added = local.has(uid) ? undefined : addedSignature({ uid, size, place });
      if (added !== undefined && copied.has(added)) local.set(uid, added);
    }
  }
  const found = { local, remote };
  await bothSides(async (side) => {
    const others = subtract(open[side], uidSetOf(found[side].keys()));
    if (isEmpty(others)) return;
    for (const [uid, signature] of signaturesIn(await read(side, others, wholeHeader))) found[side].set(uid, signature);
  });
  const copied = new Set(remote.values());
  const left = subtract(open.local, uidSetOf([...local].filter(([, one]) => copied.has(one)).map(([uid]) => uid)));
  if (isEmpty(spent) || isEmpty(left)) return found;
  const whole = { local: await read("local", left, wholeHeader), remote: await read("remote", spent, wholeHeader) };
  const kept = new Map<string, string>();
  for (const [uid, looks] of looksIn(whole.remote)) kept.set(looks, kept.get(looks) ?? likeSignature(uid));
  for (const side of sides)
    for (const [uid, looks] of looksIn(whole[side])) if (kept.has(looks)) found[side].set(uid, kept.get(looks)!);
  return found;
}

function* looksIn(table: MessageTable): Generator<readonly [uid: number, looks: string], void, undefined> {
  for (let i = 0; i < table.length; i++)
    if (table.isIdentified(i)) yield [table.uid(i), `${table.signature(i)}${String(table.size(i))}`];
}

function signaturesIn(table: MessageTable): Map<number, string> {
  const found = new Map<number, string>();
  for (let i = 0; i < table.length; i++) if (table.isIdentified(i)) found.set(table.uid(i), table.signature(i));
  return found;
}
