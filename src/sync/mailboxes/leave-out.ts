// Leaves out mailboxes because of their special use, and says so once.

import { readings } from "../../model/given-name.ts";
import { perSide, sides } from "../../model/side.ts";
import type { Reconciled, Run } from "../context/run.ts";
import { planLeavingOut } from "./left-out-plan.ts";

type Mailboxes = Pick<Reconciled, "listings" | "known">;

/** What is left: neither listed nor known are those that take no part. Named on the command line, each does. */
export function leaveOut(run: Run, { listings, known }: Mailboxes): Mailboxes {
  const { store, report, skipped } = run;
  const recorded = store.leftOut.all();
  const { names, news, all } = planLeavingOut({ listings, skipped: run.skippedUses ?? new Set(), recorded });
  for (const side of sides) {
    const told = news.filter((one) => one.side === side && !run.isIgnored(one.name));
    if (told.length === 0) continue;
    report({ type: "mailboxes-left-out", side, mailboxes: told.map(({ name }) => name).sort() });
  }
  if (news.length > 0 || all.length < recorded.length) store.leftOut.record(all);
  const given = run.isGiven === true ? namesGiven(run, listings.local.naming.delimiter) : new Set<string>();
  const aside = new Set([...names].filter((name) => !given.has(name)));
  if (aside.size === 0) return { listings, known };
  for (const name of aside) skipped.add(name);
  return {
    listings: perSide((side) => ({ ...listings[side], mailboxes: without(listings[side].mailboxes, aside) })),
    known: without(known, aside),
  };
}

function namesGiven({ query }: Run, delimiter: string | null): ReadonlySet<string> {
  const named = query.patterns.filter((pattern) => !/[*%]/.test(pattern));
  return new Set(named.flatMap((one) => readings(one, delimiter)));
}

/** Of names, what belongs to all but these. */
export function without<T>(all: ReadonlyMap<string, T>, names: ReadonlySet<string>): ReadonlyMap<string, T> {
  return new Map([...all].filter(([name]) => !names.has(name)));
}
