// Renames as a whole: those that a user asks for, and those that clients made on a server and that are followed.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Listing } from "../../../../src/mail/listing/list-mailboxes.ts";
import { InterimapError } from "../../../../src/model/errors.ts";
import { isWithin, toWire } from "../../../../src/model/mailbox-name.ts";
import { otherSide, perSide, type Side } from "../../../../src/model/side.ts";
import { allTargets } from "../../../../src/model/target.ts";
import type { RenameNews } from "../../../../src/sync/renames/rename-news-plan.ts";
import { type Followed, planFollowing } from "../../../../src/sync/renames/rename-news-plan.ts";
import { fc } from "../../../support/examples.ts";
import { apply, assertInPlace, clientRename, clients, decide, plan } from "../../../support/renaming-world.ts";
import { names, naming, plots, turned, type World, worldOf } from "../../../support/renaming-world.ts";

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
        assert.throws(() => plan(world, { from, to }, allTargets), InterimapError);
        return;
      }
      const whole = plan(world, { from, to }, allTargets);
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
      const done = apply(interrupted, plan(interrupted, { from, to }, allTargets), kill);
      apply(
        interrupted,
        plan(
          interrupted,
          { from, to },
          allTargets.filter((target) => !done.includes(target)),
        ),
      );
      assert.deepEqual(end(interrupted), end(world));
    }),
  );
});

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
  const decisions = decide({ servers, known }, () => true);
  const deduced = decisions.followed.map(({ side, from, to }) => ({ side: otherSide(side), from, to }));
  return { told: planFollowing(news, circumstances), deduced };
}

function follow(world: World, followed: readonly Followed[]): void {
  for (const { side, from, to } of followed) apply(world, plan(world, { from, to }, [otherSide(side), "database"]));
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
  const onOtherSides = <T extends { readonly side: Side }>(list: readonly T[]): T[] =>
    list.map((one) => ({ ...one, side: otherSide(one.side) }));
  const sorted = (list: readonly Followed[]): string[] => list.map((one) => JSON.stringify(one)).sort();
  fc.assert(
    fc.property(plots, fc.array(clientRename, { maxLength: 4 }), (plot, renames) => {
      const world = worldOf(plot);
      const news = clients(world, renames);
      const straight = found(world, news);
      const mirrored = found(turned(world), onOtherSides(news));
      assert.deepEqual(sorted(onOtherSides(mirrored.told)), sorted(straight.told));
      assert.deepEqual(sorted(onOtherSides(mirrored.deduced)), sorted(straight.deduced));
    }),
  );
});
