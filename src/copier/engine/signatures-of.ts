// By what messages are told from others where no run has recorded them and each is to be copied, whatever its header lacks
// (`--useuid`): what was copied before it could be recorded must be known again.

import { bothSides, type PerSide, type Side } from "../../model/side.ts";
import { isEmpty, subtract, type UidSet, uidSetOf } from "../../model/uid-set.ts";
import type { Identity, Rules } from "./copy-run.ts";
import type { MessageTable } from "./message-table.ts";

interface Unrecorded {
  readonly messages: PerSide<UidSet>;
  readonly read: (side: Side, uids: UidSet, identity: Identity) => Promise<MessageTable>;
  /** See Merge.placeOf(). */
  readonly place: string | undefined;
}

/** By UIDs. A message without the fields that are wanted is known by the line of `--addheader`, or else by all fields. */
export async function signaturesOf(
  { anyIdentity, addedSignature, wholeHeader }: Pick<Rules, "anyIdentity" | "addedSignature" | "wholeHeader">,
  { messages, read, place }: Unrecorded,
): Promise<PerSide<ReadonlyMap<number, string>>> {
  const tables = await bothSides((side) => read(side, messages[side], anyIdentity[side]));
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
    const others = subtract(messages[side], uidSetOf(found[side].keys()));
    if (isEmpty(others)) return;
    for (const [uid, signature] of signaturesIn(await read(side, others, wholeHeader))) found[side].set(uid, signature);
  });
  return found;
}

function signaturesIn(table: MessageTable): Map<number, string> {
  const found = new Map<number, string>();
  for (let i = 0; i < table.length; i++) if (table.isIdentified(i)) found.set(table.uid(i), table.signature(i));
  return found;
}
