// README's section on fleets works as it is written, from the first command to the report, with servers of this machine in place of
// its examples.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test, type TestContext } from "node:test";
import { findNode22 } from "../../scripts/lib/node22.ts";
import { startDovecot } from "../support/dovecot.ts";
import { eventually } from "../support/eventually.ts";
import { asUser } from "../support/mail-server.ts";
import { programsDirectory, startPostgres } from "../support/postgres.ts";
import { blocks, commands, type Person, person, root, skip } from "../support/readme.ts";
import { startAll } from "../support/start-all.ts";
import { contents, deliver, mails } from "../support/two-stores.ts";

const title = "Fleets";
const node = findNode22();
const { source, target } = await startAll({ source: startDovecot(), target: startDovecot() });

/** Copies run under the Node.js that better-sqlite3 was installed for. */
function admin(t: TestContext): Person {
  const own = `dev|worker) exec '${node!}' '${root}dist/interimap-fleet.js' "$@" --node '${process.execPath}' ;;`;
  return person(t, {
    "interimap-fleet": `case $1 in\n${own}\n*) exec '${node!}' '${root}dist/interimap-fleet.js' "$@" ;;\nesac`,
  });
}

/** README's file, with these servers, which are not reached over TLS. */
function accounts(): string {
  const [text = ""] = blocks(title, "csv");
  const [heading = "", ...lines] = text.trim().split("\n");
  const users = lines.map((line) => line.split(",")[0]!);
  assert.ok(users.length > 1);
  const named = lines.map((line) =>
    line
      .replaceAll("imap.old.example", source.host)
      .replaceAll("imap.new.example", target.host)
      .replace(/secret\d/g, "p")
      .concat(`,${String(source.port)},${String(target.port)},--notls1 --notls2`),
  );
  return [`${heading},port1,port2,options`, ...named].join("\n");
}

/** As it is typed, about these servers. */
function typed(command: string): string {
  return commands(title, command)
    .replaceAll("imap.old.example", source.host)
    .replaceAll("imap.new.example", target.host);
}

interface Scene {
  readonly t: TestContext;
  readonly someone: Person;
}

/** Goes on in the background. Resolves with what it says. */
async function begun({ t, someone }: Scene, script: string, says: RegExp): Promise<RegExpExecArray> {
  const { cwd, env, ...ids } = someone.identity;
  const path = `${programsDirectory()}:${env["PATH"] ?? ""}`;
  const child = spawn("bash", ["-ec", `exec ${script.trim()}`], {
    cwd,
    env: { ...env, PATH: path },
    ...ids,
    stdio: "pipe",
  });
  t.after(async () => {
    child.kill("SIGINT");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (said += text));
  return eventually(`${script} says what it is to say`, () => {
    if (child.exitCode !== null) throw new Error(`${script} ended: ${said}`);
    return says.exec(said) ?? undefined;
  });
}

/** From the accounts to the report. */
async function migrate({ someone }: Scene, database: string, work: () => Promise<unknown>): Promise<void> {
  const run = (script: string): Promise<string> => someone.run(`export ${database}\n${script}`);
  const done = (phase: string): Promise<unknown> =>
    eventually(`all accounts have come to the end of ${phase}`, async () =>
      new RegExp(`^ {2}${phase}: 2 done$`, "m").test(await run("interimap-fleet status")),
    );
  someone.write("accounts.csv", accounts());
  assert.match(await run(typed("add accounts.csv --check")), /is fine: 2 accounts[^]*Added 2 accounts, for measure/);
  await work();
  await done("measure");
  assert.match(await run(typed("interimap-fleet plan")), /2 accounts queued for bulk/);
  await done("bulk");
  someone.write("changed.csv", "name,password1\nalice,p\n");
  assert.match(await run(typed("add changed.csv --update")), /Changed 1 account/);
  await run(typed("phase final --all"));
  await done("final");
  await run(typed("phase verify --all"));
  await done("verify");
  const report = await run(typed("report --all"));
  assert.equal(report.match(/all are on the target/g)?.length, 2, report);
  for (const [user, there] of [
    ["alice", "alice@new.example"],
    ["bob", "bob@new.example"],
  ] as const)
    assert.deepEqual(await contents(asUser(target, there)), await contents(asUser(source, user)));
}

for (const user of ["alice", "bob"]) await deliver(asUser(source, user), "INBOX", ...mails(user, 4));

test("a fleet in a directory, from its beginning to the report", { skip }, async (t) => {
  const someone = admin(t);
  const command = commands(title, "interimap-fleet dev").replace(/^sudo .*\n/m, "");
  const [, database = ""] = await begun({ t, someone }, command, /export (INTERIMAP_FLEET_DATABASE=\S+)/);
  await migrate({ t, someone }, database, () => Promise.resolve());
});

test("a fleet with a database, a key and a worker", { skip }, async (t) => {
  const postgres = await startPostgres();
  t.after(() => postgres.stop());
  const someone = admin(t);
  const database = `INTERIMAP_FLEET_DATABASE='${postgres.url}'`;
  const setting = commands(title, "INTERIMAP_FLEET_DATABASE").replace(/^export .*$/m, `export ${database}`);
  assert.match(await someone.run(setting), /^0 accounts: none yet/m);
  await someone.run(`export ${database}\n${commands(title, "keys new")}`);
  await migrate({ t, someone }, database, () =>
    begun({ t, someone }, `env ${database} ${commands(title, "interimap-fleet worker")}`, /Worker .*: up to/),
  );
});
