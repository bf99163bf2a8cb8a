// Connections that end or fall silent at any step of a one-way copy.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { runImapsync } from "../support/run-imapsync.ts";
import { snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { command, contents, deliver, expunge, mail, mails, store, twoStores } from "../support/two-stores.ts";

const { host1, host2, lesser } = await startAll({
  ...{ host1: startDovecot(), host2: startDovecot() },
  lesser: startDovecot({ withoutCapabilities: ["QRESYNC", "CONDSTORE"] }),
});
const servers = { local: host1, remote: host2 };

for (const side of ["local", "remote"] as const) {
  test(`${side === "local" ? "host1" : "host2"}: a connection that is lost at each step costs nothing`, async (t) => {
    const stores = await twoStores(t, servers);
    await command(stores.local, "CREATE A", "CREATE B");
    for (const name of ["A", "B", "INBOX"]) await deliver(stores.local, name, ...mails(name[0]!, 3));
    await command(stores.remote, "CREATE A");
    await deliver(stores.remote, "A", mail("A2"));
    await store(stores.local, "2 +FLAGS (\\Seen)", "A");
    const steps =
      side === "local"
        ? [/ LIST /, / EXAMINE | SELECT /, / UID SEARCH /, / UID FETCH .*HEADER/, / UID FETCH .*BODY\.PEEK\[\]/]
        : [/ LIST /, / CREATE /, / SELECT /, / UID FETCH /, / UID STORE /, / APPEND /];
    for (const pattern of steps) stores.hold(side, "client", { pattern, action: () => "cut" });
    const { code, lines, figure } = await runImapsync(stores);
    assert.equal(code, 0, lines.join("\n"));
    assert.equal(figure("Messages transferred"), "8");
    const [one, two] = await Promise.all([snapshot(stores.local), snapshot(stores.remote)]);
    const known = ({ mailboxes }: typeof one) =>
      [...mailboxes]
        .map(([name, list]) => [name, ...list.map(({ messageId }) => messageId).toSorted()].join(" "))
        .toSorted();
    assert.deepEqual(known(two), known(one));
  });
}

test("a connection that is lost for good ends the run with 10", async (t) => {
  const stores = await twoStores(t, servers);
  await deliver(stores.local, "INBOX", ...mails("m", 2));
  stores.hold("local", "client", { pattern: / UID FETCH .*BODY/, always: true, action: () => "cut" });
  const { code, lines } = await runImapsync(stores);
  assert.equal(code, 10, lines.join("\n"));
  assert.match(lines.join("\n"), /^Exiting with return value 10 \(EXIT_CONNECTION_FAILURE: /m);
  assert.deepEqual(await contents(stores.remote), []);
});

test("an answer that takes longer than --timeout2 allows ends the run with 10", async (t) => {
  const stores = await twoStores(t, servers);
  await deliver(stores.local, "INBOX", ...mails("m", 2));
  const waiting: (() => void)[] = [];
  t.after(() => waiting.forEach((letGo) => letGo()));
  stores.hold("remote", "client", {
    pattern: / SELECT /,
    always: true,
    action: () => new Promise((resolve) => waiting.push(() => resolve("cut"))),
  });
  const { code, lines } = await runImapsync(stores, ["--timeout2", "1", "--reconnectretry2", "1"]);
  assert.equal(code, 10, lines.join("\n"));
  assert.match(lines.join("\n"), /no answer for/);
  assert.deepEqual(await contents(stores.remote), []);
});

test("a folder at which host1 ends each connection costs its own messages only", async (t) => {
  const stores = await twoStores(t, servers);
  await command(stores.local, "CREATE Bad", "CREATE Z");
  for (const name of ["Bad", "INBOX", "Z"]) await deliver(stores.local, name, mail(name[0]!));
  stores.hold("local", "client", { pattern: / EXAMINE Bad/, always: true, action: () => "cut" });
  const { code, lines } = await runImapsync(stores, ["--nofoldersizes", "--reconnectretry1", "1"]);
  assert.equal(code, 10, lines.join("\n"));
  assert.match(lines.join("\n"), /^Err 1\/50: could not copy folder Bad to folder Bad: /m);
  assert.match(lines.join("\n"), /^That leaves out 1 of 3 folders of host1/m);
  assert.deepEqual(await contents(stores.remote, "INBOX"), ["I"]);
  assert.deepEqual(await contents(stores.remote, "Z"), ["Z"]);
});

for (const also of [[], ["--search1", "NOT DELETED"]] as const)
  test(`what goes from host1 while a connection is lost is told as gone ${also.join(" ")}`, async (t) => {
    const stores = await twoStores(t, servers);
    await deliver(stores.local, "INBOX", ...mails("m", 5));
    stores.hold("remote", "client", {
      pattern: / APPEND /,
      action: async () => {
        await expunge(stores.local, "3,5");
        return "cut" as const;
      },
    });
    // One message an APPEND.
    const { code, lines } = await runImapsync(stores, ["--maxmessagespersecond", "1000", ...also]);
    assert.equal(code, 0, lines.join("\n"));
    const report = /^\[INBOX\]: 5 in source = 3 copied .* \+ 2 filtered \(2 gone meanwhile\) \+ 0 failed$/m;
    assert.match(lines.join("\n"), report);
    assert.deepEqual(await contents(stores.remote), ["m1", "m2", "m4"]);
  });

test("what is no longer selected when a connection was lost is told as that", async (t) => {
  const stores = await twoStores(t, servers);
  await deliver(stores.local, "INBOX", ...mails("m", 3));
  stores.hold("remote", "client", {
    pattern: / APPEND /,
    action: async () => {
      await store(stores.local, "3 +FLAGS (\\Deleted)");
      return "cut" as const;
    },
  });
  const args = ["--maxmessagespersecond", "1000", "--search1", "NOT DELETED"];
  const { code, lines } = await runImapsync(stores, args);
  assert.equal(code, 0, lines.join("\n"));
  assert.match(
    lines.join("\n"),
    /^\[INBOX\]: 3 in source = 2 copied .* \+ 1 filtered \(1 not selected\) \+ 0 failed$/m,
  );
});

for (const [what, server] of [
  ["VANISHED", host1],
  ["EXPUNGE", lesser],
] as const)
  test(`what goes from host1 before it is fetched is told as gone, by ${what}`, async (t) => {
    const stores = await twoStores(t, { local: server, remote: host2 });
    await deliver(stores.local, "INBOX", ...mails("m", 3));
    stores.hold("local", "client", {
      pattern: / UID FETCH .*BODY\.PEEK\[\]/,
      action: () => expunge(stores.local, "2"),
    });
    const { code, lines } = await runImapsync(stores);
    assert.equal(code, 0, lines.join("\n"));
    assert.match(lines.join("\n"), /3 in source = 2 copied .* \+ 1 filtered \(1 gone meanwhile\) \+ 0 failed$/m);
  });
