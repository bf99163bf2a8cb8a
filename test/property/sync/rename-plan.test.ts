// Renames as a whole: those that a user asks for, and those that clients made on a server and that are followed.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { InterimapError } from "../../../src/model/errors.ts";
import { fromWire, isWithin, toWire, type Naming } from "../../../src/model/mailbox-name.ts";
import { otherSide, perSide, sides, type PerSide, type Side } from "../../../src/model/side.ts";
import { allTargets, type Target } from "../../../src/model/target.ts";
import type { RenameNews } from "../../../src/sync/agenda.ts";
import { parentsOnly, planFollowing, type Followed } from "../../../src/sync/follow-renames.ts";
import type { ListedMailbox, Listing } from "../../../src/sync/mailbox-listing.ts";
import type { KnownMailbox } from "../../../src/sync/mailbox-plan.ts";
import { decideRenames } from "../../../src/sync/rename-decisions.ts";
import { planRename, type RenamePlan } from "../../../src/sync/rename-plan.ts";
import { locate } from "../../../src/sync/whereabouts-plan.ts";

const names = ["a", "a\0b", "a\0b\0c", "d", "e", "ab"];
const naming: Naming = { delimiter: "/", reference: "" };

interface World {
  readonly servers: PerSide<Map<string, ListedMailbox>>;
  readonly known: KnownMailbox[];
}

const plots = fc.record({
  mailboxes: fc.subarray(names, { minLength: 1 }),
  subscribed: fc.record({ local: fc.subarray(names), remote: fc.subarray(names) }),
});
type Plot = typeof plots extends fc.Arbitrary<infer T> ? T : never;

