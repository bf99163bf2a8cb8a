// Mailboxes and subscriptions as a whole: whatever clients made and subscribed, the plans, carried out one after the
// other, end in agreement; also if the process is killed on the way.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListedMailbox, Listing } from "../../../../src/mail/listing/list-mailboxes.ts";
import { otherSide, type PerSide, perSide, type Side, sides } from "../../../../src/model/side.ts";
import { type KnownMailbox, type MailboxPlan, planMailboxes } from "../../../../src/sync/mailboxes/mailbox-plan.ts";
import { fc } from "../../../support/examples.ts";

const names = ["INBOX", "a", "a\0b", "a\0b\0c", "d", "ignored"];
const isIgnored = (name: string): boolean => name === "ignored";

interface World {
  readonly servers: PerSide<Map<string, ListedMailbox>>;
  readonly known: Map<string, KnownMailbox>;
  /** Which servers make the levels above a new mailbox mailboxes, too. */
  readonly makesParents: PerSide<boolean>;
}

const both = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<PerSide<T>> => fc.record({ local: one, remote: one });
const state = fc
  .integer({ min: 1, max: 2 })
  .map((uidNext) => ({ uidValidity: 1, uidNext, highestModSeq: BigInt(uidNext) }));
const listed = fc.record({
  exists: fc.boolean(),
  subscribed: fc.boolean(),
  state: fc.option(state, { nil: undefined }),
});
const recorded = fc.record({ subscribed: fc.boolean(), states: both(fc.option(state, { nil: undefined })) });
const place = fc.record({
  listed: both(fc.option(listed, { nil: undefined })),
  known: fc.option(recorded, { nil: undefined }),
});
const plots = fc.record({
  places: fc.tuple(...names.map(() => place)),
  makesParents: both(fc.boolean()),
});
type Plot = typeof plots extends fc.Arbitrary<infer T> ? T : never;

function worldOf({ places, makesParents }: Plot): World {
  const entries = names.map((name, i) => [name, places[i]!] as const);
  return {
    servers: perSide(
      (side) =>
        new Map(
          entries.flatMap(([name, { listed }]) => {
            const one = listed[side];
            return one === undefined ? [] : [[name, { ...one, wireName: name }]];
          }),
        ),
    ),
    known: new Map(
      entries.flatMap(([name, { known }], idx) =>
        known === undefined ? [] : [[name, { ...known, idx, name, isUnfinished: false }]],
      ),
    ),
    makesParents,
  };
}

function neverSeen(name: string): Omit<KnownMailbox, "subscribed"> {
  return { idx: 99, name, states: { local: undefined, remote: undefined }, isUnfinished: false };
}

function plan({ servers, known }: World): MailboxPlan {
  const naming = { delimiter: "/", reference: "" };
  return planMailboxes(
    perSide((side): Listing => ({ naming, mailboxes: servers[side], unreadable: [] })),
    known,
    isIgnored,
  );
}

/** Carries out plans as a run does, a step at a time. */
function* run(world: World): Generator<void, void, void> {
  for (;;) {
    const { create, subscriptions, record, dirty } = plan(world);
    for (const { side, name } of create) {
      yield;
      createOn(world, side, name);
    }
    if (create.length > 0) continue;
    for (const { side, name, subscribed } of subscriptions) {
      yield;
      world.servers[side].set(name, { ...world.servers[side].get(name)!, subscribed });
    }
    yield;
    for (const { name, subscribed } of record) {
      const known = world.known.get(name) ?? neverSeen(name);
      world.known.set(name, { ...known, subscribed });
    }
    for (const name of dirty) {
      yield;
      const states = perSide((side) => world.servers[side].get(name)?.state ?? fresh);
      for (const side of sides) {
        world.servers[side].set(name, { ...world.servers[side].get(name)!, state: states[side] });
      }
      world.known.set(name, { ...world.known.get(name)!, states });
    }
    return;
  }
}

const fresh = { uidValidity: 9, uidNext: 1, highestModSeq: 1n };

function createOn({ servers, makesParents }: World, side: Side, name: string): void {
  const mailboxes = servers[side];
  const make = (one: string): void => {
    const before = mailboxes.get(one);
    assert.notEqual(before?.exists, true, `${one} is there already`);
    mailboxes.set(one, { subscribed: false, ...before, wireName: one, exists: true, state: fresh });
  };
  make(name);
  if (!makesParents[side]) return;
  const parents = name.split("\0").slice(0, -1);
  for (const [i] of parents.entries()) {
    const parent = parents.slice(0, i + 1).join("\0");
    if (mailboxes.get(parent)?.exists !== true) make(parent);
  }
}

