// A database in which somebody wrote values that can be, but are as large as they may: UIDs, counts and times. A run ends in the
// memory that it always takes, and no message is lost or doubled because of them.

import assert from "node:assert/strict";
import { otherSide, type Side, sides } from "../../src/model/side.ts";
import { startDovecot } from "../support/dovecot.ts";
import { runInterimap } from "../support/run-interimap.ts";
import { diffSnapshots, snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { inTurn } from "../support/turns.ts";
import { command, deliver, expunge, mail, mails, store, type TwoStores, twoStores } from "../support/two-stores.ts";
import { execute } from "../unit/state/databases.ts";

const onOne = inTurn(sides);

const { server } = await startAll({ server: startDovecot() });

const uid = 4_294_967_295;
const time = 253_402_300_799;
/** A mebioctet for each: a range that is written out takes thousands. */
const memory = { NODE_OPTIONS: "--max-old-space-size=96" };

/** One mailbox for each, which has its name. */
function changes(side: Side): ReadonlyMap<string, string> {
  const other = otherSide(side);
  const [here, there] = side === "local" ? ["lUID", "rUID"] : ["rUID", "lUID"];
  const row = (table: string, values: string): string => `INSERT INTO ${table} SELECT idx, ${values} FROM mailboxes`;
  const all = `'${side}', 1, ${uid}, ${uid}, ${time}`;
  return new Map([
    ["unconfirmed", row("unconfirmed", all)],
    ["unconfirmed-now", row("unconfirmed", all.replace(String(time), "unixepoch()"))],
    ["unconfirmed-last", row("unconfirmed", `'${side}', 5, ${uid}, ${uid}, unixepoch()`)],
    ["refused", row("refused", `'${side}', ${uid}, 9007199254740991, NULL, 'no', ${time}, ${time}, ${uid}`)],
    ["refused-due", row("refused", `'${side}', ${uid}, 9007199254740991, NULL, 'no', 0, 0, ${uid}`)],
    ["refused-new", row("refused", `'${side}', 5, 10, NULL, 'no', ${time}, ${time}, ${uid}`)],
    ["deletion", row("refused_changes", `'${other}', ${uid}, 'deletion', 'no', ${time}, ${time}, ${uid}`)],
    ["flags", row("refused_changes", `'${side}', ${uid}, 'flags', 'no', 0, 0, ${uid}`)],
    ["flags-known", row("refused_changes", `'${side}', 2, 'flags', 'no', ${time}, ${time}, ${uid}`)],
    ["waits", row("waits", `'${side}', ${uid}, 'full', ${time}, ${time}, ${uid}`)],
    ["waits-now", row("waits", `'${side}', 1, 'full', ${time}, ${time}, ${uid}`)],
    ["suspects", row("suspects", `'${side}', ${uid}`)],
    ["rounds", row("rounds", `${uid}, ${uid}`)],
    ["counts", `UPDATE message_counts SET ${side} = ${uid}`],
    ["synchronised", `UPDATE synchronised SET at = ${time}`],
    ["stocks", row("stocks", `${uid}, ${uid}`)],
    ["emptied", row("emptied", String(time))],
    ["unkept", row("unkept", `'${side}', replace(hex(zeroblob(32768)), '0', 'a'), ${time}`)],
    ["unkept-many", row("unkept", `'${side}', replace(hex(zeroblob(16384)), '0', 'a ') , 0`)],
    ["flag-sets", row("flag_sets", `'${side}', ${uid}, replace(hex(zeroblob(32768)), '0', 'a')`)],
    ["flag-blocks", row("flag_blocks", `'${side}', 4194303, zeroblob(8192)`)],
    ["unstable", row("unstable", `'${side}', ${uid}, ${time}`)],
    ["lifted", row("lifted", `'${side}', ${uid}`)],
    ["mapping", `UPDATE mapping SET ${here} = ${uid} WHERE ${there} = 2 AND idx`],
    ["mod-seq", `UPDATE ${side} SET HIGHESTMODSEQ = -1`],
  ]);
}

function write({ home }: TwoStores, all: ReadonlyMap<string, string>): void {
  const statements = [...all].map(([name, change]) => {
    const these = `(SELECT idx FROM mailboxes WHERE CAST(mailbox AS TEXT) = '${name}')`;
    if (change.startsWith("INSERT")) return `${change} WHERE idx = ${these}`;
    return change.endsWith(" idx") ? `${change} = ${these}` : `${change} WHERE idx = ${these}`;
  });
  execute(home.databaseFile, statements.join("; "));
}

for (const side of sides) {
  const test = onOne(side);
  test(`${side}: what is as large as it may be`, async (t) => {
    const stores = await twoStores(t, { local: server, remote: server });
    const all = changes(side);
    await command(stores.local, ...[...all.keys()].map((name) => `CREATE ${name}`));
    for (const name of all.keys()) await deliver(stores.local, name, ...mails("m", 4));
    assert.equal((await runInterimap(stores.home, ["--quiet"])).status, 0);

    write(stores, all);
    for (const name of all.keys()) {
      await expunge(stores[otherSide(side)], "3", name);
      await store(stores[side], "4 +FLAGS (\\Flagged)", name);
      await deliver(stores[side], name, mail("new"));
      await deliver(stores[otherSide(side)], name, mail("other"));
    }
    const said: string[] = [];
    for (const args of [[], [], ["--repair"], []]) {
      const { status, signal, stderr } = await runInterimap(stores.home, ["--quiet", ...args], { env: memory });
      said.push(`${args.join(" ")}: exit ${String(status ?? signal)} ${stderr}`);
      assert.ok(status === 0 || status === 1, said.join("\n"));
      const shown = await runInterimap(stores.home, ["--status", "--json"], { env: memory });
      assert.ok(shown.status !== null && shown.status <= 3, shown.stderr);
      const found = [await snapshot(stores.local), await snapshot(stores.remote)] as const;
      const differences = diffSnapshots(...found);
      if (status === 0) assert.deepEqual(differences, [], said.join("\n"));
      for (const [name, messages] of found.flatMap(({ mailboxes }) => [...mailboxes])) {
        const names = messages.map(({ messageId }) => messageId).sort();
        assert.deepEqual(names, [...new Set(names)], `${name}: doubled\n${said.join("\n")}`);
      }
      for (const name of all.keys()) {
        const there = new Set(found.flatMap(({ mailboxes }) => mailboxes.get(name) ?? []).map((one) => one.messageId));
        const kept = ["m1", "m2", "m4", "new", "other"].filter((one) => !there.has(`<${one}@example.org>`));
        assert.deepEqual(kept, [], `${name}: lost\n${said.join("\n")}`);
      }
    }
    const differences = diffSnapshots(await snapshot(stores.local), await snapshot(stores.remote));
    assert.deepEqual(differences, [], said.join("\n"));
    t.diagnostic(said.join("\n"));
  });
}
