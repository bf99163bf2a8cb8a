// Messages that a server does not take, whatever it says, or that kill its connections: recorded and named at each run,
// offered again in time, and no obstacle to anything else.

import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { otherSide, type PerSide, type Side, sides } from "../../src/model/side.ts";
import type { StatusDocument } from "../../src/service/status-document.ts";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import type { MailServer } from "../support/mail-server.ts";
import { runInterimap } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import { inTurn } from "../support/turns.ts";
import type { TwoStores } from "../support/two-stores.ts";
import { command, contents, deliver, expunge, mail, mails, twoStores, userNames } from "../support/two-stores.ts";
import { becomeIdentical, becomes, eventually, startDaemon } from "../support/watching.ts";
import { dump, execute } from "../unit/state/databases.ts";
import { assertConverges, assertNothingToDo } from "./converge.ts";
import { answerAppends, makeDue, refusedIn, type RefusedRow } from "./refused-messages.ts";

const onOne = inTurn(sides);

const { dovecot, limited, simple, cyrus } = await startAll({
  dovecot: startDovecot(),
  limited: startDovecot({ extraConfig: "imap_capability = +APPENDLIMIT=20000" }),
  simple: startDovecot({ withoutCapabilities: ["LITERAL+", "MULTIAPPEND"] }),
  cyrus: startCyrus({ users: userNames }),
});

/** Of a size that shows in the traffic, and that no other message has. */
const large = mail("large", { body: "x".repeat(78).concat("\r\n").repeat(625) });
const size = large.bytes.length;

const box = "box";

/** `box` on one side has one large message among small ones; other mailboxes have small ones, on both sides. */
async function prepare(
  stores: TwoStores,
  source: Side,
  around: readonly [before: number, after: number],
): Promise<void> {
  const [before, after] = around;
  await command(stores[source], `CREATE ${box}`, "CREATE zzz");
  await deliver(stores[source], box, ...mails("a", before), large, ...mails("b", after));
  await deliver(stores[source], "zzz", ...mails("z", 3));
  for (const side of sides) await deliver(stores[side], "INBOX", mail(`from-${side}`));
}

/** A fresh pair of accounts, on one server or two. */
function accounts(
  t: TestContext,
  servers: PerSide<MailServer> = { local: dovecot, remote: dovecot },
): Promise<TwoStores> {
  return twoStores(t, servers);
}

interface Expected {
  readonly target: Side;
  readonly uid: number;
  readonly reason: string;
}

/** Runs with nothing new and nothing due: what is missing is named, and nothing of it travels. */
async function assertLeftAlone(stores: TwoStores, { target, uid, reason }: Expected): Promise<void> {
  for (const side of sides) stores.proxies[side].reset();
  const rows = dump(stores.home.databaseFile);
  const { status, stderr } = await runInterimap(stores.home);
  const line = `${target}(${box}): Still refused here, UID ${uid} of the ${otherSide(target)} side: ${reason}\n`;
  assert.deepEqual([status, stderr], [1, line]);
  assert.deepEqual(dump(stores.home.databaseFile), rows);
  assertNoTransfer(stores, target);
}

function assertNoTransfer({ proxies }: TwoStores, target: Side): void {
  assert.ok(proxies[otherSide(target)].bytesFromServer < size, "not fetched");
  assert.ok(proxies[target].bytesFromClient < size, "not appended");
  assert.ok(!proxies[target].clientLines.some((line) => line.includes(`{${size}`)));
}

function rowOf({ target, uid, reason }: Expected, attempts: number): RefusedRow {
  return { side: otherSide(target), uid, size, messageId: "<large@example.org>", reason, attempts };
}

function quoteMeta(text: string): string {
  return text.replace(/[[\]().]/g, String.raw`\$&`);
}

const refusals = [
  ["NO [TOOBIG] Message is too large", "[TOOBIG] Message is too large"],
  ["NO [OVERQUOTA] Mailbox is full", "[OVERQUOTA] Mailbox is full"],
  ["NO [LIMIT] Too many messages today", "[LIMIT] Too many messages today"],
  ["NO [ALERT] Call the helpdesk", "[ALERT] Call the helpdesk"],
  ["NO [X-ODD (1 2)] Never seen before", "[X-ODD] Never seen before"],
  ["NO Just so", "Just so"],
] as const;