function end({ servers, known }: World): unknown {
  const sorted = <T>(map: ReadonlyMap<string, T>): [string, T][] => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  const mailboxes = perSide((side) =>
    sorted(servers[side]).map(([name, { exists, subscribed }]) => `${name} ${exists} ${subscribed}`),
  );
  return { mailboxes, known: sorted(known).map(([name, { subscribed }]) => `${name} ${subscribed}`) };
}

test("afterwards both sides have the same mailboxes and subscriptions, and nothing else is changed", () => {
  fc.assert(
    fc.property(plots, (plot) => {
      const [before, after] = [worldOf(plot), worldOf(plot)];
      Array.from(run(after));
      for (const name of names) {
        const was = perSide((side) => before.servers[side].get(name));
        const now = perSide((side) => after.servers[side].get(name));
        const exists = sides.filter((side) => now[side]?.exists === true);
        const known = before.known.get(name);
        // One that is gone may be made anew nevertheless, by a server that needs a parent.
        if (sides.every((side) => !plot.makesParents[side]) && (isIgnored(name) || known !== undefined)) {
          assert.deepEqual(
            exists,
            sides.filter((side) => was[side]?.exists === true),
          );
        }
        if (isIgnored(name) || (known !== undefined && exists.length < 2)) {
          for (const side of sides) assert.equal(now[side]?.subscribed ?? false, was[side]?.subscribed ?? false);
          assert.deepEqual(after.known.get(name), known);
          continue;
        }
        if (exists.length === 0) continue;
        for (const side of sides) assert.deepEqual(after.known.get(name)?.states[side], now[side]?.state, name);
        assert.deepEqual(exists, sides, `${name} exists`);
        const wanted = perSide((side) => was[side]?.subscribed ?? false);
        const isChanged = known !== undefined && sides.some((side) => wanted[side] !== known.subscribed);
        const expected =
          known === undefined ? wanted.local || wanted.remote : isChanged ? !known.subscribed : known.subscribed;
        for (const side of sides) assert.equal(now[side]?.subscribed, expected, `${side} ${name}`);
        assert.equal(after.known.get(name)?.subscribed, expected);
      }
    }),
  );
});

test("planned again there is nothing to do", () => {
  fc.assert(
    fc.property(plots, (plot) => {
      const world = worldOf(plot);
      Array.from(run(world));
      const { create, subscriptions, record, dirty } = plan(world);
      assert.deepEqual(
        { create, subscriptions, record, dirty },
        { create: [], subscriptions: [], record: [], dirty: [] },
      );
    }),
  );
});

test("killed after any step, the next run reaches the same end", () => {
  fc.assert(
    fc.property(plots, (plot) => {
      const undisturbed = worldOf(plot);
      const steps = Array.from(run(undisturbed)).length;
      for (let kill = 0; kill < steps; kill++) {
        const world = worldOf(plot);
        const first = run(world);
        for (let step = 0; step <= kill; step++) first.next();
        Array.from(run(world));
        assert.deepEqual(end(world), end(undisturbed), `killed at ${kill}`);
      }
    }),
  );
});

test("parents come before their children, and the plan for exchanged sides is the plan with its sides exchanged", () => {
  const exchanged = <T>({ local, remote }: PerSide<T>): PerSide<T> => ({ local: remote, remote: local });
  const turned = (list: readonly { readonly side: Side; readonly name: string }[]): string[] =>
    list.map((one) => JSON.stringify({ ...one, side: otherSide(one.side) })).sort();
  const straight = (list: readonly object[]): string[] => list.map((one) => JSON.stringify(one)).sort();
  fc.assert(
    fc.property(plots, (plot) => {
      const one = plan(worldOf(plot));
      const mirrored = plan(
        worldOf({
          places: plot.places.map(({ listed, known }) => ({
            listed: exchanged(listed),
            known: known && { ...known, states: exchanged(known.states) },
          })),
          makesParents: exchanged(plot.makesParents),
        }),
      );
      for (const list of ["create", "subscriptions", "gone"] as const) {
        assert.deepEqual(turned(mirrored[list]), straight(one[list]), list);
      }
      assert.deepEqual([mirrored.record, mirrored.dirty], [one.record, one.dirty]);
      for (const side of sides) {
        const created = one.create.filter((each) => each.side === side).map(({ name }) => name);
        for (const [i, name] of created.entries()) {
          assert.ok(
            created.slice(0, i).every((earlier) => !earlier.startsWith(`${name}\0`)),
            `${name} comes late`,
          );
        }
      }
    }),
  );
});
