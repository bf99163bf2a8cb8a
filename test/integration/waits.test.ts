// Servers that take no messages for now: little is sent, a line says so, everything else goes on, and when there is room
// again all messages arrive, once and in their order.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { otherSide, type PerSide, type Side, sides } from "../../src/model/side.ts";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import type { MailServer } from "../support/mail-server.ts";
import { runInterimap } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import { inTurn } from "../support/turns.ts";
import {
  asClient,
  command,
  contents,
  deliver,
  deliverToEach,
  expunge,
  mail,
  mails,
  store,
} from "../support/two-stores.ts";
import { type TwoStores, twoStores, userNames } from "../support/two-stores.ts";
import { becomeIdentical, startDaemon } from "../support/watching.ts";
import { dump, execute } from "../unit/state/databases.ts";
import { assertConverges, assertNothingToDo } from "./converge.ts";
import { refuseAppends } from "./refused-messages.ts";

const onOne = inTurn(sides);

const { plain, simple, dovecot, cyrus } = await startAll({
  plain: startDovecot(),
  simple: startDovecot({ withoutCapabilities: ["MULTIAPPEND"] }),
  dovecot: startDovecot({ quota: "100K" }),
  cyrus: startCyrus({ users: userNames, quota: 100 }),
});

const body = "x".repeat(78).concat("\r\n").repeat(37);
const ballast = mail("ballast", { body: body.repeat(29) });
const count = 120;
const octets = count * 3000;

function on(target: Side, server: MailServer, other = plain): PerSide<MailServer> {
  return { [target]: server, [otherSide(target)]: other } as unknown as PerSide<MailServer>;
}

function waitsIn({ home }: TwoStores): string[] {
  const rows = dump(home.databaseFile).rows["waits"] ?? [];
  return rows.map(([, side, firstUid, , , , attempts]) => `${String(side)} ${String(firstUid)} ${String(attempts)}`);
}

function makeDue({ home }: TwoStores): void {
  execute(home.databaseFile, "UPDATE waits SET next_attempt = 1");
}

/** The names of a mailbox's messages in the order of their UIDs. */
function inOrder(server: MailServer): Promise<string[]> {
  return asClient(server, async (imap) => {
    await imap.run("EXAMINE INBOX");
    const names: string[] = [];
    const { untagged } = await imap.run("UID FETCH 1:* BODY.PEEK[HEADER.FIELDS (SUBJECT)]");
    for (const { literals } of untagged) {
      const name = /Subject: (\S+)/.exec(literals[0]?.toString("latin1") ?? "")?.[1];
      if (name !== undefined) names.push(name);
    }
    return names;
  });
}

const names = (name: string, from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => `${name}${from + i}`);

for (const [kind, server, words] of [
  ["Dovecot", dovecot, String.raw`\[OVERQUOTA\] Quota exceeded`],
  ["Cyrus", cyrus, "Over quota"],
] as const) {
  for (const target of sides) {
    const test = onOne(target);
    const source = otherSide(target);

    test(`a ${target} account of ${kind} over quota`, async (t) => {
      const stores = await twoStores(t, on(target, server));
      await deliver(stores[target], "INBOX", ballast);
      await deliver(stores[source], "INBOX", mail("old"));
      await assertConverges(stores);
      await deliver(stores[source], "INBOX", ...mails("a", count, { body }));
      stores.proxies[target].reset();
      const first = await runInterimap(stores.home);
      assert.equal(first.status, 1, first.stderr);
      const line = new RegExp(
        `^${target}\\(INBOX\\): New messages on the ${otherSide(target)} side are not copied for now: ${words}`,
      );
      const lines = first.stderr.trimEnd().split("\n");
      assert.equal(lines.filter((one) => !/Added/.test(one)).length, 1, first.stderr);
      assert.match(lines.at(-1)!, line);
      assert.ok(stores.proxies[target].bytesFromClient < 2.5 * octets, String(stores.proxies[target].bytesFromClient));
      const taken = (await contents(stores[target])).length - 2;
      assert.deepEqual(waitsIn(stores), [`${source} ${taken + 3} 1`]);

      // Nothing of it is sent before it is time, and everything else goes on.
      stores.proxies[target].reset();
      await store(stores[source], "1 +FLAGS (\\Flagged)");
      const second = await runInterimap(stores.home);
      assert.equal(second.status, 1, second.stderr);
      assert.match(second.stderr, new RegExp(line.source, "m"));
      assert.ok(!stores.proxies[target].counts.has("APPEND"));
      assert.ok(
        (await contents(stores[target])).includes((await contents(stores[source])).find((one) => / /.test(one))!),
      );

      makeDue(stores);
      stores.proxies[target].reset();
      assert.equal((await runInterimap(stores.home)).status, 1);
      assert.ok(stores.proxies[target].bytesFromClient < 30_000, "single messages only");
      assert.deepEqual(waitsIn(stores), [`${source} ${taken + 3} 2`]);

      // Each deletion makes room, and is reason enough to try; the rest waits until the quota is raised, which is here: less.
      const uid = (await contents(stores[source])).includes("ballast") ? "2" : "1";
      await expunge(stores[source], `${uid},${taken + 10}:${count + 2}`);
      await assertConverges(stores);
      assert.deepEqual(await inOrder(stores[target]).then((all) => all.slice(-7)), names("a", taken + 1, taken + 7));
      assert.deepEqual(waitsIn(stores), []);
      await assertNothingToDo(stores);
    });
  }
}

