// Clients rename on both servers before either of them is looked at: look by look, until nothing more is decided.

import assert from "node:assert/strict";
import { test } from "node:test";
import { toWire } from "../../../../src/model/mailbox-name.ts";
import { otherSide, perSide, type Side, sides } from "../../../../src/model/side.ts";
import { isTemporary, settledName } from "../../../../src/model/temporary-name.ts";
import type { KnownMailbox } from "../../../../src/sync/mailboxes/mailbox-plan.ts";
import { sidesToAgree } from "../../../../src/sync/renames/rename-advice.ts";
import type { Decisions } from "../../../../src/sync/renames/rename-decisions.ts";
import { planRenameSteps, type RenameStep } from "../../../../src/sync/renames/rename-steps.ts";
import type { Held, Renaming } from "../../../../src/sync/renames/renaming.ts";
import { fc } from "../../../support/examples.ts";
import { apply, assertInPlace, clientRename, clients, decide, plan } from "../../../support/renaming-world.ts";
import { naming, plots, renameOn, turned, type World, worldOf } from "../../../support/renaming-world.ts";

/** What it is called there; empty where it is no more. */
function placeIn({ servers }: World, { states }: KnownMailbox, side: Side): readonly string[] {
  const is = states[side]?.uidValidity;
  return [...servers[side]].filter(([, { state }]) => state?.uidValidity === is).map(([name]) => name);
}

const sideOf = clientRename.map(({ side }) => side);
const made = fc.record({ side: sideOf, made: fc.constantFrom("a", "a\0b", "d", "f", "g\0h", "g") });
const lossless = fc.array(fc.oneof({ arbitrary: clientRename, weight: 5 }, made), { minLength: 1, maxLength: 6 });
const change = fc.oneof({ arbitrary: clientRename, weight: 5 }, made, fc.record({ side: sideOf, removed: fc.nat(9) }));
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

/** As settle-names.ts does, with servers that refuse nothing; only so many steps of it. */
function carryOut(world: World, { moves, followed, recorded, carried }: Decisions, most = Infinity): void {
  let left = most;
  const isEnded = (): boolean => left-- <= 0;
  for (const those of moves) {
    const { side } = those[0]!;
    const others = moves.flat().filter((move) => move.side === side && !those.includes(move));
    const isElsewhere = new Set([...those, ...others, ...carried].map(({ idx }) => idx));
    const staying = world.known.filter(({ idx }) => !isElsewhere.has(idx)).flatMap((one) => placeIn(world, one, side));
    const steps = stepsOn(world, side, [
      ...[...staying, ...others.map(({ current }) => current)].map((name) => [name, name] as const),
      ...those.map(({ current, to }) => [current, to] as const),
    ]);
    assert.ok(steps, `no way on the ${side} server`);
    for (const { from, to } of steps) {
      if (isEnded()) return;
      assert.ok(renameOn(world.servers[side], from, to), `${side}: ${from} to ${to}`);
    }
  }
  for (const { side, from, to } of followed) {
    const whole = plan(world, { from, to }, [side, "database"]);
    if (isEnded()) return;
    apply(world, whole, whole.servers.length);
    if (isEnded()) return;
    apply(world, { ...whole, servers: [] });
  }
  if (isEnded()) return;
  const done: Renaming[] = [...recorded, ...moves.flat().filter(({ from, to }) => from !== to)];
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

function stepsOn(
  { servers }: World,
  side: Side,
  goals: readonly (readonly [string, string])[],
): readonly RenameStep[] | undefined {
  const settled = goals.filter(([from, to]) => from !== to || !isTemporary(from));
  return planRenameSteps({ names: servers[side].keys(), goals: new Map(settled) });
}

/** True if anything that made room has its name back. */
function bringBack(world: World): boolean {
  let isAny = false;
  for (const side of sides) {
    const names = [...world.servers[side].keys()];
    const steps = stepsOn(
      world,
      side,
      names.map((name) => [name, name]),
    );
    for (const { from, to } of steps ?? []) assert.ok(renameOn(world.servers[side], from, to));
    isAny ||= steps !== undefined && steps.length > 0;
  }
  return isAny;
}

/** What is left alone when nothing more is decided. */
function settle(world: World, isTold: (side: Side) => boolean): readonly Held[] {
  for (let looks = 0; looks < 12; looks++) {
    const decisions = decide(world, isTold);
    const { moves, followed, recorded, carried, held } = decisions;
    if (moves.length + followed.length + recorded.length === 0) {
      assert.deepEqual(carried, []);
      if (bringBack(world)) continue;
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

/** Known mailboxes that both servers have, and that are not left alone, are where the database says. */
function assertSettled(world: World, held: readonly Held[]): void {
  const left = new Set(held.map(({ idx }) => idx));
  const isWhole = (one: KnownMailbox): boolean => sides.every((side) => placeIn(world, one, side).length > 0);
  assertInPlace({ ...world, known: world.known.filter((one) => isWhole(one) && !left.has(one.idx)) });
  for (const side of sides) {
    const names = [...world.servers[side].keys()];
    // A new one may have come where its name is another's now.
    for (const name of names.filter(isTemporary)) assert.ok(names.includes(settledName(name)), name);
  }
  const isSaid = held.length === 0 || held.some(({ obstacle }) => obstacle.kind !== "entangled");
  assert.ok(isSaid, "there is no line");
}

const options = { numRuns: Number(process.env["RUNS"] ?? 300), includeErrorInReport: true };

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
      assertSettled(world, held);
    }),
    options,
  );
});

