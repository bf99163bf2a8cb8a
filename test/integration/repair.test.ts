// --repair on databases that do not fit the servers: edited, or rolled back while the servers went on.

import assert from "node:assert/strict";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { type PerSide, type Side, sides } from "../../src/model/side.ts";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import type { MailServer } from "../support/mail-server.ts";
import { runInterimap, startInterimap } from "../support/run-interimap.ts";
import { diffSnapshots, snapshot } from "../support/snapshot.ts";
import { inTurn } from "../support/turns.ts";
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
} from "../support/two-stores.ts";
import { dump, execute } from "../unit/state/databases.ts";
import { assertConverges, assertNothingToDo } from "./converge.ts";

const onOne = inTurn(sides);

const changing = /: C: \S+ (?:UID )?(?:STORE|EXPUNGE|APPEND)\b/u;

interface Repaired {
  /** What was found wrong, one line each, with the place in front. */
  readonly findings: readonly string[];
  /** Commands that changed a server. */
  readonly changes: readonly string[];
  readonly stderr: string;
}

/** Afterwards both sides are identical, and a plain run finds nothing to do. */
async function repair(stores: TwoStores, mailboxes: readonly string[] = []): Promise<Repaired> {
  const { status, stderr } = await runInterimap(stores.home, ["--debug", "--repair", ...mailboxes]);
  assert.equal(status, 0, stderr);
  assert.deepEqual(diffSnapshots(await snapshot(stores.local), await snapshot(stores.remote)), [], stderr);
  await assertNothingToDo(stores, stderr);
  const lines = stderr.split("\n");
  const finding = /The database (?:has|pairs|records)|Gone, |Not in the database|Flags differ|Dropped an? |Nothing to/;
  return {
    findings: lines.filter((line) => finding.test(line)),
    changes: lines.filter((line) => changing.test(line)),
    stderr,
  };
}

/** INBOX holds m1 … m8 on both sides, with equal UIDs 1 to 8; all are of different sizes and dates. */
async function synchronised(t: Parameters<typeof twoStores>[0], servers: PerSide<MailServer>): Promise<TwoStores> {
  const stores = await twoStores(t, servers);
  await deliver(stores.local, "INBOX", ...eight);
  await assertConverges(stores);
  return stores;
}

const eight = Array.from({ length: 8 }, (_, i) =>
  mail(`m${i + 1}`, { internalDate: `0${i + 1}-Feb-2020 12:34:56 +0200`, body: `${"x".repeat(i + 1)}\r\n` }),
);
const names = (...uids: readonly number[]): string[] => uids.map((uid) => `m${uid}`);
const all = names(1, 2, 3, 4, 5, 6, 7, 8);

/** Lets the database believe that all that happened on a server until now was dealt with. */
async function pretendKnown(stores: TwoStores, side: Side): Promise<void> {
  const status = await asClient(stores[side], (imap) => imap.run("STATUS INBOX (UIDNEXT HIGHESTMODSEQ)"));
  const line = status.untagged.map((response) => response.line).join(" ");
  const [, uidNext] = /UIDNEXT (\d+)/.exec(line) ?? [];
  const [, modSeq] = /HIGHESTMODSEQ (\d+)/.exec(line) ?? [];
  execute(stores.home.databaseFile, `UPDATE ${side} SET UIDNEXT = ${uidNext}, HIGHESTMODSEQ = ${modSeq}`);
}

const pairings = {
  "Dovecot and Dovecot": () => Promise.all([startDovecot(), startDovecot()]),
  "Dovecot and Cyrus": () => Promise.all([startDovecot(), startCyrus({ users: userNames })]),
};

const onOnePair = inTurn(Object.keys(pairings));

