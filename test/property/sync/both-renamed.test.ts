// Clients rename on both servers before either of them is looked at: look by look, until nothing more is decided.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { toWire } from "../../../src/model/mailbox-name.ts";
import { groupBy } from "../../../src/model/group-by.ts";
import { otherSide, perSide, sides, type Side } from "../../../src/model/side.ts";
import type { KnownMailbox } from "../../../src/sync/mailbox-plan.ts";
import type { Decisions } from "../../../src/sync/rename-decisions.ts";
import { planRenameSteps } from "../../../src/sync/rename-steps.ts";
import type { Held, Move, Renaming } from "../../../src/sync/renaming.ts";
import { apply, assertInPlace, clientRename, clients, decide, plan } from "../../support/renaming-world.ts";
import { naming, plots, renameOn, turned, worldOf, type World } from "../../support/renaming-world.ts";

/** What it is called there; empty where it is no more. */
function placeIn({ servers }: World, { states }: KnownMailbox, side: Side): readonly string[] {
  const is = states[side]?.uidValidity;
  return [...servers[side]].filter(([, { state }]) => state?.uidValidity === is).map(([name]) => name);
}

const change = fc.oneof(
  { arbitrary: clientRename, weight: 5 },
  fc.record({ side: clientRename.map(({ side }) => side), made: fc.constantFrom("a", "a\0b", "d", "f", "g\0h", "g") }),
  fc.record({ side: clientRename.map(({ side }) => side), removed: fc.nat(9) }),
);
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function clientsDo(world: World, changes: readonly Change[]): void {
  for (const [at, one] of changes.entries()) {
    const mailboxes = world.servers[one.side];
    if ("from" in one) clients(world, [one]);
    else if ("removed" in one) mailboxes.delete([...mailboxes.keys()][one.removed] ?? "");
    else if (!mailboxes.has(one.made)) {
      const state = { uidValidity: 1000 + at, uidNext: 7, highestModSeq: 8n };
      mailboxes.set(one.made, { wireName: toWire(one.made, naming), exists: true, subscribed: false, state });
    }
  }
}

/** As settle-names.ts does, with servers that refuse nothing. */
function carryOut(world: World, { moves, followed, recorded, carried }: Decisions): void {
  for (const [side, those] of groupBy<Side, Move>(moves, (move) => move.side)) {
    const isElsewhere = new Set([...those, ...carried].map(({ idx }) => idx));
    const staying = world.known.filter(({ idx }) => !isElsewhere.has(idx)).flatMap((one) => placeIn(world, one, side));
    const goals = new Map([
      ...staying.map((name) => [name, name] as const),
      ...those.map(({ current, to }) => [current, to] as const),
    ]);
    const steps = planRenameSteps({ names: world.servers[side].keys(), goals });
    assert.ok(steps, `no way on the ${side} server`);
    for (const { from, to } of steps) {
      assert.ok(renameOn(world.servers[side], from, to), `${side}: ${from} to ${to}`);
    }
  }
  for (const { side, from, to } of followed) {
    apply(world, plan(world, { from, to }, [side, "database"]));
  }
  const done: Renaming[] = [...recorded, ...moves.filter(({ from, to }) => from !== to)];
  done.push(...carried.filter(({ above }) => done.some(({ idx }) => idx === above)));
  for (const { idx, to } of done) {
    const holder = world.known.findIndex((one) => one.name === to && !done.some((other) => other.idx === one.idx));
    if (holder >= 0)
      assert.ok(
        sides.every((side) => placeIn(world, world.known[holder]!, side).length === 0),
        `${to} is known, and somewhere`,
      );
    if (holder >= 0) world.known[holder] = { ...world.known[holder]!, name: `gone ${holder}` };
    world.known[idx] = { ...world.known[idx]!, name: to };
  }
  assert.equal(new Set(world.known.map(({ name }) => name)).size, world.known.length, "a name is known twice");
}

/** What is left alone when nothing more is decided. */
function settle(world: World, isTold: (side: Side) => boolean): readonly Held[] {
  for (let looks = 0; looks < 9; looks++) {
    const decisions = decide(world, isTold);
    const { moves, followed, recorded, carried, held } = decisions;
    if (moves.length + followed.length + recorded.length === 0) {
      assert.deepEqual(carried, []);
      return held;
    }
    carryOut(world, decisions);
  }
  assert.fail("there is no end to it");
}

function end({ servers, known }: World): unknown {
  return {
    known: known.map(({ name }) => name),
    servers: perSide((side) => new Map([...servers[side]].map(([name, { state }]) => [name, state?.uidValidity]))),
  };
}

function validities(world: World): unknown {
  return perSide((side) => new Set([...world.servers[side].values()].map(({ state }) => state?.uidValidity)));
}

test("both servers' renames come to the same end, whichever of them is which; nothing is lost, and what is left alone is said", () => {
  const renames = fc.array(change, { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(plots, renames, fc.subarray([...sides]), (plot, all, telling) => {
      const world = worldOf(plot);
      clientsDo(world, all);
      const before = validities(world);
      const mirrored = turned(world);
      const held = settle(world, (side) => telling.includes(side));
      const other = settle(mirrored, (side) => telling.includes(otherSide(side)));
      assert.deepEqual(end(turned(mirrored)), end(world));
      assert.deepEqual(
        other.map(({ idx, obstacle }) => `${idx} ${obstacle.kind}`).sort(),
        held.map(({ idx, obstacle }) => `${idx} ${obstacle.kind}`).sort(),
      );

      assert.deepEqual(validities(world), before);
      const left = new Set(held.map(({ idx }) => idx));
      const isWhole = (one: KnownMailbox): boolean => sides.every((side) => placeIn(world, one, side).length > 0);
      assertInPlace({ ...world, known: world.known.filter((one) => isWhole(one) && !left.has(one.idx)) });
      if (held.length > 0)
        assert.ok(
          held.some(({ obstacle }) => obstacle.kind !== "entangled"),
          "no line",
        );
    }),
    { numRuns: Number(process.env["RUNS"] ?? 300) },
  );
});
