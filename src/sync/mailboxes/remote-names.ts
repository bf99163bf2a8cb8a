// The names under which known mailboxes were synchronised on the remote server. Where the configuration has another one now, what is
// recorded is about another mailbox, and neither is touched: copied, mail would be there twice; compared, it would seem deleted.

import type { Listing } from "../../mail/listing/list-mailboxes.ts";
import { InterimapError } from "../../model/errors.ts";
import { briefName, isWithin, type Naming } from "../../model/mailbox-name.ts";
import { asOurs, asTheirs, ourName, settingsInCharge, theirName, useBehind } from "../../model/name-pairs.ts";
import { type PerSide, perSide, sides } from "../../model/side.ts";
import type { RemoteName } from "../../state/remote-names.ts";
import type { Store } from "../../state/state-store.ts";
import { type Reconciled, type Run, skipMailbox } from "../context/run.ts";
import { without } from "./leave-out.ts";

interface Named {
  readonly idx: number;
  readonly name: string;
}

/** To be called when a mailbox becomes known, or has another name. */
export function noteRemoteName({ remoteNames }: Store, { idx, name }: Named, { pairs = [] }: Naming): void {
  const theirs = theirName(name, pairs) ?? name;
  remoteNames.note(idx, theirs === name ? undefined : { name: theirs, use: useBehind(name, pairs) });
}

/** A mailbox that was synchronised under another name than it has on the remote server now. */
export interface Repaired extends Named {
  readonly before: string;
  /** Undefined: none. */
  readonly now: string | undefined;
}

/** Those of the mailboxes that are recorded with another name. */
export function otherwisePaired(
  known: Iterable<Named>,
  { recorded, naming: { pairs = [] } }: { readonly recorded: ReadonlyMap<number, RemoteName>; readonly naming: Naming },
): readonly Repaired[] {
  if (pairs.length === 0 && recorded.size === 0) return [];
  return [...known].flatMap(({ idx, name }) => {
    const before = recorded.get(idx)?.name ?? name;
    const now = theirName(name, pairs);
    return now === before ? [] : [{ idx, name, before, now }];
  });
}

/**
 * Of mailboxes that are to be deleted, or renamed to `to`.
 * @throws InterimapError MAILBOX_PAIRED where a name stands for another mailbox of the remote server than is recorded.
 */
export function requirePairedAsBefore(
  store: Store,
  namings: PerSide<Naming>,
  mailboxes: readonly { readonly name: string; readonly to?: string }[],
): void {
  const naming = namings.remote;
  const changed = otherwisePaired(store.mailboxes(), { recorded: store.remoteNames.all(), naming });
  for (const one of changed) {
    const mailbox = mailboxes.find(({ name }) => name === one.name);
    if (mailbox === undefined) continue;
    // It gets the name with which it is recorded.
    if (mailbox.to !== undefined && theirName(mailbox.to, naming.pairs ?? []) === one.before) continue;
    throw otherPairError(one, { names: [one.name], namings });
  }
}

/** One command is to have no more: another run names the others. */
const mostNamed = 100;

/** What is left when those are skipped that the configuration pairs otherwise than before, under all their names. */
export function setOtherPairsAside(
  run: Run,
  { listings, known }: Pick<Reconciled, "listings" | "known">,
): Pick<Reconciled, "listings" | "known"> {
  const naming = listings.remote.naming;
  const recorded = run.store.remoteNames.all();
  const changed = otherwisePaired(known.values(), { recorded, naming });
  const isChanged = new Set(changed.map(({ idx }) => idx));
  for (const { idx, name } of known.values()) {
    const use = recorded.get(idx)?.use;
    // The same name, for another reason.
    if (use !== undefined && !isChanged.has(idx) && use !== useBehind(name, naming.pairs ?? []))
      noteRemoteName(run.store, { idx, name }, naming);
  }
  if (changed.length === 0) return { listings, known };
  const aside = new Set(changed.flatMap(({ name, before }) => [name, ourName(before, naming.pairs ?? []) ?? name]));
  const isListed = ({ name, before }: Repaired): boolean =>
    sides.some((side) => [name, before].some((one) => isListedAs(listings[side], one)));
  const there = changed.filter((one) => isListed(one) && !run.isIgnored(one.name) && !run.skipped.has(one.name));
  const namings = perSide((side) => listings[side].naming);
  for (const [one, below] of byRoot(there)) {
    const names = [one, ...below].slice(0, mostNamed).map(({ name }) => name);
    skipMailbox(run, { mailbox: one.name }, otherPairError(one, { names, namings }));
  }
  for (const name of aside) run.skipped.add(name);
  return {
    listings: perSide((side) => ({ ...listings[side], mailboxes: without(listings[side].mailboxes, aside) })),
    known: without(known, aside),
  };
}

/** Those that are below no other one, each with those below it. */
function byRoot(all: readonly Repaired[]): ReadonlyMap<Repaired, readonly Repaired[]> {
  const roots = new Map<Repaired, Repaired[]>();
  let root: Repaired | undefined;
  // NUL comes before all else: what is below a mailbox follows it.
  for (const one of [...all].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (root !== undefined && isWithin(one.name, root.name)) roots.get(root)?.push(one);
    else roots.set((root = one), []);
  }
  return roots;
}

function isListedAs({ mailboxes, shadowed = [] }: Listing, name: string): boolean {
  return mailboxes.has(name) || shadowed.some((one) => one.name === name);
}

interface Circumstances {
  /** Of this mailbox and those below it. */
  readonly names: readonly string[];
  readonly namings: PerSide<Naming>;
}

function otherPairError({ name, before, now }: Repaired, { names, namings }: Circumstances): InterimapError {
  const { pairs = [] } = namings.remote;
  const present =
    now === undefined
      ? `which is "${briefName(asOurs(asTheirs(name, pairs), pairs))}" now`
      : `and would now be "${briefName(now)}" there`;
  const message = `was synchronised with "${briefName(before)}" of the remote server, ${present}, by ${settingsInCharge}`;
  const forget = { command: "delete", names, targets: ["database"], delimiter: namings.local.delimiter } as const;
  return new InterimapError("MAILBOX_PAIRED", message, {
    hint: [
      "nothing is copied or deleted; to forget what was, and have it matched anew if it has a name there: ",
      forget,
    ],
  });
}
