// What one server stores, another refuses: malformed headers, NUL, more than its quota. Or it alters it. Everything else
// is copied, and what is not is reported with the server's words, and remembered.

import assert from "node:assert/strict";
import { test } from "node:test";
import { sides } from "../../../src/model/side.ts";
import { startCyrus } from "../../support/cyrus.ts";
import { startDovecot } from "../../support/dovecot.ts";
import { runInterimap } from "../../support/run-interimap.ts";
import { startAll } from "../../support/start-all.ts";
import {
  asClient,
  command,
  contents,
  deliver,
  expunge,
  mail,
  mails,
  store,
  type TwoStores,
  twoStores,
  userNames,
} from "../../support/two-stores.ts";
import { dump } from "../../unit/state/databases.ts";
import { assertNothingToDo } from "../converge.ts";
import { makeDue } from "../refused-messages.ts";

const { dovecot, cyrus, smallCyrus, smallDovecot, smallAndSlow } = await startAll({
  dovecot: startDovecot({ mailFormat: "maildir", separator: "/" }),
  cyrus: startCyrus({ users: userNames }),
  smallCyrus: startCyrus({ users: userNames, quota: 100 }),
  smallDovecot: startDovecot({ quota: "100K" }),
  smallAndSlow: startDovecot({ quota: "100K", withoutCapabilities: ["LITERAL+", "MULTIAPPEND"] }),
});

const malformed = mail("malformed", { header: ["this line has no colon"] });

test("a message that Cyrus refuses stops none of the others", async (t) => {
  const stores = await twoStores(t, { local: dovecot, remote: cyrus });
  await deliver(stores.local, "INBOX", ...mails("a", 30), malformed, ...mails("b", 30));

  const first = await runInterimap(stores.home);
  assert.equal(first.status, 1, first.stderr);
  const lines = first.stderr.split("\n").filter((line) => line.includes("refused"));
  assert.deepEqual(lines, ["remote(INBOX): UID 31 of the local side was refused: Message contains invalid header"]);
  assert.equal((await contents(stores.remote)).length, 60);
  assert.deepEqual(refused(stores), [["local", 31n, "<malformed@example.org>", "Message contains invalid header", 1n]]);
  assert.equal((await contents(stores.local)).length, 61);

  await assertReminderOnly(stores);
  assert.equal((await contents(stores.remote)).length, 60);
});

test("a refused message is offered again in time, and forgotten when it is gone", async (t) => {
  const stores = await twoStores(t, { local: dovecot, remote: cyrus });
  await deliver(stores.local, "INBOX", malformed, ...mails("m", 3));
  await runInterimap(stores.home);
  await store(stores.local, "1 +FLAGS (\\Seen)");
  const soon = await runInterimap(stores.home);
  assert.equal(soon.status, 1, soon.stderr);
  assert.equal(refused(stores)[0]?.at(-1), 1n);

  makeDue(stores.home);
  const again = await runInterimap(stores.home);
  assert.equal(again.status, 1, again.stderr);
  assert.deepEqual(
    refused(stores).map((row) => row.at(-1)),
    [2n],
  );

  await expunge(stores.local, "1");
  const last = await runInterimap(stores.home);
  assert.equal(last.status, 0, last.stderr);
  assert.deepEqual(refused(stores), []);
  await assertNothingToDo(stores);
});

test("a refused message is no matter of a run on other mailboxes", async (t) => {
  const stores = await twoStores(t, { local: dovecot, remote: cyrus });
  await deliver(stores.local, "INBOX", malformed);
  await command(stores.local, "CREATE other");
  await runInterimap(stores.home);
  const { status, stderr } = await runInterimap(stores.home, ["other"]);
  assert.deepEqual([status, stderr], [0, ""]);
});

