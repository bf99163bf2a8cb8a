// A database whose times are a year ahead, because a clock was wrong: nothing waits for them, in a single run and in a daemon.

import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { runInterimap } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import { command, deliver, expunge, mail, mails, store, type TwoStores, twoStores } from "../support/two-stores.ts";
import { becomeIdentical, startDaemon } from "../support/watching.ts";
import { dump, execute } from "../unit/state/databases.ts";
import { assertConverges, assertNothingToDo } from "./converge.ts";
import { answerAppends, refuse } from "./refused-messages.ts";

const { server } = await startAll({ server: startDovecot() });

const year = 31_557_600;
const times = {
  refused: ["first_attempt", "last_attempt"],
  refused_changes: ["first_attempt", "last_attempt"],
  waits: ["since", "next_attempt"],
  synchronised: ["at"],
} as const;

/** The remote server has refused a message, a deletion and flags, and was full: all of that a year from now. */
async function aheadOfTime(t: TestContext): Promise<TwoStores> {
  const stores = await twoStores(t, { local: server, remote: server });
  await command(stores.local, "CREATE refused", "CREATE full");
  for (const name of ["INBOX", "refused", "full"]) await deliver(stores.local, name, ...mails("m", 4));
  await assertConverges(stores);

  for (const [box, answer] of Object.entries({ refused: "NO not this one", full: "NO [OVERQUOTA] full" })) {
    answerAppends(stores, { target: "remote", box }, Array<string>(9).fill(answer));
    await deliver(stores.local, box, mail("new"));
  }
  refuse(stores, "remote", { pattern: /^\S+ UID (STORE|EXPUNGE) /, answer: "NO [NOPERM] no" });
  await store(stores.local, "4 +FLAGS (\\Flagged)");
  await expunge(stores.local, "3");
  const { status, stderr } = await runInterimap(stores.home);
  assert.equal(status, 1, stderr);
  stores.release("remote");

  const changes = Object.entries(times).flatMap(([table, columns]) =>
    columns.map((column) => `UPDATE ${table} SET ${column} = ${column} + ${year};`),
  );
  const attempts = ["refused", "refused_changes", "waits"].map((table) => `UPDATE ${table} SET attempts = 20;`);
  execute(
    stores.home.databaseFile,
    [
      ...changes,
      ...attempts,
      "UPDATE stocks SET hour = hour + 8766;",
      `INSERT OR REPLACE INTO emptied SELECT idx, unixepoch() + ${year} FROM mailboxes;`,
    ].join(" "),
  );
  const { rows } = dump(stores.home.databaseFile);
  const counts = Object.keys(times).map((table) => rows[table]?.length);
  assert.deepEqual(counts, [1, 2, 1, 3]);
  return stores;
}

/** Every time in the document that is later than the document itself. */
async function timesToCome({ home }: TwoStores): Promise<string[]> {
  const { status, stdout, stderr } = await runInterimap(home, ["--status", "--json"]);
  assert.ok(status !== null && status <= 3, stderr);
  const { at } = JSON.parse(stdout) as { at: string };
  const found: string[] = [];
  JSON.parse(stdout, (key, value: unknown) => {
    if (key.endsWith("At") && typeof value === "string" && value > at) found.push(`${key} ${value}`);
    return value;
  });
  return found;
}

test("a run tries at once what it has to try again, and shows no time to come", async (t) => {
  const stores = await aheadOfTime(t);
  assert.deepEqual(await timesToCome(stores), []);
  const { stdout } = await runInterimap(stores.home, ["--status"]);
  assert.equal(stdout.match(/\bnext run\b/g)?.length, 4, stdout);
  await assertConverges(stores);
  await assertNothingToDo(stores);
});

test("so does a daemon, in its first look", async (t) => {
  const stores = await aheadOfTime(t);
  const daemon = startDaemon(t, stores.home, { args: ["--notify"] });
  await daemon.waits();
  await becomeIdentical(stores);
  assert.deepEqual(daemon.said(/could not|not copied/), []);
  await daemon.stop();
});
