// What earlier runs could not do, and what of it this run tries again: messages and changes that a server refused, mailboxes
// that wait for room, flags that a mailbox could not keep, and marks \Deleted that were lifted for an expunge.

import type { Listing } from "../../mail/listing/list-mailboxes.ts";
import type { PerSide } from "../../model/side.ts";
import type { RefusedMessage } from "../../state/refused.ts";
import type { RefusedChange } from "../../state/refused-changes.ts";
import type { Run } from "../context/run.ts";
import { isWaitOver } from "../copies/waits.ts";
import { isToBeAskedAgain } from "../flags/unkept-flags.ts";
import type { KnownMailbox } from "../mailboxes/mailbox-plan.ts";
import { isDue } from "./retry-refused.ts";
import { reportStillRefused, reportStillRefusedChanges, reportWaits } from "./still-refused.ts";

export interface Leftovers {
  readonly messages: readonly RefusedMessage[];
  readonly changes: readonly RefusedChange[];
  /** The mailboxes, by idx, in which something is to be tried again. */
  readonly due: ReadonlySet<number>;
}

/** A repair tries everything, whenever it was refused. */
export function leftoversOf(run: Run): Leftovers {
  const { refusals, lifted } = run.store;
  const messages = refusals.messages();
  const changes = refusals.changes();
  const refused = [...messages, ...changes].filter((one) => isOffered(run, one));
  const waits = refusals.waits().filter((wait) => run.repairs === true || isWaitOver(wait));
  const unkept = refusals.unkept().filter((one) => isToBeAskedAgain(one));
  const due = new Set([...[...refused, ...waits, ...unkept].map(({ idx }) => idx), ...lifted.mailboxes()]);
  return { messages, changes, due };
}

interface Outcome {
  /** The names of the mailboxes that the run has gone through. */
  readonly visited: readonly string[];
  readonly known: ReadonlyMap<string, KnownMailbox>;
  readonly listings: PerSide<Listing>;
}

/** Reports, at the end of a run, what it did not try again. What it tried and failed to do was reported then. */
export function reportLeftovers(
  run: Run,
  { messages, changes }: Leftovers,
  { visited, known, listings }: Outcome,
): void {
  const seen = new Set(visited.map((name) => known.get(name)?.idx));
  const isLeft = (one: RefusedMessage | RefusedChange): boolean => !seen.has(one.idx) || !isOffered(run, one);
  reportStillRefused(run, { left: messages.filter(isLeft), known, listings });
  reportStillRefusedChanges(run, { left: changes.filter(isLeft), known, listings });
  reportWaits(run, known, (name) => listings.local.mailboxes.has(name));
}

function isOffered(run: Run, one: RefusedMessage | RefusedChange): boolean {
  return run.repairs === true || isDue(one);
}
