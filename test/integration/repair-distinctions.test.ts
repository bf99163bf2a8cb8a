// What a plain run compares in full, and what only --repair does: messages copied since the last checkpoint, and changes
// that the database believes to be dealt with.

import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { type PerSide, type Side, sides } from "../../src/model/side.ts";
import { hasUid } from "../../src/model/uid-set.ts";
import { parseUidSet } from "../../src/model/uid-set-text.ts";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import type { MailServer } from "../support/mail-server.ts";
import { assertPairsAreAlike } from "../support/pairs.ts";
import { runInterimap } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import { inTurn } from "../support/turns.ts";
import {
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
} from "../support/two-stores.ts";
import { dump, execute, makeVersion1 } from "../unit/state/databases.ts";
import { assertConverges, assertNothingToDo } from "./converge.ts";
import { assertStatesSaved, toldStates } from "./saved-states.ts";

const onOne = inTurn(sides);

const { slash, dot, cyrus } = await startAll({
  slash: startDovecot(),
  dot: startDovecot({ separator: "." }),
  cyrus: startCyrus({ users: userNames }),
});

const pairings: readonly (readonly [name: string, servers: () => PerSide<MailServer>])[] = [
  ["Dovecot and Dovecot", () => ({ local: slash, remote: dot })],
  ["Dovecot and Cyrus", () => ({ local: slash, remote: cyrus })],
  ["Cyrus and Dovecot", () => ({ local: cyrus, remote: slash })],
];

const boxes = ["INBOX", "a", "b"] as const;
type Box = (typeof boxes)[number];

/** In INBOX, `a` and `b`: messages 1 to 9, with equal UIDs on both sides. */
async function synchronised(t: TestContext, servers: PerSide<MailServer>): Promise<TwoStores> {
  const stores = await twoStores(t, servers);
  await command(stores.local, "CREATE a", "CREATE b");
  for (const box of boxes) await deliver(stores.local, box, ...mails(`${box}-`, 9));
  await assertConverges(stores);
  return stores;
}

/** The messages `box-1` to `box-9`, those with something special replaced, or skipped where that is empty. */
function nine(box: Box, special: Readonly<Record<number, string>>): string[] {
  const all = Array.from({ length: 9 }, (_, i) => special[i + 1] ?? "plain");
  return all.flatMap((what, i) => {
    const name = `${box}-${String(i + 1)}`;
    return what === "" ? [] : [what === "plain" ? name : `${name} ${what}`];
  });
}

async function assertContents(stores: TwoStores, expected: Readonly<Record<Box, readonly string[]>>): Promise<void> {
  for (const box of boxes) {
    for (const side of sides) assert.deepEqual(await contents(stores[side], box), expected[box], `${side} ${box}`);
  }
}

/** Sets UIDNEXT back, as if the last run had been killed halfway through its copies. */
function interrupt({ home }: TwoStores, box: Box, uidNext: PerSide<number>): void {
  for (const side of sides) {
    execute(home.databaseFile, `UPDATE ${side} SET UIDNEXT = ${uidNext[side]} WHERE idx = ${idxOf(box)}`);
  }
}

/** Lets the database believe that all that happened in a mailbox on a server until now was dealt with. */
async function pretendKnown(stores: TwoStores, box: Box): Promise<void> {
  for (const side of sides) {
    const [, uidNext, modSeq] = (await toldStates(stores[side]))[box]!.split(" ");
    const state = `UIDNEXT = ${uidNext}, HIGHESTMODSEQ = ${modSeq}`;
    execute(stores.home.databaseFile, `UPDATE ${side} SET ${state} WHERE idx = ${idxOf(box)}`);
  }
  // They belong to the states. The original had none.
  const hasCounts = "message_counts" in dump(stores.home.databaseFile).rows;
  if (hasCounts) execute(stores.home.databaseFile, `DELETE FROM message_counts WHERE idx = ${idxOf(box)}`);
}

function idxOf(box: Box): string {
  return `(SELECT idx FROM mailboxes WHERE CAST(mailbox AS TEXT) = '${box}')`;
}

/** How many commands of a kind a side got since its proxy was reset. */
function count(stores: TwoStores, side: Side, verb: string): number {
  return stores.proxies[side].counts.get(verb) ?? 0;
}

const onOnePair = inTurn(pairings.map(([name]) => name));

