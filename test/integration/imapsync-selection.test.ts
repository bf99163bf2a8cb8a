// Messages that --search and ages select on one host, and not on the other: what both have is neither copied again nor deleted.

import assert from "node:assert/strict";
import { test } from "node:test";
import { aged, daysAgo } from "../support/aged.ts";
import { isCourierInstalled, startCourier } from "../support/courier.ts";
import { isCyrusInstalled, startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import { runImapsync } from "../support/run-imapsync.ts";
import { startAll } from "../support/start-all.ts";
import { contents, deliver, mail, store, type TwoStores, twoStores, userNames } from "../support/two-stores.ts";

const hasAll = isCyrusInstalled() && isCourierInstalled();
const servers = await startAll({
  dovecot: startDovecot(),
  ...(hasAll && { cyrus: startCyrus({ users: userNames }), courier: startCourier() }),
});
const dovecots = { local: servers.dovecot, remote: servers.dovecot };

async function run(stores: TwoStores, ...args: readonly string[]) {
  const result = await runImapsync(stores, args);
  assert.equal(result.code, 0, result.lines.join("\n"));
  return result;
}

for (const [from, to] of [
  ["dovecot", "cyrus"],
  ["cyrus", "dovecot"],
  ["dovecot", "courier"],
  ["courier", "dovecot"],
] as const)
  test(
    `ages that servers do not read alike: ${from} to ${to}`,
    { skip: !hasAll && "Cyrus or Courier is not installed" },
    async (t) => {
      const stores = await twoStores(t, { local: servers[from]!, remote: servers[to]! });
      const all = [aged("none", 1), aged("old", 1, 90), aged("new", 90, 1), aged("two", 90, 90, 1)];
      const names = ["new", "none", "old", "two"];
      await deliver(stores.local, "INBOX", ...all);
      await run(stores);
      await deliver(stores.remote, "INBOX", aged("extra", 1, 1));
      for (const age of ["--maxage", "--minage"]) {
        const { figure } = await run(stores, age, "30");
        assert.equal(figure("Messages transferred"), "0");
      }
      assert.deepEqual(await contents(stores.remote), ["extra", ...names]);
      for (const age of ["--maxage", "--minage"]) await run(stores, age, "30", "--delete2");
      assert.deepEqual(await contents(stores.remote), names);
    },
  );

for (const memory of [[], ["--state", "state"], ["--usecache"], ["--useuid"]])
  test(`what was copied because of its flags stays one message when they change: ${memory.join(" ")}`, async (t) => {
    const stores = await twoStores(t, dovecots);
    const args = ["--search", "UNSEEN", "--noresyncflags", ...memory];
    await deliver(stores.local, "INBOX", mail("m1"), mail("m2"));
    assert.equal((await run(stores, ...args)).figure("Messages transferred"), "2");
    await store(stores.remote, "1 +FLAGS (\\Seen)");
    await deliver(stores.local, "INBOX", mail("m3"));
    assert.equal((await run(stores, ...args)).figure("Messages transferred"), "1");
    assert.deepEqual(await contents(stores.remote), ["m1 \\seen", "m2", "m3"]);
  });

test("--useuid: the same holds for messages without a header to know them by", async (t) => {
  const stores = await twoStores(t, dovecots);
  const bare = { ...mail("x"), bytes: Buffer.from(`Date: ${daysAgo(1).toUTCString()}\r\n\r\nbare\r\n`) };
  await deliver(stores.local, "INBOX", bare, bare);
  for (const flags of ["+FLAGS", "-FLAGS"]) {
    const { figure } = await run(stores, "--useuid", "--search", "UNSEEN", "--noresyncflags");
    assert.equal(figure("Messages transferred"), flags === "+FLAGS" ? "2" : "0");
    await store(stores.remote, `1:2 ${flags} (\\Seen)`);
  }
  await run(stores, "--useuid", "--maxage", "30", "--noabletosearch1", "--delete2");
  assert.equal((await contents(stores.remote)).length, 2);
});

test("with --syncduplicates, equal messages of which host2 selects none are known as often as they are there", async (t) => {
  const stores = await twoStores(t, dovecots);
  await deliver(stores.local, "INBOX", mail("m1"), mail("m1"), mail("m1"));
  await run(stores, "--syncduplicates");
  await store(stores.remote, "1:3 +FLAGS (\\Seen)");
  const { figure } = await run(stores, "--syncduplicates", "--search", "UNSEEN", "--noresyncflags");
  assert.equal(figure("Messages transferred"), "0");
  assert.equal((await contents(stores.remote)).length, 3);
});

for (const dates of [[], ["--nosyncinternaldates"], ["--idatefromheader"]])
  test(`where one server cannot search, ages are of two kinds, whatever dates copies have: ${dates.join(" ")}`, async (t) => {
    const stores = await twoStores(t, dovecots);
    await deliver(stores.local, "INBOX", aged("late", 10, 90), aged("early", 90, 1));
    await run(stores, ...dates);
    for (const host of ["1", "2"]) {
      const { figure } = await run(stores, "--maxage", "30", `--noabletosearch${host}`, "--delete2");
      assert.equal(figure("Messages transferred"), "0", host);
      assert.deepEqual(await contents(stores.remote), ["early", "late"], host);
    }
  });

test("a search by the date of arrival knows copies with another one, by whatever they are known", async (t) => {
  const stores = await twoStores(t, dovecots);
  const since = `SINCE ${daysAgo(30).toUTCString().split(" ").slice(1, 4).join("-")}`;
  const inFields = (...fields: readonly string[]): Buffer => Buffer.from(`${fields.join("\r\n")}\r\n\r\ntext\r\n`);
  const messages = [
    inFields("Message-ID: <plain@example.org>", "X-Key: 1"),
    inFields('Message-ID: <a"b\\c (d)@example.org>', "X-Key: 2"),
    inFields("Received: from a by b", "X-Key: 3"),
  ];
  await deliver(stores.local, "INBOX", ...messages.map((bytes) => ({ ...aged("new", 1), bytes })));
  await deliver(stores.remote, "INBOX", ...messages.map((bytes) => ({ ...aged("old", 90), bytes })));
  for (const args of [[], ["--messageidnodomain"], ["--useheader", "X-Key"], ["--delete2"]]) {
    const { figure } = await run(stores, "--search", since, ...args);
    assert.equal(figure("Messages transferred"), "0", args.join(" "));
  }
});

test("--delete2 deletes what a search by flags does not select on host1 any more", async (t) => {
  const stores = await twoStores(t, dovecots);
  const args = ["--search", "UNDELETED", "--delete2"];
  await deliver(stores.local, "INBOX", mail("m1"), mail("m2"));
  await run(stores, ...args);
  await store(stores.local, "1 +FLAGS (\\Deleted)");
  await run(stores, ...args);
  assert.deepEqual(await contents(stores.remote), ["m2"]);
});
