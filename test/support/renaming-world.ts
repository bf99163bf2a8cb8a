// Two servers with the same mailboxes, a database that knows them, and clients that rename: values, for properties.

import assert from "node:assert/strict";
import type { ListedMailbox } from "../../src/mail/listing/list-mailboxes.ts";
import { fromWire, isWithin, type Naming, toWire } from "../../src/model/mailbox-name.ts";
import { type PerSide, perSide, type Side, sides } from "../../src/model/side.ts";
import type { Target } from "../../src/model/target.ts";
import type { KnownMailbox } from "../../src/sync/mailboxes/mailbox-plan.ts";
import { decideRenames, type Decisions } from "../../src/sync/renames/rename-decisions.ts";
import type { Followed, Renamed } from "../../src/sync/renames/rename-news-plan.ts";
import { planRename, type RenamePlan } from "../../src/sync/renames/rename-plan.ts";
import { locate, situationOf } from "../../src/sync/renames/whereabouts-plan.ts";
import { fc } from "./examples.ts";

export const names = ["a", "a\0b", "a\0b\0c", "d", "e", "ab"];
export const naming: Naming = { delimiter: "/", reference: "" };

export interface World {
  readonly servers: PerSide<Map<string, ListedMailbox>>;
  readonly known: KnownMailbox[];
}

export const plots = fc.record({
  mailboxes: fc.subarray(names, { minLength: 1 }),
  subscribed: fc.record({ local: fc.subarray(names), remote: fc.subarray(names) }),
});
export type Plot = typeof plots extends fc.Arbitrary<infer T> ? T : never;

/** Both sides have the same mailboxes, which can be told apart by their UIDVALIDITY. */
export function worldOf({ mailboxes, subscribed }: Plot): World {
  const stateOf = (name: string, side: Side): NonNullable<ListedMailbox["state"]> => ({
    uidValidity: names.indexOf(name) + (side === "local" ? 1 : 100),
    uidNext: 7,
    highestModSeq: 8n,
  });
  return {
    servers: perSide(
      (side) =>
        new Map(
          mailboxes.map((name) => [
            name,
            {
              wireName: toWire(name, naming),
              exists: true,
              subscribed: subscribed[side].includes(name),
              state: stateOf(name, side),
            },
          ]),
        ),
    ),
    known: mailboxes.map((name, idx) => ({
      idx,
      name,
      subscribed: true,
      states: perSide((side) => stateOf(name, side)),
      isUnfinished: false,
    })),
  };
}

/** As a server does, when the new name is free (RFC 3501 6.3.5); returns whether it was. */
export function renameOn(mailboxes: Map<string, ListedMailbox>, from: string, to: string): boolean {
  const isInTheWay = (name: string): boolean => isWithin(name, to) && !isWithin(name, from);
  const isFree = ![...mailboxes.keys()].some(isInTheWay) && !isWithin(to, from);
  if (!isFree || ![...mailboxes.keys()].some((name) => isWithin(name, from))) return false;
  for (const [name, mailbox] of [...mailboxes].filter(([name]) => isWithin(name, from))) {
    mailboxes.delete(name);
    const now = to + name.slice(from.length);
    mailboxes.set(now, { ...mailbox, wireName: toWire(now, naming) });
  }
  return true;
}

export const clientRename = fc.record({ side: fc.constantFrom<Side>(...sides), from: fc.nat(9), to: fc.nat(9) });

/** What clients rename, in order; returns what was done. */
export function clients(world: World, renames: readonly { side: Side; from: number; to: number }[]): Followed[] {
  const places = [...names, "f", "g\0h"];
  return renames.flatMap(({ side, from, to }) => {
    const there = [...world.servers[side].keys()];
    const news = { side, from: there[from % there.length]!, to: places[to % places.length]! };
    return renameOn(world.servers[side], news.from, news.to) ? [news] : [];
  });
}

/** Every row names, on both sides, the mailbox that it was made for. */
export function assertInPlace({ servers, known }: World): void {
  for (const { name, states } of known) {
    for (const side of sides) {
      assert.equal(servers[side].get(name)?.state?.uidValidity, states[side]?.uidValidity, `${side} ${name}`);
    }
  }
}

/** The same with its sides exchanged, and listed the other way round. */
export function turned({ servers, known }: World): World {
  const exchanged = <T>({ local, remote }: PerSide<T>): PerSide<T> => ({ local: remote, remote: local });
  return {
    servers: perSide((side) => new Map([...exchanged(servers)[side]].reverse())),
    known: known.map((one) => ({ ...one, states: exchanged(one.states) })),
  };
}

export function decide({ servers, known }: World, isTold: (side: Side) => boolean): Decisions {
  return decideRenames({
    known,
    listed: servers,
    places: perSide((side) => {
      const recorded = known.map(({ idx, name, states }) => ({ idx, name, state: states[side] }));
      const situation = situationOf({ known: recorded, listed: servers[side], isGone: () => true });
      return locate(situation, () => "fits").places;
    }),
    unclear: perSide(() => new Map()),
    isIgnored: () => false,
    isInScope: () => true,
    isTold,
    isConfirmed: () => false,
  });
}

export function plan({ servers, known }: World, { from, to }: Renamed, targets: readonly Target[]): RenamePlan {
  const concerned = perSide(
    (side) => new Map([...servers[side]].filter(([name]) => isWithin(name, from) || isWithin(name, to))),
  );
  const namings = { local: naming, remote: naming };
  return planRename({ from, to, targets, namings, listed: concerned, known });
}

/** Server by server, then the database; as many of these steps as there are to be. */
export function apply({ servers, known }: World, { servers: renames, rows }: RenamePlan, steps = Infinity): Target[] {
  const done: Target[] = [];
  for (const { side, wireFrom, wireTo, emptyLevels, detour } of renames.slice(0, steps)) {
    assert.deepEqual(emptyLevels, []);
    const [from, to] = [wireFrom, wireTo].map((wire) => fromWire(wire, naming)!);
    for (const step of detour ?? [{ from: from!, to: to! }])
      assert.ok(renameOn(servers[side], step.from, step.to), `${side}: ${wireFrom} to ${wireTo}`);
    done.push(side);
  }
  if (steps > renames.length) {
    for (const { idx, name } of rows) known[idx] = { ...known[idx]!, name };
    done.push("database");
  }
  return done;
}