for (const [name, servers] of pairings) {
  const test = onOnePair(name);
  describe(`between ${name}`, () => {
    for (const version of ["our own", "version 1"]) {
      test(`rows at or above UIDNEXT in several mailboxes: compared, not copied again (${version} database)`, async (t) => {
        const stores = await synchronised(t, servers());
        const { local, remote } = stores;
        await store(local, "7 +FLAGS (\\Seen)", "a");
        await assertConverges(stores);
        if (version === "version 1") makeVersion1(stores.home.databaseFile);

        // INBOX: both sides are behind.
        await expunge(local, "2,5");
        await expunge(remote, "3,6");
        await store(local, "7 +FLAGS (\\Seen)");
        await store(remote, "7:8 +FLAGS (\\Flagged)");
        await deliver(remote, "INBOX", mail("new"));
        interrupt(stores, "INBOX", { local: 5, remote: 4 });

        // a: one side each, and a HIGHESTMODSEQ that covers all that happened; changes below UIDNEXT are not looked for.
        await expunge(local, "8", "a");
        await expunge(remote, "9", "a");
        await store(remote, "6 +FLAGS (\\Answered)", "a");
        await store(local, "7 FLAGS (\\Draft)", "a");
        await store(local, "1 +FLAGS (\\Flagged)", "a");
        await pretendKnown(stores, "a");
        interrupt(stores, "a", { local: 10, remote: 4 });

        // b: nothing was interrupted here.
        await expunge(remote, "9", "b");
        await store(local, "1 +FLAGS (\\Flagged)", "b");

        for (const side of sides) stores.proxies[side].reset();
        const { status, stderr } = await runInterimap(stores.home);
        assert.equal(status, 0, stderr);
        assert.deepEqual([count(stores, "local", "APPEND"), count(stores, "remote", "APPEND")], [1, 0]);

        const expected = {
          INBOX: [...nine("INBOX", { 2: "", 3: "", 5: "", 6: "", 7: "\\flagged \\seen", 8: "\\flagged" }), "new"],
          b: nine("b", { 1: "\\flagged", 9: "" }),
        };
        const a = { 6: "\\answered", 7: "\\draft \\seen", 8: "", 9: "" };
        for (const side of sides) {
          for (const box of ["INBOX", "b"] as const) assert.deepEqual(await contents(stores[side], box), expected[box]);
        }
        assert.deepEqual(await contents(local, "a"), nine("a", { ...a, 1: "\\flagged" }));
        assert.deepEqual(await contents(remote, "a"), nine("a", a));
        assert.equal(dump(stores.home.databaseFile).rows["mapping"]?.length, 6 + 7 + 8);
        await assertStatesSaved(stores, "resumed");
        await assertNothingToDo(stores);

        const repaired = await runInterimap(stores.home, ["--repair"]);
        assert.equal(repaired.status, 0, repaired.stderr);
        await assertContents(stores, { ...expected, a: nine("a", { ...a, 1: "\\flagged" }) });
        await assertNothingToDo(stores);
      });
    }

    test("what the database believes to be dealt with is not looked for by a plain run, only by --repair", async (t) => {
      const stores = await synchronised(t, servers());
      for (const [side, uid] of [
        ["local", 2],
        ["remote", 6],
      ] as const) {
        await store(stores[side], `${uid} +FLAGS (\\Flagged)`);
        await expunge(stores[side], String(uid + 1));
      }
      await pretendKnown(stores, "INBOX");
      const before = dump(stores.home.databaseFile);
      await assertNothingToDo(stores);
      assert.deepEqual(dump(stores.home.databaseFile), before);

      // When the mailbox has to be opened for something else its messages are counted.
      await store(stores.remote, "9 +FLAGS (\\Seen)");
      const { status, stderr } = await runInterimap(stores.home);
      assert.equal(status, 0, stderr);
      assert.match(stderr, /^local\(INBOX\): Gone, .*: UID 3 here, UID 3 on the remote side/m);
      assert.match(stderr, /^remote\(INBOX\): Gone, .*: UID 7 here, UID 7 on the local side/m);
      assert.deepEqual(await contents(stores.local), nine("INBOX", { 2: "\\flagged", 9: "\\seen" }));
      assert.deepEqual(await contents(stores.remote), nine("INBOX", { 6: "\\flagged", 9: "\\seen" }));
      await assertNothingToDo(stores);

      const repaired = await runInterimap(stores.home, ["--repair"]);
      assert.equal(repaired.status, 0, repaired.stderr);
      assert.match(repaired.stderr, /^local\(INBOX\): Flags differ, .*: UID 2,6 here, UID 2,6 on the remote side/m);
      const expected = nine("INBOX", { 2: "\\flagged", 6: "\\flagged", 9: "\\seen" });
      await assertContents(stores, { INBOX: expected, a: nine("a", {}), b: nine("b", {}) });
      await assertStatesSaved(stores, "--repair");
      await assertNothingToDo(stores);
    });

    test("--repair tells what vanished since then from what was gone before, on both sides at once", async (t) => {
      const stores = await synchronised(t, servers());
      const { local, remote } = stores;
      for (const [box, first] of [
        ["a", 0],
        ["b", 1],
      ] as const) {
        await expunge(local, `${first + 1},8`, box);
        await expunge(remote, `${first + 3},8`, box);
        await pretendKnown(stores, box);
        await expunge(local, `${first + 2},7`, box);
        await expunge(remote, `${first + 4},7`, box);
      }
      for (const side of sides) stores.proxies[side].reset();
      const { status, stderr } = await runInterimap(stores.home, ["--repair"]);
      assert.equal(status, 0, stderr);
      await assertContents(stores, {
        INBOX: nine("INBOX", {}),
        a: nine("a", { 2: "", 4: "", 7: "", 8: "" }),
        b: nine("b", { 3: "", 5: "", 7: "", 8: "" }),
      });
      assert.equal(dump(stores.home.databaseFile).rows["mapping"]?.length, 9 + 5 + 5);
      await assertStatesSaved(stores, "--repair");
      await assertNothingToDo(stores);
    });
  });
}

