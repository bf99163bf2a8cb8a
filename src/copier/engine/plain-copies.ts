// With `--addheader`: copies of messages without the wanted fields that a run without that option made, as `--useuid` does. They
// have no line by which to know them, and would be copied once more.

import { bothSides, type PerSide, type Side } from "../../model/side.ts";
import { isEmpty, type UidSet, UidSetBuilder } from "../../model/uid-set.ts";
import type { CopyRun, Identity } from "./copy-run.ts";
import { matchMessages, pairsIn } from "./match-plan.ts";
import type { MessageTable } from "./message-table.ts";
import { withSignatures } from "./with-signatures.ts";

interface Reading {
  readonly tables: PerSide<MessageTable>;
  readonly read: (side: Side, uids: UidSet, identity: Identity) => Promise<MessageTable>;
  /** See Merge.placeOf(). */
  readonly place: string | undefined;
}

/** The same tables; a message of host2 with nothing to tell it by is known as the one of host1 whose fields are all the same. */
export async function withPlainCopies(
  { rules }: Pick<CopyRun, "rules">,
  { tables, read, place }: Reading,
): Promise<PerSide<MessageTable>> {
  const { local, remote } = tables;
  const plain = new UidSetBuilder();
  for (let i = 0; i < remote.length; i++) if (!remote.isIdentified(i)) plain.add(remote.uid(i));
  const uids2 = plain.build();
  if (isEmpty(uids2)) return tables;
  const missing = new UidSetBuilder();
  for (let i = 0; i < local.length; i++) {
    const [uid, size] = [local.uid(i), local.size(i)];
    if (remote.find(local, i) === undefined && local.signature(i) === rules.addedSignature({ uid, size, place }))
      missing.add(uid);
  }
  const uids = { local: missing.build(), remote: uids2 };
  if (isEmpty(uids.local)) return tables;
  const whole = await bothSides((side) => read(side, uids[side], rules.wholeHeader));
  const { same } = matchMessages(whole.local, whole.remote, { keepsDuplicates: true });
  const originals = new Map(Array.from(pairsIn(same), ([on1, on2]) => [whole.remote.uid(on2), whole.local.uid(on1)]));
  const signatureOf = (uid2: number): string | null | undefined => {
    const uid1 = originals.get(uid2);
    return uid1 === undefined ? remote.signatureOf(uid2) : local.signatureOf(uid1);
  };
  return { local, remote: withSignatures(remote, (uid2) => signatureOf(uid2) ?? undefined) };
}
