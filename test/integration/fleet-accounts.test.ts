// Accounts of a fleet as their administrator adds, changes and lists them: many at a time, all of a file or none.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startFleet } from "../support/fleet.ts";

const fleet = await startFleet();
after(() => fleet.stop());

const heading = "name,host1,user1,secret1,host2,user2,secret2,group,priority,options";

function line(name: string, more: Partial<Record<"user" | "group" | "priority" | "options" | "host", string>> = {}) {
  const { user = name, group = "", priority = "", options = "", host = "old.example" } = more;
  return `${name},${host},${user},file:/a,new.example,${user},file:/b,${group},${priority},${options}`;
}

let files = 0;

function file(...lines: readonly string[]): string {
  return fleet.file(`accounts-${String(++files)}.csv`, `${lines.join("\n")}\n`);
}

async function faultsOf(path: string, ...options: readonly string[]): Promise<string[]> {
  const { status, stdout } = await fleet.run("add", path, ...options);
  assert.equal(status, 1, stdout);
  return stdout
    .trimEnd()
    .split("\n")
    .map((one) => one.replace(`${path}:`, ""));
}

interface Listed {
  readonly name: string;
  readonly status: string;
}

async function listed(...selection: readonly string[]): Promise<Listed[]> {
  const text = await fleet.done("list", "--json", ...selection);
  return text
    .split("\n")
    .filter((one) => one !== "")
    .map((one) => JSON.parse(one) as Listed);
}

function jobs(name: string): Promise<{ group: string; priority: number; state: string }[]> {
  return fleet.postgres.query(
    `select group_id as group, job.priority, state::text from pgboss.job join interimap_fleet.accounts on singleton_key = accounts.id::text
     where accounts.name = $1`,
    [name],
  );
}

test("what is wrong with any account of a file is told with its line, and nothing is added", async () => {
  await fleet.done("add", file(heading, line("there"), line("other")));
  const path = file(
    ...[heading, line("a"), line("there", { user: "new" }), line("a", { user: "b" })],
    ...[
      line("twin", { host: "OLD.example", user: "other" }),
      line("c", { user: "a" }),
      line("d", { options: "--dry" }),
    ],
  );
  assert.deepEqual(await faultsOf(path), [
    '3: "there" is in the fleet already',
    '4: "a" is in line 2 as well',
    '5: "twin" is in the fleet already, as "other"',
    '6: it is the same as "a": both users, servers and options',
    "7: options: --dry cannot be used here",
    "Nothing was added: 5 faults",
  ]);
  assert.deepEqual(
    (await listed("--all")).map(({ name }) => name),
    ["other", "there"],
  );
  assert.deepEqual(await fleet.postgres.query("select from interimap_fleet.incoming"), []);
});

test("of very many faults the first are shown, and all are counted", async () => {
  const names = Array.from({ length: 300 }, (_, i) => `many${String(i)}`);
  const twice = [...names, ...names].map((name) => line(name));
  const faults = await faultsOf(file(heading, ...twice, ...names.map((name) => `${name}x`)));
  assert.equal(faults[0], '302: "many0" is in line 2 as well');
  assert.equal(faults.length, 1002);
  // A name alone lacks both servers, users and secrets.
  assert.match(faults[1000]!, / not shown: 1100$/);
  assert.equal(faults[1001], "Nothing was added: 2100 faults");
});

test("accounts become as a file says, in the queue, too, and a check tells the differences", async () => {
  await fleet.done("add", file(heading, line("change", { group: "sales" }), line("keep", { priority: "2" })));
  await fleet.postgres.query("update interimap_fleet.accounts set copied_messages = 7 where name = 'change'");
  const path = file("name,priority,group", "change,5,support", "keep,2,");
  const checked = await fleet.done("add", path, "--update", "--check");
  assert.equal(
    checked,
    `change: group: sales -> support; priority: 0 -> 5\n${path} is fine: 0 accounts to add, 1 to change, 1 the same\n`,
  );
  assert.deepEqual((await jobs("change"))[0]?.priority, 0);
  assert.equal(await fleet.done("add", path, "--update"), "Changed 1 account; 1 the same as before\n");
  assert.deepEqual(await jobs("change"), [
    { group: "group:support source:old.example target:new.example", priority: 5, state: "created" },
  ]);
  assert.deepEqual(
    (await listed("--group", "group:support")).map(({ name }) => name),
    ["change"],
  );
  const kept = await fleet.postgres.query(
    "select copied_messages as n from interimap_fleet.accounts where name = 'change'",
  );
  assert.deepEqual(
    kept.map((row) => Object.values(row).map(Number)),
    [[7]],
  );
  const both = file(heading, line("change"), line("keep", { priority: "2", user: "else" }), line("fresh"));
  assert.equal(
    await fleet.done("add", both, "--update"),
    "Added 1 account, for bulk\nChanged 2 accounts; 0 the same as before\n",
  );
});

test("a change that makes an account the same as another one, or says nothing of a new one, is a fault", async () => {
  await fleet.done("add", file(heading, line("one"), line("two")));
  assert.deepEqual(await faultsOf(file("name,user1,user2", "two,one,one"), "--update"), [
    '2: "two" is in the fleet already, as "one"',
    "Nothing was added or changed: 1 fault",
  ]);
  const [first = ""] = await faultsOf(file("name,priority", "unknown,3"), "--update");
  assert.equal(first, "2: host1 is missing");
});

test("an account is known again by its servers' usual ports, and however its name is written", async () => {
  const ways = [",,usual", "143,,usual", ",993,USUAL", "993,143,Usual", "1143,,usual", ",,other"];
  const lines = ways.map((way, i) => `way${String(i)},h1,${way},file:/a,h2,${way.split(",").at(-1)!},file:/b`);
  assert.deepEqual(await faultsOf(file("name,host1,port1,port2,user1,secret1,host2,user2,secret2", ...lines)), [
    ...[3, 4, 5].map((at) => `${String(at)}: it is the same as "way0": both users, servers and options`),
    "Nothing was added: 3 faults",
  ]);
});

test("many accounts are added and listed, some at a time", async () => {
  const count = 2_300;
  const names = Array.from({ length: count }, (_, i) => `many${String(i).padStart(5, "0")}`);
  const path = file(heading, ...names.map((name) => line(name, { group: "many" })));
  assert.equal(await fleet.done("add", path), `Added ${String(count)} accounts, for bulk\n`);
  assert.deepEqual(
    (await listed("--group", "group:many")).map(({ name }) => name),
    names,
  );
  const table = await fleet.done("list", "--group", "group:many");
  assert.equal(table.match(/^many\d{5} /gm)?.length, count);
  assert.equal(table.match(/^Account /gm)?.length, 3);
  const queued = await fleet.postgres.query(
    "select from pgboss.job where name = 'interimap-fleet' and group_id like 'group:many%'",
  );
  assert.equal(queued.length, count);
  const report = await fleet.run("report", "--group", "group:many");
  assert.deepEqual(
    [report.status, report.stdout.trimEnd().split("\n")],
    [1, names.map((name) => `${name}: not verified yet`)],
  );
  assert.deepEqual(JSON.parse((await fleet.run("report", "--json", "--group", "group:many")).stdout), []);
});
