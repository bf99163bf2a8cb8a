// Which mailboxes of both servers are one because they are for the same: each server has exactly one for it, and neither is known
// as somebody else's. What was paired stays paired. Pure.

import type { Uses } from "../../mail/listing/list-uses.ts";
import { asTheirs, contradiction, type NamePair } from "../../model/name-pairs.ts";
import type { PerSide } from "../../model/side.ts";
import type { RemoteName } from "../../state/remote-names.ts";

/** RFC 6154; of the others a server has views of all mail. */
const pairedUses = ["\\archive", "\\drafts", "\\junk", "\\sent", "\\trash"] as const;

export interface PairSituation {
  readonly uses: PerSide<Uses>;
  /** By the configuration. */
  readonly given: readonly NamePair[];
  readonly known: readonly { readonly idx: number; readonly name: string }[];
  /** By idx, where it is not the mailbox's own. */
  readonly recorded: ReadonlyMap<number, RemoteName>;
}

/** Mailboxes that are now for what others were paired for. */
export interface Unpaired {
  readonly use: string;
  readonly names: NamePair;
}

export interface SpecialPairs {
  /** Besides those that were given. */
  readonly pairs: readonly NamePair[];
  readonly unpaired: readonly Unpaired[];
}

export function planSpecialPairs({ uses, given, known, recorded }: PairSituation): SpecialPairs {
  const pairs = [...establishedPairs({ given, known, recorded })];
  const unpaired: Unpaired[] = [];
  const remoteNames = known.map(({ idx, name }) => ({ name, theirs: recorded.get(idx)?.name ?? name }));
  for (const use of pairedUses) {
    const names = onlyOnes(uses, use);
    if (names === undefined || isGiven(names, given)) continue;
    if (asTheirs(names.ours, [...given, ...pairs]) === names.theirs) continue;
    const isKnownOtherwise = remoteNames.some(
      ({ name, theirs }) => (name === names.ours) !== (theirs === names.theirs),
    );
    const isPossible = contradiction([...given, ...pairs, names]) === undefined;
    const isTakenAlready = pairs.some((one) => one.use === use);
    if (isKnownOtherwise || isTakenAlready || !isPossible) unpaired.push({ use, names });
    else pairs.push({ ...names, use });
  }
  return { pairs, unpaired };
}

/** Those above come first; those that go along with them are none of their own. */
function establishedPairs({ given, known, recorded }: Omit<PairSituation, "uses">): readonly NamePair[] {
  const pairs: NamePair[] = [];
  for (const { idx, name: ours } of [...known].sort((a, b) => a.name.length - b.name.length)) {
    const { name: theirs = ours, use = "" } = recorded.get(idx) ?? {};
    if (use === "" || isGiven({ ours, theirs }, given)) continue;
    if (asTheirs(ours, [...given, ...pairs]) === theirs) continue;
    if (contradiction([...given, ...pairs, { ours, theirs }]) === undefined) pairs.push({ ours, theirs, use });
  }
  return pairs;
}

function onlyOnes(uses: PerSide<Uses>, use: string): NamePair | undefined {
  const [ours, ...others] = uses.local.get(use) ?? [];
  const [theirs, ...more] = uses.remote.get(use) ?? [];
  if (ours === undefined || theirs === undefined || others.length > 0 || more.length > 0) return undefined;
  return ours === "INBOX" || theirs === "INBOX" ? undefined : { ours, theirs };
}

/** Whoever names either of them decides. */
function isGiven(names: NamePair, given: readonly NamePair[]): boolean {
  return given.some(({ ours, theirs }) => ours === names.ours || theirs === names.theirs);
}
