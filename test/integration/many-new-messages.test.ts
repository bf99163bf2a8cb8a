// Many new messages in one mailbox: the first are on their way before the server has told the sizes of all, and whatever it
// leaves out meanwhile, or whatever happens to the rest, none is lost and none is there twice.

import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { test } from "node:test";
import { otherSide, sides } from "../../src/model/side.ts";
import { startDovecot } from "../support/dovecot.ts";
import { runInterimap } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import { inTurn } from "../support/turns.ts";
import { contents, deliver, expunge, mails, twoStores } from "../support/two-stores.ts";
import { assertConverges, assertNothingToDo } from "./converge.ts";

const onOne = inTurn(sides);

const servers = await startAll({ local: startDovecot(), remote: startDovecot() });

const size = (uid: number): RegExp => new RegExp(`UID ${String(uid)} RFC822\\.SIZE`);
const append = /^\S+ APPEND /;

for (const source of sides) {
  const test = onOne(source);
  const target = otherSide(source);

  test(`the first are appended to the ${target} server while the sizes of the rest are awaited`, async (t) => {
    const stores = await twoStores(t, servers);
    // More than those whose sizes are asked for before any message is, however long a round trip takes: see slicesFor().
    const many = 6200;
    await deliver(stores[source], "INBOX", ...mails("m", many));
    const progress = new EventEmitter();
    const begun = once(progress, "append");
    stores.hold(target, "client", { pattern: append, action: () => void progress.emit("append") });
    stores.hold(source, "server", { pattern: size(many), action: () => begun.then(() => undefined) });
    await assertConverges(stores);
    await assertNothingToDo(stores);
    assert.equal((await contents(stores[target])).length, many);
  });

  test(`the ${source} server leaves out sizes of some of many: all are copied, once`, async (t) => {
    const stores = await twoStores(t, servers);
    await deliver(stores[source], "INBOX", ...mails("m", 1500));
    for (const uid of [1, 256, 257, 700, 1500])
      stores.hold(source, "server", { pattern: size(uid), action: () => ({ instead: "* OK nothing" }) });
    await assertConverges(stores);
    await assertNothingToDo(stores);
    assert.equal((await contents(stores[target])).length, 1500);
  });

  test(`some of many are deleted on the ${source} server while they are being copied`, async (t) => {
    const stores = await twoStores(t, servers);
    await deliver(stores[source], "INBOX", ...mails("m", 1500));
    stores.hold(target, "client", {
      pattern: append,
      action: () => expunge(stores[source], "3,200:210,256:260,1490:1500"),
    });
    await runInterimap(stores.home);
    await assertConverges(stores);
    await assertNothingToDo(stores);
    assert.equal((await contents(stores[target])).length, 1500 - 28);
  });

  test(`a few among many UIDs of the ${source} server`, async (t) => {
    const stores = await twoStores(t, servers);
    await deliver(stores[source], "INBOX", ...mails("m", 3000));
    await expunge(stores[source], "2:1400,1402:2990");
    await assertConverges(stores);
    await assertNothingToDo(stores);
    assert.equal((await contents(stores[target])).length, 12);
  });
}

test("both sides have many", async (t) => {
  const stores = await twoStores(t, servers);
  await assertConverges(stores);
  for (const side of sides) await deliver(stores[side], "INBOX", ...mails(side, 700));
  await assertConverges(stores);
  await assertNothingToDo(stores);
  assert.equal((await contents(stores.local)).length, 1400);
});