/** Both sides have the same mailboxes, which can be told apart by their UIDVALIDITY. */
function worldOf({ mailboxes, subscribed }: Plot): World {
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
function renameOn(mailboxes: Map<string, ListedMailbox>, from: string, to: string): boolean {
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

function plan({ servers, known }: World, from: string, to: string, targets: readonly Target[]): RenamePlan {
  const concerned = perSide(
    (side) => new Map([...servers[side]].filter(([name]) => isWithin(name, from) || isWithin(name, to))),
  );
  const namings = { local: naming, remote: naming };
  return planRename({ from, to, targets, program: ["interimap"], namings, listed: concerned, known });
}

/** Server by server, then the database; as many of these steps as there are to be. */
function apply({ servers, known }: World, { servers: renames, rows }: RenamePlan, steps = Infinity): Target[] {
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

function end({ servers, known }: World): unknown {
  const mailboxes = perSide((side) =>
    [...servers[side]].map(([name, { state }]) => `${name} ${String(state?.uidValidity)}`).sort(),
  );
  return { mailboxes, known: known.map(({ name }) => name) };
}

const command = fc.record({ from: fc.constantFrom(...names), to: fc.constantFrom(...names, "f", "a\0f", "f\0g") });

test("a rename that may be done is done everywhere alike, with what is below; ended in between, the rest can be done", () => {
  fc.assert(
    fc.property(plots, command, fc.nat(2), (plot, { from, to }, kill) => {
      const world = worldOf(plot);
      const wanted = plot.mailboxes
        .filter((name) => isWithin(name, from))
        .map((name) => to + name.slice(from.length))
        .concat(to);
      const isTaken =
        plot.mailboxes.some((name) => wanted.includes(name) && !isWithin(name, from)) || isWithin(to, from);
      if (isTaken) {
        assert.throws(() => plan(world, from, to, allTargets), InterimapError);
        return;
      }
      const whole = plan(world, from, to, allTargets);
      for (const { side, subscriptions } of whole.servers) {
        const moved = plot.mailboxes.filter((name) => isWithin(name, from) && plot.subscribed[side].includes(name));
        assert.deepEqual(
          subscriptions,
          moved.map((name) => ({ from: name, to: to + name.slice(from.length) })),
        );
      }
      if (!plot.mailboxes.includes(from)) return;
      apply(world, whole);
      const expected = plot.mailboxes.map((name) => (isWithin(name, from) ? to + name.slice(from.length) : name));
      assert.deepEqual(
        world.known.map(({ name }) => name),
        expected,
      );
      assertInPlace(world);

      const interrupted = worldOf(plot);
      const done = apply(interrupted, plan(interrupted, from, to, allTargets), kill);
      apply(
        interrupted,
        plan(
          interrupted,
          from,
          to,
          allTargets.filter((target) => !done.includes(target)),
        ),
      );
      assert.deepEqual(end(interrupted), end(world));
    }),
  );
});

/** Every row names, on both sides, the mailbox that it was made for. */
function assertInPlace({ servers, known }: World): void {
  for (const { name, states } of known) {
    for (const side of sides) {
      assert.equal(servers[side].get(name)?.state?.uidValidity, states[side]?.uidValidity, `${side} ${name}`);
    }
  }
}

const clientRename = fc.record({ side: fc.constantFrom<Side>(...sides), from: fc.nat(9), to: fc.nat(9) });

/** What clients rename, in order; returns what was done. */
function clients(world: World, renames: readonly { side: Side; from: number; to: number }[]): Followed[] {
  const places = [...names, "f", "g\0h"];
  return renames.flatMap(({ side, from, to }) => {
    const there = [...world.servers[side].keys()];
    const news = { side, from: there[from % there.length]!, to: places[to % places.length]! };
    return renameOn(world.servers[side], news.from, news.to) ? [news] : [];
  });
}

function found({ servers, known }: World, done: readonly Followed[]): { told: Followed[]; deduced: Followed[] } {
  const news = done.map(({ side, from, to }): RenameNews => ({
    side,
    from: toWire(from, naming),
    to: toWire(to, naming),
  }));
  const circumstances = {
    listings: perSide((side): Listing => ({ naming, mailboxes: servers[side], unreadable: [] })),
    known: new Map(known.map((one) => [one.name, one])),
    isIgnored: () => false,
  };
  const decisions = decideRenames({
    known,
    listed: servers,
    places: perSide((side) => {
      const recorded = known.map(({ idx, name, states }) => ({ idx, name, state: states[side] }));
      return locate({ known: recorded, listed: servers[side], isGone: () => true }, () => "fits").places;
    }),
    unclear: perSide(() => new Map()),
    isIgnored: () => false,
    isInScope: () => true,
    isTold: () => true,
  });
  const deduced = parentsOnly(decisions.followed).map(({ side, from, to }) => ({ side: otherSide(side), from, to }));
  return { told: planFollowing(news, circumstances), deduced };
}

function follow(world: World, followed: readonly Followed[]): void {
  for (const { side, from, to } of followed) apply(world, plan(world, from, to, [otherSide(side), "database"]));
}

test("a rename on either side is followed on the other, whether it was told or deduced, and once", () => {
  fc.assert(
    fc.property(plots, clientRename, fc.boolean(), (plot, rename, isTold) => {
      const world = worldOf(plot);
      const news = clients(world, [rename]);
      const { told, deduced } = found(world, news);
      assert.deepEqual(told, news);
      assert.deepEqual(deduced, news);
      follow(world, isTold ? told : deduced);
      assertInPlace(world);
      assert.deepEqual(found(world, news), { told: [], deduced: [] });
    }),
  );
});

test("whatever clients renamed, in whichever order, no mailbox is taken for another one", () => {
  fc.assert(
    fc.property(
      plots,
      fc.array(clientRename, { minLength: 2, maxLength: 4 }),
      fc.boolean(),
      (plot, renames, isTold) => {
        const world = worldOf(plot);
        const { told, deduced } = found(world, clients(world, renames));
        for (const { side, from, to } of isTold ? told : deduced) {
          const before = world.known.find(({ name }) => name === from)?.states[side]?.uidValidity;
          assert.equal(world.servers[side].get(to)?.state?.uidValidity, before, `${side}: ${from} is not ${to}`);
        }
      },
    ),
    { numRuns: 1000 },
  );
});

test("what is followed on exchanged sides is the same with its sides exchanged", () => {
  const exchanged = <T>({ local, remote }: PerSide<T>): PerSide<T> => ({ local: remote, remote: local });
  const turned = <T extends { readonly side: Side }>(list: readonly T[]): T[] =>
    list.map((one) => ({ ...one, side: otherSide(one.side) }));
  const sorted = (list: readonly Followed[]): string[] => list.map((one) => JSON.stringify(one)).sort();
  fc.assert(
    fc.property(plots, fc.array(clientRename, { maxLength: 4 }), (plot, all) => {
      const world = worldOf(plot);
      // Where both sides renamed, one of them has to be first.
      const renames = all.filter(({ side }) => side === all[0]?.side);
      const news = clients(world, renames);
      const straight = found(world, news);
      const known = world.known.map((one) => ({ ...one, states: exchanged(one.states) }));
      const mirrored = found({ servers: exchanged(world.servers), known }, turned(news));
      assert.deepEqual(sorted(turned(mirrored.told)), sorted(straight.told));
      assert.deepEqual(sorted(turned(mirrored.deduced)), sorted(straight.deduced));
    }),
  );
});