for (const target of sides) {
  const test = onOne(target);
  const source = otherSide(target);

  describe(`the ${target} server refuses everything`, () => {
    for (const [answer, server] of [
      // Which side says so makes no difference to how it is read.
      ...(target === "local"
        ? ([
            ["NO [UNAVAILABLE] Later", plain],
            ["NO [SERVERBUG] Internal error (0.001 + 0.000 secs).", plain],
          ] as const)
        : ([
            ["NO [INUSE] Somebody else is at it", plain],
            ["NO [LIMIT] Too many messages today", plain],
          ] as const)),
      ["NO [ALERT] You exceeded your mail quota.", simple],
      ["NO Cannot do that", plain],
      ["NO Cannot do that", simple],
    ] as const) {
      test(`${answer}${server === simple ? ", one at a time" : ""}`, async (t) => {
        const stores = await twoStores(t, on(target, server));
        await deliver(stores[source], "INBOX", mail("old"));
        await assertConverges(stores);
        const stop = refuseAppends(stores, target, { answer });
        await deliver(stores[source], "INBOX", ...mails("a", count, { body }));
        await deliver(stores[target], "INBOX", mail("back"));
        stores.proxies[target].reset();
        const { status, stderr } = await runInterimap(stores.home);
        assert.equal(status, 1, stderr);
        const words = answer.slice(3).replace(/ \(.*/, "");
        const lines = stderr.trimEnd().split("\n");
        assert.deepEqual(
          lines.filter((line) => !/Added|The server says/.test(line)),
          [`${target}(INBOX): New messages on the ${otherSide(target)} side are not copied for now: ${words}`],
        );
        assert.ok(stores.proxies[target].bytesFromClient < 2.5 * octets);
        assert.deepEqual(await contents(stores[source]), ["back", "old", ...names("a", 1, count)].sort());
        assert.deepEqual(dump(stores.home.databaseFile).rows["refused"], []);
        stop();
        const repaired = await runInterimap(stores.home, ["--repair"]);
        assert.equal(repaired.status, 0, repaired.stderr);
        assert.doesNotMatch(repaired.stderr, /Not in the database/);
        assert.deepEqual((await inOrder(stores[target])).slice(2), names("a", 1, count));
        await assertConverges(stores);
        await assertNothingToDo(stores);
      });
    }

    test("no room for one: the smaller ones are taken, before and after", async (t) => {
      const stores = await twoStores(t, on(target, plain));
      const answer = "NO [OVERQUOTA] No room for that";
      // All together, and the large one.
      refuseAppends(stores, target, { answer, isMeant: (size) => size > 50_000 });
      await deliver(stores[source], "INBOX", ballast, ...mails("a", 5));
      const { status, stderr } = await runInterimap(stores.home);
      assert.equal(status, 1, stderr);
      assert.match(stderr, /UID 1 of the \w+ side was refused: \[OVERQUOTA\] No room for that/);
      assert.deepEqual(await contents(stores[target]), names("a", 1, 5));
      await deliver(stores[source], "INBOX", mail("b"));
      assert.equal((await runInterimap(stores.home)).status, 1);
      assert.deepEqual(await contents(stores[target]), [...names("a", 1, 5), "b"]);
      assert.deepEqual(waitsIn(stores), []);
    });

    test("many mailboxes: one line, and after the third nothing is sent", async (t) => {
      const stores = await twoStores(t, on(target, plain), { settings: { connections: "1" } });
      refuseAppends(stores, target, { answer: "NO [OVERQUOTA] Full at 12:00:01" });
      // More than are worked on at once where a server is slow.
      const boxes = names("box", 1, 24);
      for (const side of sides) await command(stores[side], ...boxes.map((name) => `CREATE ${name}`));
      await deliverToEach(stores[source], new Map(boxes.map((name) => [name, mails(name, 3)])));
      stores.proxies[target].reset();
      const { status, stderr } = await runInterimap(stores.home);
      assert.equal(status, 1, stderr);
      const line = `${target}: New messages of 24 mailboxes on the ${otherSide(target)} side are not copied for now: `;
      assert.deepEqual(stderr.trimEnd().split("\n"), [`${line}[OVERQUOTA] Full at 12:00:01`]);
      assert.ok((stores.proxies[target].counts.get("APPEND") ?? 0) < 24 * 3);
      assert.equal(waitsIn(stores).length, 24);
    });
  });
}

test("a daemon copies as soon as there is room", async (t) => {
  const stores = await twoStores(t, on("remote", plain));
  await deliver(stores.local, "INBOX", mail("old"));
  await assertConverges(stores);
  const stop = refuseAppends(stores, "remote", { answer: "NO [OVERQUOTA] Full" });
  const daemon = startDaemon(t, stores.home, { args: ["--notify"] });
  await daemon.waits();
  await deliver(stores.local, "INBOX", ...mails("a", 5));
  await daemon.line(/are not copied for now: \[OVERQUOTA\] Full/);
  const { nextLookAt } = await daemon.waits();
  assert.ok(Date.parse(nextLookAt!) - Date.now() <= 60_000);
  stop();
  await expunge(stores.remote, "1");
  await becomeIdentical(stores);
  assert.equal(daemon.said(/not copied for now/).length, 1);
  await daemon.stop();
  assert.deepEqual(await contents(stores.remote), names("a", 1, 5));
});