for (const target of sides) {
  const test = onOne(target);
  const source = otherSide(target);

  describe(`refused by the ${target} server`, () => {
    // Those of the one server are taken like those of the other: every other one on either side.
    for (const [answer, reason] of refusals) {
      test(answer, async (t) => {
        const stores = await accounts(t);
        await prepare(stores, source, [0, 2]);
        const expected = { target, uid: 1, reason };
        // All three, then the first of them alone; the other two are taken.
        answerAppends(stores, { target, box }, [answer, answer]);
        const first = await runInterimap(stores.home);
        assert.equal(first.status, 1, first.stderr);
        assert.match(
          first.stderr,
          new RegExp(
            `^${target}\\(${box}\\): UID 1 of the ${otherSide(target)} side was refused: ${quoteMeta(reason)}$`,
            "m",
          ),
        );
        assert.deepEqual(refusedIn(stores.home), [rowOf(expected, 1)]);
        assert.deepEqual(await contents(stores[target], box), ["b1", "b2"]);
        assert.deepEqual(await contents(stores[target], "zzz"), ["z1", "z2", "z3"]);
        assert.deepEqual(await contents(stores[target]), await contents(stores[source]));
        await assertLeftAlone(stores, expected);

        // Whatever else happens in the mailbox, it has its time.
        await deliver(stores[source], box, mail("new"));
        await deliver(stores[target], box, mail("other"));
        await expunge(stores[source], "2", box);
        const meanwhile = await runInterimap(stores.home);
        assert.equal(meanwhile.status, 1, meanwhile.stderr);
        assert.deepEqual(await contents(stores[target], box), ["b2", "new", "other"]);
        assert.deepEqual(refusedIn(stores.home), [rowOf(expected, 1)]);

        makeDue(stores.home);
        answerAppends(stores, { target, box }, [answer]);
        const again = await runInterimap(stores.home);
        assert.equal(again.status, 1, again.stderr);
        assert.match(again.stderr, /UID 1 of the \w+ side was refused/);
        assert.doesNotMatch(again.stderr, /Still refused/);
        assert.deepEqual(refusedIn(stores.home), [rowOf(expected, 2)]);
        await assertLeftAlone(stores, expected);

        makeDue(stores.home);
        await assertConverges(stores);
        assert.deepEqual(refusedIn(stores.home), []);
        await assertNothingToDo(stores);
      });
    }

    test("not understood (BAD), though its literal was on its way: never again on that connection", async (t) => {
      const stores = await accounts(t);
      await prepare(stores, source, [0, 2]);
      const expected = { target, uid: 1, reason: "[CLIENTBUG] Syntax error" };
      for (const connection of [1, 2]) {
        // All three; then, in the next run, the first of them alone.
        answerAppends(stores, { target, box }, ["BAD [CLIENTBUG] Syntax error"]);
        const { status, stderr } = await runInterimap(stores.home);
        assert.equal(status, 75, `run ${connection}: ${stderr}`);
        assert.match(
          stderr,
          new RegExp(
            `^${target}: the server did not understand APPEND, so the connection was dropped: BAD \\[CLIENTBUG\\] Syntax`,
            "m",
          ),
        );
      }
      assert.deepEqual(refusedIn(stores.home), [rowOf(expected, 1)]);
      const third = await runInterimap(stores.home);
      assert.equal(third.status, 1, third.stderr);
      assert.deepEqual(await contents(stores[target], box), ["b1", "b2"]);
      assert.deepEqual(await contents(stores[target], "zzz"), ["z1", "z2", "z3"]);
      assert.deepEqual(await contents(stores[target]), await contents(stores[source]));
      await assertLeftAlone(stores, expected);
      makeDue(stores.home);
      await assertConverges(stores);
      assert.deepEqual(refusedIn(stores.home), []);
      await assertNothingToDo(stores);
    });

    test("the last of a batch, found by halves; --repair offers it at once", async (t) => {
      const stores = await accounts(t);
      await prepare(stores, source, [7, 0]);
      const no = "NO Not this one";
      // 1-8, then 1-4, 5-8, 5-6, 7-8, 7, 8.
      answerAppends(stores, { target, box }, [no, undefined, no, undefined, no, undefined, no]);
      const first = await runInterimap(stores.home);
      assert.equal(first.status, 1, first.stderr);
      const expected = { target, uid: 8, reason: "Not this one" };
      assert.deepEqual(refusedIn(stores.home), [rowOf(expected, 1)]);
      assert.deepEqual(
        await contents(stores[target], box),
        mails("a", 7).map((_, i) => `a${i + 1}`),
      );
      await assertLeftAlone(stores, expected);

      answerAppends(stores, { target, box }, [no]);
      const refused = await runInterimap(stores.home, ["--repair"]);
      assert.equal(refused.status, 1, refused.stderr);
      assert.deepEqual(refusedIn(stores.home), [rowOf(expected, 2)]);
      const repaired = await runInterimap(stores.home, ["--repair"]);
      assert.equal(repaired.status, 0, repaired.stderr);
      assert.deepEqual(refusedIn(stores.home), []);
      await assertConverges(stores);
      await assertNothingToDo(stores);
    });

    test("deleted at its source: forgotten", async (t) => {
      const stores = await accounts(t);
      await prepare(stores, source, [0, 0]);
      answerAppends(stores, { target, box }, ["NO [OVERQUOTA] Mailbox is full"]);
      assert.equal((await runInterimap(stores.home)).status, 1);
      await expunge(stores[source], "1", box);
      await assertConverges(stores);
      assert.deepEqual(refusedIn(stores.home), []);
    });

    test("put there by hand meanwhile: paired by --repair, not copied", async (t) => {
      const stores = await accounts(t);
      await prepare(stores, source, [2, 2]);
      const no = "NO Not this one";
      answerAppends(stores, { target, box }, [no, undefined, no, no, undefined]);
      assert.equal((await runInterimap(stores.home)).status, 1);
      assert.deepEqual(refusedIn(stores.home), [rowOf({ target, uid: 3, reason: "Not this one" }, 1)]);
      await deliver(stores[target], box, large);
      assert.equal((await runInterimap(stores.home, ["--repair"])).status, 0);
      assert.deepEqual(refusedIn(stores.home), []);
      await assertConverges(stores);
      assert.equal((await contents(stores[source], box)).length, 5);
    });

    test("it is in --status, with its Message-ID, its size and the server's words", async (t) => {
      const stores = await accounts(t);
      await prepare(stores, source, [0, 0]);
      answerAppends(stores, { target, box }, ["NO [TOOBIG] Message is too large"]);
      const before = Math.floor(Date.now() / 1_000) * 1_000;
      assert.equal((await runInterimap(stores.home)).status, 1);
      const { stdout } = await runInterimap(stores.home, ["--status", "--json"]);
      const [message, ...others] = (JSON.parse(stdout) as StatusDocument).refused;
      assert.deepEqual(others, []);
      const { firstAttemptAt, lastAttemptAt, nextAttemptAt, ...rest } = message!;
      assert.ok(Date.parse(firstAttemptAt) >= before && Date.parse(firstAttemptAt) <= Date.now(), firstAttemptAt);
      assert.equal(lastAttemptAt, firstAttemptAt);
      assert.equal(Date.parse(nextAttemptAt) - Date.parse(lastAttemptAt), 60_000);
      assert.deepEqual(rest, {
        ...{ mailbox: box, side: source, uid: 1, size, messageId: "<large@example.org>" },
        ...{ reason: "[TOOBIG] Message is too large", attempts: 1 },
      });
    });

    test("larger than the server's APPENDLIMIT: known beforehand", async (t) => {
      const other = { [source]: dovecot, [target]: limited } as unknown as PerSide<MailServer>;
      const stores = await accounts(t, other);
      await prepare(stores, source, [5, 5]);
      for (const side of sides) stores.proxies[side].reset();
      const first = await runInterimap(stores.home);
      const reason = `larger than the 20000 octets that the ${target} server takes`;
      const expected = { target, uid: 6, reason };
      assert.equal(first.status, 1, first.stderr);
      assert.match(first.stderr, new RegExp(`UID 6 of the \\w+ side was refused: ${quoteMeta(reason)}$`, "m"));
      assert.deepEqual(refusedIn(stores.home), [rowOf(expected, 1)]);
      assert.equal((await contents(stores[target], box)).length, 10);
      assertNoTransfer(stores, target);
      await assertLeftAlone(stores, expected);
      makeDue(stores.home);
      for (const side of sides) stores.proxies[side].reset();
      assert.equal((await runInterimap(stores.home)).status, 1);
      assert.deepEqual(refusedIn(stores.home), [rowOf(expected, 2)]);
      assertNoTransfer(stores, target);
    });

    test("a daemon looks again as soon as the message is due", async (t) => {
      const stores = await accounts(t);
      await prepare(stores, source, [0, 0]);
      answerAppends(stores, { target, box }, ["NO Not now"]);
      assert.equal((await runInterimap(stores.home)).status, 1);
      execute(stores.home.databaseFile, "UPDATE refused SET last_attempt = last_attempt - 56");
      answerAppends(stores, { target, box }, ["NO Still not"]);
      const daemon = startDaemon(t, stores.home, { args: ["--notify"] });
      await daemon.line(/was refused: Still not/);
      const { nextLookAt } = await daemon.state(
        ({ activity, looks }) => activity === "waiting" && looks >= 1,
        "a look",
      );
      const attempted = (await daemon.status())?.refused[0]?.lastAttemptAt;
      const inMs = Date.parse(nextLookAt!) - Date.parse(attempted!);
      // One minute after the first attempt, four after the third.
      assert.ok(inMs > 60_000 && inMs < 240_000, `the next after two minutes: ${inMs} ms`);
      await daemon.stop();
      makeDue(stores.home);
      const later = startDaemon(t, stores.home, { args: ["--notify"] });
      await becomeIdentical(stores);
      await later.stop();
    });
  });

  describe(`a message that kills connections on its way to the ${target} server`, () => {
    for (const where of ["while it is appended", "while it is fetched"] as const) {
      const dying = where === "while it is appended" ? target : source;

      test(`${where}: the third run copies all others`, async (t) => {
        const stores = await accounts(t);
        await prepare(stores, source, [5, 5]);
        await command(stores[target], `CREATE ${box}`);
        await deliver(stores[target], box, ...mails("back", 3));
        const killer = kill(stores, dying, where);
        for (const deaths of [1, 2]) {
          const { status, stderr } = await runInterimap(stores.home);
          assert.equal(status, 75, stderr);
          assert.equal(killer.deaths, deaths);
        }
        const expected = { target, uid: 6, reason: "the connection was lost each time it was copied" };
        const [row, ...others] = refusedIn(stores.home);
        assert.deepEqual(others, []);
        const { messageId: known, ...rest } = rowOf(expected, 1);
        assert.deepEqual(row, { ...rest, messageId: dying === target ? known : null });
        const third = await runInterimap(stores.home);
        assert.equal(third.status, 1, third.stderr);
        const all = ["a1", "a2", "a3", "a4", "a5", "b1", "b2", "b3", "b4", "b5", "back1", "back2", "back3"];
        assert.deepEqual(await contents(stores[target], box), all);
        assert.deepEqual(await contents(stores[source], box), [...all, "large"]);
        assert.deepEqual(await contents(stores[target], "zzz"), await contents(stores[source], "zzz"));
        await assertLeftAlone(stores, expected);
        assert.equal(killer.deaths, 2);

        // In its time it may kill once more, and then nothing else suffers.
        makeDue(stores.home);
        await deliver(stores[source], "zzz", mail("late"));
        assert.equal((await runInterimap(stores.home)).status, 75);
        assert.equal(killer.deaths, 3);
        assert.equal(refusedIn(stores.home)[0]?.attempts, 2);
        assert.equal((await contents(stores[target], "zzz")).length, 4);
        await assertConvergesBut(stores, target);

        killer.stop();
        makeDue(stores.home);
        await assertConverges(stores);
        const { refused, suspects } = dump(stores.home.databaseFile).rows;
        assert.deepEqual([refused, suspects], [[], []]);
        await assertNothingToDo(stores);
      });

      test(`${where}: a daemon recovers by itself`, async (t) => {
        const stores = await accounts(t);
        await prepare(stores, source, [0, 0]);
        await assertConverges(stores);
        const daemon = startDaemon(t, stores.home, { args: ["--watch=1"] });
        await daemon.waits();
        const killer = kill(stores, dying, where);
        await expunge(stores[source], "1", box);
        await deliver(stores[source], box, ...mails("c", 5), large, ...mails("d", 5));
        await deliver(stores[source], "zzz", mail("late"));
        const names = [...mails("c", 5).map((_, i) => `c${i + 1}`), ...mails("d", 5).map((_, i) => `d${i + 1}`)];
        await becomes(() => contents(stores[target], box), names);
        await becomes(() => contents(stores[target], "zzz"), ["late", "z1", "z2", "z3"]);
        assert.equal(killer.deaths, 2);
        const { refused } = await eventually("the daemon's status", () => daemon.status());
        assert.deepEqual(
          refused.map(({ mailbox, side, uid }) => [mailbox, side, uid]),
          [[box, source, 7]],
        );
        await daemon.stop();
      });
    }

    for (const [what, announced] of [
      ["too few", (octets: number) => octets - 40],
      ["more than anybody takes", () => 2 ** 31],
    ] as const)
      test(`of which the ${source} server announces ${what} octets: the third run copies all others`, async (t) => {
        const stores = await accounts(t);
        await prepare(stores, source, [5, 5]);
        stores.hold(source, "server", {
          always: true,
          pattern: /^\* \d+ FETCH \(UID 6 .*BODY\[\] \{\d+\}$/,
          action: (line) => ({
            instead: line.replace(/\{(\d+)\}$/, (_, octets: string) => `{${String(announced(Number(octets)))}}`),
          }),
        });
        for (let run = 0; run < 2; run++) assert.notEqual((await runInterimap(stores.home)).status, 0);
        const third = await runInterimap(stores.home);
        assert.equal(third.status, 1, third.stderr);
        const all = ["a1", "a2", "a3", "a4", "a5", "b1", "b2", "b3", "b4", "b5"];
        assert.deepEqual(await contents(stores[target], box), all);
        assert.deepEqual(await contents(stores[target], "zzz"), await contents(stores[source], "zzz"));
        assert.deepEqual(
          refusedIn(stores.home).map(({ uid }) => uid),
          [6],
        );
        stores.release(source);
        makeDue(stores.home);
        await assertConverges(stores);
        await assertNothingToDo(stores);
      });

    test("once, by chance: nobody is blamed for good", async (t) => {
      const stores = await accounts(t);
      await prepare(stores, source, [5, 5]);
      const killer = kill(stores, target, "while it is appended");
      assert.equal((await runInterimap(stores.home)).status, 75);
      killer.stop();
      assert.notEqual(dump(stores.home.databaseFile).rows["suspects"]?.length, 0);
      await assertConverges(stores);
      const { refused, suspects } = dump(stores.home.databaseFile).rows;
      assert.deepEqual([refused, suspects], [[], []]);
      await assertNothingToDo(stores);
    });

    test("after the server has taken it: it is there once", async (t) => {
      const stores = await accounts(t);
      await prepare(stores, source, [0, 0]);
      stores.hold(target, "server", { pattern: /^\S+ OK \[APPENDUID/, action: () => "cut" });
      const cut = await runInterimap(stores.home, [box]);
      assert.equal(cut.status, 75, cut.stderr);
      await assertConverges(stores);
      assert.deepEqual(await contents(stores[target], box), ["large"]);
      assert.deepEqual(dump(stores.home.databaseFile).rows["suspects"], []);
    });

    test("after the server has taken, at last, what it refused before: it is there once", async (t) => {
      const stores = await accounts(t);
      await prepare(stores, source, [0, 2]);
      answerAppends(stores, { target, box }, ["NO Not now", "NO Not now"]);
      assert.equal((await runInterimap(stores.home)).status, 1);
      makeDue(stores.home);
      stores.hold(target, "server", { pattern: /^\S+ OK \[APPENDUID/, action: () => "cut" });
      const cut = await runInterimap(stores.home);
      assert.equal(cut.status, 75, cut.stderr);
      await assertConverges(stores);
      assert.deepEqual(await contents(stores[target], box), ["b1", "b2", "large"]);
      assert.deepEqual(refusedIn(stores.home), []);
      await assertNothingToDo(stores);
    });

    test("where messages are appended one by one", async (t) => {
      const other = { [source]: dovecot, [target]: simple } as unknown as PerSide<MailServer>;
      const stores = await accounts(t, other);
      await prepare(stores, source, [3, 3]);
      const killer = kill(stores, target, "while it is appended");
      for (let run = 0; run < 2; run++) assert.equal((await runInterimap(stores.home)).status, 75);
      assert.equal((await runInterimap(stores.home)).status, 1);
      assert.equal(killer.deaths, 2);
      assert.equal((await contents(stores[target], box)).length, 6);
      assert.equal(refusedIn(stores.home)[0]?.uid, 4);
    });
  });
}

test("several that Cyrus refuses, at different times", async (t) => {
  const stores = await accounts(t, { local: dovecot, remote: cyrus });
  const bad = (name: string) => mail(name, { header: ["this line has no colon"] });
  await deliver(stores.local, "INBOX", bad("x"), ...mails("a", 9), bad("y"));
  assert.equal((await runInterimap(stores.home)).status, 1);
  makeDue(stores.home);
  await deliver(stores.local, "INBOX", bad("z"));
  assert.equal((await runInterimap(stores.home)).status, 1);
  assert.deepEqual(
    refusedIn(stores.home).map(({ uid, attempts }) => [uid, attempts]),
    [
      [1, 2],
      [11, 2],
      [12, 1],
    ],
  );
  execute(stores.home.databaseFile, "UPDATE refused SET last_attempt = last_attempt - 90");
  const { status, stderr } = await runInterimap(stores.home);
  const reason = "Message contains invalid header";
  assert.deepEqual(
    [status, stderr],
    [
      1,
      `remote(INBOX): UID 12 of the local side was refused: ${reason}\n` +
        `remote(INBOX): Still refused here, UID 1,11 of the local side: ${reason}\n`,
    ],
  );
});

interface Killer {
  readonly deaths: number;
  stop(): void;
}

/** The connection dies in the middle of the large message, each time. */
function kill(stores: TwoStores, side: Side, where: "while it is appended" | "while it is fetched"): Killer {
  const killer = { deaths: 0, isActive: true, stop: () => void (killer.isActive = false) };
  const pattern = new RegExp(where === "while it is appended" ? `\\{${size}\\+?\\}$` : `BODY\\[\\] \\{${size}\\}$`);
  const set = (): void => {
    stores.hold(side, where === "while it is appended" ? "client" : "server", {
      pattern,
      action: () => {
        if (!killer.isActive) return undefined;
        killer.deaths++;
        set();
        return { cutAfter: 1_000 };
      },
    });
  };
  set();
  return killer;
}

/** Everything but the large message is on both sides after one more run. */
async function assertConvergesBut(stores: TwoStores, target: Side): Promise<void> {
  assert.equal((await runInterimap(stores.home)).status, 1);
  for (const name of ["INBOX", box, "zzz"]) {
    const all = await contents(stores[otherSide(target)], name);
    assert.deepEqual(
      await contents(stores[target], name),
      all.filter((one) => one !== "large"),
    );
  }
}