for (const [pairing, start] of Object.entries(pairings)) {
  const test = onOnePair(pairing);
  describe(`--repair between ${pairing}`, () => {
    let servers: PerSide<MailServer>;

    before(async () => {
      const [local, remote] = await start();
      servers = { local, remote };
    });
    after(() => Promise.all([servers.local.stop(), servers.remote.stop()]));

    test("where all is well, it says so and changes nothing", async (t) => {
      const stores = await synchronised(t, servers);
      const rows = dump(stores.home.databaseFile).rows;
      const { findings, changes } = await repair(stores);
      assert.deepEqual(findings, ["Nothing to repair"]);
      assert.deepEqual(changes, []);
      assert.deepEqual(dump(stores.home.databaseFile).rows, rows);
    });

    test("messages that a server altered, and twins, stay the pairs they are", async (t) => {
      const stores = await twoStores(t, servers);
      const eightBit = { header: [Buffer.from("X-Note: caf\xe9", "latin1")] };
      const odd = [mail("eight-bit", eightBit), mail("dated", { internalDate: "01-Jan-1950 00:00:00 +0000" })];
      const nameless = { ...mail("nameless"), bytes: Buffer.from("Subject: x\r\n\r\ntext\r\n") };
      await deliver(stores.local, "INBOX", ...odd, mail("twin"), mail("twin"), nameless, nameless);
      await deliver(stores.remote, "INBOX", mail("twin"));
      assert.equal((await runInterimap(stores.home)).status, 0);
      // What the copies look like is learnt.
      const withoutPrints = (): unknown => {
        const { mapping = [], ...others } = dump(stores.home.databaseFile).rows;
        return { ...others, mapping: mapping.map((row) => row.slice(0, 3)) };
      };
      const rows = withoutPrints();
      const { status, stderr } = await runInterimap(stores.home, ["--debug", "--repair"]);
      assert.equal(status, 0, stderr);
      assert.deepEqual(
        stderr.split("\n").filter((line) => changing.test(line)),
        [],
      );
      assert.deepEqual(withoutPrints(), rows);
    });

    test("rows that are missing come back, and nothing is copied", async (t) => {
      const stores = await synchronised(t, servers);
      execute(stores.home.databaseFile, "DELETE FROM mapping WHERE lUID IN (2, 3, 7)");
      const { findings, changes } = await repair(stores);
      assert.equal(findings.length, 2);
      for (const [i, side] of sides.entries()) {
        assert.ok(findings[i]?.startsWith(`${side}(INBOX): Not in the database: UID 2:3,7.`), findings[i]);
      }
      assert.deepEqual(changes, []);
      assert.equal(dump(stores.home.databaseFile).rows["mapping"]?.length, 8);
    });

    test("rows that pair different messages are paired anew, and nothing is copied", async (t) => {
      const stores = await synchronised(t, servers);
      const swap = "UPDATE mapping SET rUID = CASE rUID WHEN 102 THEN 5 WHEN 105 THEN 2 ELSE rUID END";
      execute(stores.home.databaseFile, `UPDATE mapping SET rUID = rUID + 100 WHERE rUID IN (2, 5); ${swap}`);
      const { findings, changes } = await repair(stores);
      assert.equal(findings.length, 1);
      assert.match(findings[0]!, /The database pairs two different messages: UID 2,5 here, UID 2,5 on the remote/);
      assert.deepEqual(changes, []);
      const pairs = dump(stores.home.databaseFile).rows["mapping"]?.map(([, lUID, rUID]) => [lUID, rUID]);
      assert.deepEqual(
        pairs,
        [1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n].map((uid) => [uid, uid]),
      );
    });

    for (const side of sides) {
      const test = onOne(side);
      const column = side === "local" ? "lUID" : "rUID";

      test(`UIDs that were shifted on the ${side} side, some out of range`, async (t) => {
        const stores = await synchronised(t, servers);
        execute(
          stores.home.databaseFile,
          `UPDATE mapping SET ${column} = ${column} + 1000 WHERE ${column} > 3;
           UPDATE mapping SET ${column} = ${column} - 998 WHERE ${column} > 3;
           PRAGMA ignore_check_constraints = ON; UPDATE mapping SET ${column} = 0 WHERE ${column} = 1`,
        );
        const { findings, changes } = await repair(stores);
        assert.ok(findings.some((line) => line.startsWith('Dropped an invalid entry of "INBOX" from the database.')));
        assert.ok(findings.some((line) => line.includes("a UID that no message ever had: UID 9:10 here")));
        assert.deepEqual(changes, []);
        assert.deepEqual(await contents(stores.local), all);
      });

      test(`UIDNEXT and HIGHESTMODSEQ beyond the ${side} server's`, async (t) => {
        const stores = await synchronised(t, servers);
        await deliver(stores[side], "INBOX", mail("new"));
        await store(stores[side], "3 +FLAGS (\\Flagged)");
        execute(
          stores.home.databaseFile,
          `UPDATE ${side} SET UIDNEXT = UIDNEXT + 50, HIGHESTMODSEQ = HIGHESTMODSEQ + 5000`,
        );
        const { findings } = await repair(stores);
        for (const item of ["UIDNEXT", "HIGHESTMODSEQ"]) {
          assert.ok(findings.some((line) => line.startsWith(`${side}(INBOX): The database records ${item} `)));
        }
        assert.deepEqual(await contents(stores.local), [...all.with(2, "m3 \\flagged"), "new"]);
      });

      test(`UIDNEXT and HIGHESTMODSEQ too low on the ${side} side`, async (t) => {
        const stores = await synchronised(t, servers);
        execute(stores.home.databaseFile, `UPDATE ${side} SET UIDNEXT = 4, HIGHESTMODSEQ = 1`);
        const { findings, changes } = await repair(stores);
        assert.deepEqual(findings, ["Nothing to repair"]);
        assert.deepEqual(changes, []);
      });

      test(`what vanished on the ${side} side since then is deleted, what was gone before is copied again`, async (t) => {
        const stores = await synchronised(t, servers);
        await expunge(stores[side], "2,6");
        await pretendKnown(stores, side);
        await expunge(stores[side], "4");
        const { findings } = await repair(stores);
        assert.equal(findings.length, 1);
        assert.match(findings[0]!, new RegExp(`^${side}\\(INBOX\\): Gone, although .*: UID 2,6 here, UID 2,6 on the`));
        assert.deepEqual(await contents(stores.local), names(1, 2, 3, 5, 6, 7, 8));
      });

      test(`flags that changed on the ${side} side: told by the server they win, else both get the union`, async (t) => {
        const stores = await synchronised(t, servers);
        await store(stores.local, "1:4 +FLAGS (\\Seen)");
        await assertConverges(stores);
        await store(stores[side], "1,2 FLAGS (\\Flagged)");
        await pretendKnown(stores, side);
        await store(stores[side], "3 FLAGS (\\Flagged)");
        const { findings } = await repair(stores);
        assert.equal(findings.length, 1);
        assert.match(findings[0]!, /Flags differ, .*: UID 1:2 here, UID 1:2 on the remote side/);
        const expected = ["m1 \\flagged \\seen", "m2 \\flagged \\seen", "m3 \\flagged", "m4 \\seen"];
        assert.deepEqual(await contents(stores.local), [...expected, ...names(5, 6, 7, 8)]);
      });
    }

    test("what was gone on both sides is forgotten", async (t) => {
      const stores = await synchronised(t, servers);
      for (const side of sides) {
        await expunge(stores[side], "2,6");
        await pretendKnown(stores, side);
      }
      const { findings, changes } = await repair(stores);
      assert.equal(findings.length, 1);
      assert.match(findings[0]!, /gone on both sides: UID 2,6 here, UID 2,6 on the remote side/);
      assert.deepEqual(changes, []);
      assert.equal(dump(stores.home.databaseFile).rows["mapping"]?.length, 6);
    });

    test("a database rolled back while both sides went on: nothing lost, nothing twice", async (t) => {
      const stores = await synchronised(t, servers);
      copyFileSync(stores.home.databaseFile, `${stores.home.databaseFile}.old`);
      await deliver(stores.local, "INBOX", ...mails("here", 3), mail("twin"), mail("twin"));
      await deliver(stores.remote, "INBOX", ...mails("there", 3));
      await expunge(stores.remote, "5");
      await store(stores.local, "6 +FLAGS (\\Flagged)");
      await assertConverges(stores);
      copyFileSync(`${stores.home.databaseFile}.old`, stores.home.databaseFile);
      await deliver(stores.remote, "INBOX", mail("late"));
      await repair(stores);
      assert.deepEqual(
        await contents(stores.local),
        ["here1", "here2", "here3", "late", ...all, "there1", "there2", "there3", "twin", "twin"]
          .filter((name) => name !== "m5")
          .map((name) => (name === "m6" ? "m6 \\flagged" : name)),
      );
    });

    test("killed while it copies: a plain run goes on", async (t) => {
      const stores = await synchronised(t, servers);
      await expunge(stores.remote, "2:7");
      await pretendKnown(stores, "remote");
      const run = startInterimap(stores.home, ["--repair"]);
      stores.hold("remote", "server", {
        pattern: /^\S+ OK \[APPENDUID/,
        action: async () => {
          run.child.kill("SIGKILL");
          await run.finished;
          return "cut" as const;
        },
      });
      assert.equal((await run.finished).signal, "SIGKILL");
      await assertConverges(stores);
      assert.deepEqual(await contents(stores.local), all);
      await assertNothingToDo(stores);
    });

    test("only the mailboxes that are given", async (t) => {
      const stores = await synchronised(t, servers);
      await command(stores.local, "CREATE box");
      await deliver(stores.local, "box", ...mails("b", 2));
      await assertConverges(stores);
      execute(stores.home.databaseFile, "DELETE FROM mapping WHERE lUID = 2");
      const { findings } = await repair(stores, ["box"]);
      assert.deepEqual(
        findings.map((line) => line.slice(0, line.indexOf("."))),
        sides.map((side) => `${side}(box): Not in the database: UID 2`),
      );
      assert.equal((await repair(stores)).findings.length, 2);
    });
  });
}

test("a refused message is offered again at once, and one that got there by itself is paired", async (t) => {
  const [local, remote] = await pairings["Dovecot and Cyrus"]();
  t.after(() => Promise.all([local.stop(), remote.stop()]));
  const stores = await synchronised(t, { local, remote });
  await deliver(stores.local, "INBOX", mail("malformed", { header: ["this line has no colon"] }), mail("found"));
  assert.equal((await runInterimap(stores.home)).status, 1);
  // As if the other one had been refused too, and had then been put there by hand.
  execute(
    stores.home.databaseFile,
    `DELETE FROM mapping WHERE lUID = 10;
     INSERT INTO refused SELECT idx, side, 10, size, '<found@example.org>', 'full', 0, 0, 1 FROM refused`,
  );
  const { status, stderr } = await runInterimap(stores.home, ["--debug", "--repair"]);
  assert.equal(status, 1, stderr);
  assert.match(stderr, /^remote\(INBOX\): UID 9 of the local side was refused/m);
  assert.equal(stderr.split("\n").filter((line) => /: C: \S+ APPEND/.test(line)).length, 1, stderr);
  const { mapping = [], refused = [] } = dump(stores.home.databaseFile).rows;
  assert.deepEqual([mapping.length, refused.map((row) => row[2])], [9, [9n]]);
});

test("a damaged database is not touched", async (t) => {
  const [local, remote] = await pairings["Dovecot and Dovecot"]();
  t.after(() => Promise.all([local.stop(), remote.stop()]));
  const stores = await synchronised(t, { local, remote });
  await deliver(stores.local, "INBOX", ...mails("more", 300));
  await assertConverges(stores);
  const bytes = readFileSync(stores.home.databaseFile);
  const page = bytes.readUInt16BE(16);
  for (let at = page * 3; at + page <= bytes.length; at += page) bytes.fill(0xa5, at + 200, at + 400);
  writeFileSync(stores.home.databaseFile, bytes);
  const { status, stderr } = await runInterimap(stores.home, ["--repair"]);
  assert.equal(status, 74, stderr);
  assert.match(stderr, /the database .* is damaged/);
  assert.deepEqual(readFileSync(stores.home.databaseFile), bytes);
});
