// INBOX as the first level of a name. If a server lists `INBOX/x` as `Inbox/x`, case does not matter there (RFC 3501 5.1 leaves
// that open). Deeper levels keep their case. Pure.

import { canonicalName, fromWire } from "../../model/mailbox-name.ts";
import { type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import type { Listing } from "./list-mailboxes.ts";

/** Names of two mailboxes on one server that the other server cannot distinguish. */
export interface Clash {
  readonly side: Side;
  readonly names: readonly [string, string, ...string[]];
}

export interface Paired {
  readonly listings: PerSide<Listing>;
  /** Mailboxes that are recorded under another spelling. */
  readonly respelt: readonly { readonly idx: number; readonly to: string }[];
  readonly clashes: readonly Clash[];
}

interface Situation {
  readonly listings: PerSide<Listing>;
  readonly known: ReadonlyMap<string, { readonly idx: number }>;
}

/** INBOX in capitals as the first of several levels; any other name as it is. */
export function canonicalLevels(name: string): string {
  const [first = "", ...rest] = name.split("\0");
  return rest.length === 0 ? name : [canonicalName(first), ...rest].join("\0");
}

/** Gives names below INBOX one spelling, if each server has only one. */
export function pairInboxLevels({ listings, known }: Situation): Paired {
  const spelt = perSide((side) => spellings(listings[side].mailboxes.keys()));
  // With both below a list-reference, no server says anything about INBOX there.
  const mayDiffer = sides.some((side) => listings[side].naming.reference === "");
  const odd = [...new Set([...spelt.local.keys(), ...spelt.remote.keys()])].filter(
    (name) => mayDiffer && sides.some((side) => spelt[side].get(name)?.some((one) => one !== name)),
  );
  const renamed = new Map<string, string>();
  const clashes: Clash[] = [];
  for (const name of odd) {
    const [local = [], remote = []] = [spelt.local.get(name), spelt.remote.get(name)];
    const all = [...new Set([...local, ...remote])].sort();
    const side = sides.find((one) => (spelt[one].get(name) ?? []).length > 1);
    const [first, second, ...others] = all;
    if (side === undefined) {
      // The database has two, and the servers have one of them: that one stays.
      const isApart = all.length === 1 && known.has(name) && known.has(all[0]!);
      if (!isApart) for (const one of all) renamed.set(one, name);
    } else if (local.length !== all.length || remote.length !== all.length) {
      if (first !== undefined && second !== undefined) clashes.push({ side, names: [first, second, ...others] });
    }
  }
  const respelt = [...renamed].flatMap(([from, to]) => {
    const row = known.get(from);
    return row === undefined || known.has(to) ? [] : [{ idx: row.idx, to }];
  });
  return {
    listings: renamed.size === 0 ? listings : perSide((side) => under(listings[side], renamed)),
    respelt,
    clashes,
  };
}

function spellings(names: Iterable<string>): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const name of names) {
    if (!/^inbox\0/i.test(name)) continue;
    const canonical = canonicalLevels(name);
    found.set(canonical, [...(found.get(canonical) ?? []), name]);
  }
  return found;
}

function under(listing: Listing, renamed: ReadonlyMap<string, string>): Listing {
  return {
    ...listing,
    mailboxes: new Map([...listing.mailboxes].map(([name, mailbox]) => [renamed.get(name) ?? name, mailbox])),
  };
}

/** The program's name for a mailbox that a server reports by itself. */
export function nameIn({ naming, mailboxes }: Listing, wireName: string): string | undefined {
  const name = fromWire(wireName, naming);
  if (name === undefined || mailboxes.has(name)) return name;
  const canonical = canonicalLevels(name);
  return mailboxes.has(canonical) ? canonical : name;
}