test("ended after any step, nothing is lost, and what is not left alone is settled by the next run", () => {
  fc.assert(
    fc.property(plots, lossless, fc.subarray([...sides]), fc.nat(6), (plot, all, telling, steps) => {
      const world = worldOf(plot);
      clientsDo(world, all);
      const before = validities(world);
      const isTold = (side: Side): boolean => telling.includes(side);
      carryOut(world, decide(world, isTold), steps);
      const held = settle(world, isTold);
      assert.deepEqual(validities(world), before);
      assertSettled(world, held);
    }),
    options,
  );
});

/** What the lines advise; see rename-advice.ts. */
function takeAdvice(world: World, { from, to, obstacle }: Held, newName: string): void {
  if (obstacle.kind === "both") {
    const { names } = obstacle;
    const [side] = sidesToAgree(names, world.servers);
    if (side === undefined)
      for (const one of sides) apply(world, plan(world, { from: names[one], to: newName }, [one]));
    else apply(world, plan(world, { from: names[side], to: names[otherSide(side)] }, [side]));
  } else if (obstacle.kind === "taken") {
    const targets = obstacle.isKnown ? (["database"] as const) : [];
    apply(world, plan(world, { from: to, to: newName }, [otherSide(obstacle.side), ...targets]));
  } else {
    assert.equal(obstacle.kind, "mere");
    if (obstacle.kind === "mere") apply(world, plan(world, { from, to }, [otherSide(obstacle.side), "database"]));
  }
}

test("whatever is left alone, the commands of the lines settle it", () => {
  fc.assert(
    fc.property(plots, lossless, fc.subarray([...sides]), (plot, all, telling) => {
      const world = worldOf(plot);
      clientsDo(world, all);
      const before = validities(world);
      const look = (): readonly Held[] => settle(world, (side) => telling.includes(side));
      let commands = 0;
      for (let held = look(); held.length > 0; held = look()) {
        assert.ok(commands++ < 30, "there is no end to it");
        takeAdvice(
          world,
          held.find(({ obstacle }) => obstacle.kind !== "entangled")!,
          `new${commands}`,
        );
      }
      assert.deepEqual(validities(world), before);
      assertInPlace(world);
    }),
    options,
  );
});
