// Whether servers on other ports than before show the accounts that the database is about: a proxy may have come in between, or
// another provider may be there. Mailboxes are only read for that.

import type { Session } from "../../imap/session/session.ts";
import type { ListedMailbox } from "../../mail/listing/list-mailboxes.ts";
import { lookUpListing } from "../../mail/listing/look-up.ts";
import { InterimapError } from "../../model/errors.ts";
import { briefName, type Naming } from "../../model/mailbox-name.ts";
import type { MailboxState } from "../../model/mailbox-state.ts";
import { bothSides, type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import { uidSetOf } from "../../model/uid-set.ts";
import type { Doubt } from "../../state/account-claim.ts";
import type { PrintedPair } from "../../state/fingerprints.ts";
import type { MailboxRecord } from "../../state/mailboxes.ts";
import type { Store } from "../../state/state-store.ts";
import { identitiesIn } from "../identity/identities-in.ts";
import { readablePairs } from "../identity/read-texts.ts";
import { compareRows } from "../identity/recorded-pair.ts";
import { leaveMailboxes } from "../renames/second-look.ts";
import { type Comparison, conclude, numbersObjection, unclearAmong } from "./same-accounts-plan.ts";

export interface Comparing {
  readonly sessions: PerSide<Session>;
  readonly namings: PerSide<Naming>;
  readonly store: Store;
  readonly isIgnored?: (name: string) => boolean;
}

/** How many mailboxes have their numbers compared, */
const mostMailboxes = 256;
/** how many of them their messages, */
const mostOpened = 16;
/** and how many of the newest messages. */
const sampleSize = 32;

/** @throws InterimapError OTHER_ACCOUNTS unless they are shown. */
export async function requireSameAccounts(comparing: Comparing, { sides: doubted, error }: Doubt): Promise<void> {
  const objection = await objectionTo(comparing, doubted);
  if (objection === undefined) return;
  const message = `${error.message}; only the port differs, but ${objection}`;
  throw new InterimapError(error.code, message, {
    cause: error,
    ...(error.hint !== undefined && { hint: error.hint }),
  });
}

type Known = MailboxRecord & { readonly states: PerSide<MailboxState> };
type Listed = PerSide<ReadonlyMap<string, ListedMailbox>>;

async function objectionTo(comparing: Comparing, doubted: readonly Side[]): Promise<string | undefined> {
  const { sessions, namings, store, isIgnored = () => false } = comparing;
  const known = store
    .mailboxes()
    .filter((one): one is Known => sides.every((side) => one.states[side] !== undefined) && !isIgnored(one.name))
    .sort((a, b) => Number(b.name === "INBOX") - Number(a.name === "INBOX"))
    .slice(0, mostMailboxes);
  const names = known.map(({ name }) => name);
  const listed = await bothSides(
    async (side) => (await lookUpListing(sessions[side], { naming: namings[side], names })).mailboxes,
  );
  const common = known.filter(({ name }) => sides.every((side) => listed[side].get(name)?.exists === true));
  for (const { name, states } of known) {
    for (const side of doubted) {
      const objection = numbersObjection(states[side], listed[side].get(name)?.state);
      if (objection !== undefined) return `"${briefName(name)}" has ${objection} there`;
    }
  }
  return messagesObjection({ ...comparing, doubted, listed }, common);
}

interface Opening extends Comparing {
  readonly doubted: readonly Side[];
  readonly listed: Listed;
}

/** Each of these sides has to hold a recorded message in one mailbox, and others in none. */
async function messagesObjection(opening: Opening, common: readonly Known[]): Promise<string | undefined> {
  const { doubted } = opening;
  const shown = new Set<Side>();
  let opened = 0;
  for (const mailbox of common) {
    const pairs = recordedPairs(opening.store, mailbox);
    if (pairs.length === 0) continue;
    if (opened++ === mostOpened) break;
    const finding = await compareIn(opening, mailbox, pairs);
    if (typeof finding === "string") return `"${briefName(mailbox.name)}" has ${finding} there`;
    if (doubted.some((side) => finding.others.includes(side)))
      return `"${briefName(mailbox.name)}" has other messages there`;
    for (const side of finding.shown) shown.add(side);
  }
  await leaveMailboxes(opening.sessions);
  return doubted.every((side) => shown.has(side)) ? undefined : "no recorded message was found there";
}

/** Those that a checkpoint has confirmed. */
function recordedPairs(store: Store, { idx, states }: Known): PrintedPair[] {
  if (store.flaw(idx) !== undefined) return [];
  return store.fingerprints
    .newest(idx, { limit: 2 * sampleSize })
    .filter((pair) => sides.every((side) => pair[side] < states[side].uidNext))
    .slice(-sampleSize);
}

const nothing: Comparison = { shown: [], others: [] };

/** What numbers say against it, or else what messages show. */
async function compareIn(
  { sessions, doubted, listed }: Opening,
  { name, states }: Known,
  pairs: readonly PrintedPair[],
): Promise<Comparison | string> {
  const wireNames = perSide((side) => listed[side].get(name)!.wireName);
  const found = await bothSides(
    async (side) =>
      (await identitiesIn(sessions[side], wireNames[side], uidSetOf(pairs.map((pair) => pair[side])))) ?? new Map(),
  );
  // Where the server did not tell its numbers when it was listed.
  for (const side of sides) {
    const { view } = sessions[side];
    if (view?.wireName !== wireNames[side]) return nothing;
    const objection = numbersObjection(states[side], view);
    if (objection !== undefined) return doubted.includes(side) ? objection : nothing;
  }
  const compared = compareRows(pairs, found);
  return conclude(compared, await readablePairs({ sessions }, unclearAmong(compared)));
}