test("several kinds of messages that Cyrus refuses, the first and the last among them", async (t) => {
  const stores = await twoStores(t, { local: dovecot, remote: cyrus });
  const bad = [malformed, mail("space", { header: ["X-Thing : value"] }), mail("nothing", { header: [": value"] })];
  await deliver(stores.local, "INBOX", bad[0]!, ...mails("a", 10), bad[1]!, ...mails("b", 10), bad[2]!);
  const { status, stderr } = await runInterimap(stores.home);
  assert.equal(status, 1);
  assert.equal((await contents(stores.remote)).length, 20, stderr);
  assert.deepEqual(
    refused(stores).map((row) => row[1]),
    [1n, 12n, 23n],
    stderr,
  );
  await assertReminderOnly(stores);
});

test("octets that a server alters are copied once", async (t) => {
  const stores = await twoStores(t, { local: dovecot, remote: cyrus });
  const header = [Buffer.concat([Buffer.from("X-Name: caf"), Buffer.from([0xe9])])];
  await deliver(stores.local, "INBOX", mail("eight-bit", { header }), ...mails("m", 3));
  const { status, stderr } = await runInterimap(stores.home);
  assert.equal(status, 0, stderr);
  assert.deepEqual(await contents(stores.remote), await contents(stores.local));
  await assertNothingToDo(stores);
});

const large = "x".repeat(70).concat("\r\n").repeat(1000);

for (const [name, servers, words] of [
  ["Cyrus", () => ({ local: dovecot, remote: smallCyrus }), /Over quota/],
  ["Dovecot", () => ({ local: cyrus, remote: smallDovecot }), /Quota exceeded/],
  ["Dovecot, before the literal,", () => ({ local: cyrus, remote: smallAndSlow }), /Quota exceeded/],
] as const) {
  test(`a message beyond the quota of ${name} stops none of those that fit`, async (t) => {
    const stores = await twoStores(t, servers());
    await deliver(stores.local, "INBOX", ...mails("a", 5), mail("big", { body: large.repeat(3) }), ...mails("b", 5));
    const first = await runInterimap(stores.home);
    assert.equal(first.status, 1, first.stderr);
    assert.match(first.stderr, new RegExp(`remote\\(INBOX\\): UID 6 of the local side was refused: .*${words.source}`));
    assert.equal((await contents(stores.remote)).length, 10);
    assert.equal(refused(stores).length, 1);
    await assertReminderOnly(stores);
  });

  test(`what the quota of ${name} had no room for is copied once there is room`, async (t) => {
    const stores = await twoStores(t, servers());
    await deliver(
      stores.local,
      "INBOX",
      mail("filler", { body: large }),
      mail("late", { body: large }),
      ...mails("m", 2),
    );
    await runInterimap(stores.home);
    assert.equal((await contents(stores.remote)).length, 3);
    await expunge(stores.local, "1");
    await runInterimap(stores.home);
    await asClient(stores.local, (imap) => imap.append("INBOX", mails("new", 1)));
    makeDue(stores.home);
    const { status, stderr } = await runInterimap(stores.home);
    assert.equal(status, 0, stderr);
    assert.deepEqual(await contents(stores.remote), ["late", "m1", "m2", "new1"]);
    assert.deepEqual(refused(stores), []);
    await assertNothingToDo(stores);
  });
}

/** Runs once more: it reminds of what is missing, and does nothing. */
async function assertReminderOnly({ home, proxies }: TwoStores): Promise<void> {
  for (const side of sides) proxies[side].reset();
  const { status, stderr } = await runInterimap(home);
  assert.equal(status, 1, stderr);
  assert.match(stderr, /^remote\(INBOX\): Still refused here, UID [\d,:]+ of the local side: ./m);
  const sent = sides.flatMap((side) => [...proxies[side].counts.keys()]);
  assert.deepEqual([...new Set(sent)].sort(), ["AUTHENTICATE", "ENABLE", "LIST", "LOGOUT"]);
}

function refused({ home }: TwoStores): unknown[][] {
  const rows = dump(home.databaseFile).rows["refused"] ?? [];
  return rows.map(([, side, uid, , messageId, reason, , , attempts]) => [side, uid, messageId, reason, attempts]);
}
