// A daemon whose servers fall silent without a word, and one that was itself asleep: dead connections are given up after
// 50 s, and at once when the clock tells. Takes a minute, because such a minute is what is tested.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Side, sides } from "../../src/model/side.ts";
import { startDovecot } from "../support/dovecot.ts";
import { fakeClock } from "../support/fake-clock.ts";
import { type GatedStores, startGated } from "../support/gated-stores.ts";
import { scratchDirectory } from "../support/scratch.ts";
import { signalServer } from "../support/server-signal.ts";
import { startAll } from "../support/start-all.ts";
import { inTurn } from "../support/turns.ts";
import { contents, deliver, mail, mails } from "../support/two-stores.ts";
import { becomeIdentical, becomes, type WatchedStores } from "../support/watching.ts";
import { assertNothingToDo } from "./converge.ts";

const onOne = inTurn(sides);

const servers = await startAll({ local: startDovecot(), remote: startDovecot({ separator: "." }) });

/** Both sides come to hold exactly these messages, by the same process, which then ends well. */
async function assertRecovers(stores: WatchedStores, expected: readonly string[]): Promise<void> {
  for (const side of sides) await becomes(() => contents(stores[side]), [...expected]);
  await becomeIdentical(stores);
  await stores.daemon.waits();
  const { stderr } = await stores.daemon.stop();
  assert.doesNotMatch(stderr, /Warning|internal error/);
  await assertNothingToDo(stores);
}

/** Waits for the end of the connection. */
async function assertGivenUp({ daemon }: WatchedStores, side: Side): Promise<void> {
  assert.match(await daemon.line(/no answer/), new RegExp(`^${side}: no answer for 50 s; trying again in [12] s$`));
}

/** The connection of the other side is the one of the beginning. */
function assertUntouched({ gates }: GatedStores, side: Side): void {
  assert.equal(gates[side].connections, 2, "the first run's, and the daemon's");
}

describe("silence", { concurrency: 8 }, () => {
  test("while nothing happens: noticed by asking for a sign of life", async (t) => {
    const stores = await startGated(t, servers);
    stores.gates.remote.stall();
    await deliver(stores.remote, "INBOX", mail("r"));
    await assertGivenUp(stores, "remote");
    stores.gates.remote.resume();
    await stores.daemon.line(/^remote: Connected again/);
    assertUntouched(stores, "local");
    await deliver(stores.local, "INBOX", mail("l"));
    await assertRecovers(stores, ["l", "r"]);
  });

  test("of one connection, forgotten by a router, while nothing happens: the next one works", async (t) => {
    const stores = await startGated(t, servers);
    stores.gates.local.forget();
    await deliver(stores.local, "INBOX", mail("l"));
    await assertGivenUp(stores, "local");
    await stores.daemon.line(/^local: Connected again/);
    assertUntouched(stores, "remote");
    await deliver(stores.remote, "INBOX", mail("r"));
    await assertRecovers(stores, ["l", "r"]);
  });

  for (const side of sides) {
    const test = onOne(side);
    test(`in the middle of copying from the ${side} side`, async (t) => {
      const stores = await startGated(t, servers, { args: ["--notify"] });
      const isStalled = new Promise<void>((resolve) => {
        stores.hold(side, "client", {
          pattern: /^\S+ UID FETCH .*BODY\.PEEK\[\]/,
          action: () => {
            stores.gates[side].stall();
            resolve();
          },
        });
      });
      await deliver(stores[side], "INBOX", ...mails("m", 5));
      await isStalled;
      await assertGivenUp(stores, side);
      stores.gates[side].resume();
      await assertRecovers(stores, ["m1", "m2", "m3", "m4", "m5"]);
    });
  }

  test("of a server process that is stopped, and goes on too late", async (t) => {
    const own = await startDovecot();
    t.after(() => own.stop());
    const stores = await startGated(t, { local: servers.local, remote: own });
    signalServer(own, "SIGSTOP");
    await deliver(stores.local, "INBOX", mail("l"));
    await assertGivenUp(stores, "remote");
    signalServer(own, "SIGCONT");
    await deliver(stores.remote, "INBOX", mail("r"));
    await assertRecovers(stores, ["l", "r"]);
  });

  test("of this machine, says its clock, while nothing happens and in the middle of the work: all connections are made anew", async (t) => {
    const clock = fakeClock(scratchDirectory("clock"));
    const stores = await startGated(t, servers, { args: ["--notify"], env: clock.env });
    const { daemon, gates } = stores;
    clock.set(3_600);
    assert.match(await daemon.line(/clock jumped/), /^The clock jumped ahead by 1 h: /);
    await daemon.waits(2);
    assert.deepEqual([gates.local.connections, gates.remote.connections], [3, 3]);

    stores.hold("remote", "server", {
      pattern: /^\S+ OK \[APPENDUID/,
      action: async () => {
        clock.set(7_200);
        await daemon.says(/clock jumped ahead by 1 h/, 2);
      },
    });
    await deliver(stores.local, "INBOX", mail("l"));
    await daemon.says(/clock jumped ahead by 1 h/, 2);
    await becomes(() => [gates.local.connections, gates.remote.connections], [4, 4]);
    await deliver(stores.remote, "INBOX", mail("r"));
    await assertRecovers(stores, ["l", "r"]);
    assert.deepEqual(daemon.said(/lost|trying again/), []);
  });

  test("of ourselves, stopped for a while: all connections are made anew", async (t) => {
    const clock = fakeClock(scratchDirectory("clock"));
    const stores = await startGated(t, servers, { args: ["--notify"], env: clock.env });
    const { daemon, gates } = stores;
    daemon.kill("SIGSTOP");
    for (const side of sides) gates[side].forget();
    await deliver(stores.local, "INBOX", mail("l"));
    await deliver(stores.remote, "INBOX", mail("r"));
    clock.set(3_600);
    daemon.kill("SIGCONT");
    await daemon.line(/^The clock jumped ahead by 1 h: /);
    await daemon.waits(2);
    assert.deepEqual([gates.local.connections, gates.remote.connections], [3, 3]);
    await assertRecovers(stores, ["l", "r"]);
    assert.deepEqual(daemon.said(/lost|trying again/), []);
  });
});