test("--repair tells messages that share Message-ID, date and size apart by their texts, and asks for all others once", async (t) => {
  const stores = await twoStores(t, { local: slash, remote: dot });
  const { home, proxies } = stores;
  const twins = ["one", "two", "six", "ten"].map((text) => mail("twin", { body: `${text}\r\n` }));
  await deliver(stores.local, "INBOX", ...mails("m", 5), ...twins);
  await assertConverges(stores);
  // The first two crosswise, and the others without a row.
  for (const [local, remote] of [
    [6, 99],
    [7, 6],
    [6, 7],
  ] as const)
    execute(home.databaseFile, `UPDATE mapping SET rUID = ${remote} WHERE lUID = ${local}`);
  execute(home.databaseFile, "DELETE FROM mapping WHERE lUID >= 8");
  for (const side of sides) proxies[side].reset();
  const { status, stderr } = await runInterimap(home, ["--repair"]);
  assert.equal(status, 0, stderr);
  await assertPairsAreAlike(stores);
  for (const side of sides) {
    assert.equal(count(stores, side, "APPEND"), 0);
    const asked = proxies[side].clientLines.flatMap((line) => /UID FETCH (\S+) .*HEADER\.FIELDS/.exec(line)?.[1] ?? []);
    const times = mails("m", 5).map((_, index) => asked.filter((uids) => hasUid(parseUidSet(uids), index + 1)).length);
    assert.deepEqual(times, [1, 1, 1, 1, 1], `${side}: ${asked.join(" ")}`);
  }
  await assertNothingToDo(stores);
});

for (const side of sides) {
  const test = onOne(side);
  test(`${side}: a row that was found to be right is not doubted again`, async (t) => {
    const stores = await twoStores(t, { local: slash, remote: dot });
    const { home } = stores;
    await deliver(stores.local, "INBOX", { ...mail("x"), bytes: Buffer.from("Subject: x\r\n\r\ntext\r\n") });
    await assertConverges(stores);
    const [own, other] = side === "local" ? ["lprint", "rprint"] : ["rprint", "lprint"];
    execute(home.databaseFile, `UPDATE mapping SET ${own} = 1, ${other} = NULL`);
    await store(stores.local, "1 +FLAGS (\\Seen)");
    const doubted = await runInterimap(home);
    assert.match(doubted.stderr, new RegExp(`^${side}\\(INBOX\\): .*UID 1 is another message`, "m"));
    await store(stores.remote, "1 +FLAGS (\\Flagged)");
    const { status, stderr } = await runInterimap(home);
    assert.deepEqual([status, stderr.includes("another message")], [0, false], stderr);
    for (const one of sides) assert.deepEqual(await contents(stores[one]), ["without Message-ID \\flagged \\seen"]);
  });
}
