// Accounts of files: what they mean, and what is wrong with them, line by line.

import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import type { Account } from "../../../src/fleet/accounts/account.ts";
import { changeText } from "../../../src/fleet/accounts/account-changes.ts";
import { groupsOf, groupsOfServer } from "../../../src/fleet/accounts/groups.ts";
import { readAccount, type ReadOptions } from "../../../src/fleet/accounts/read-account.ts";
import { type FileForm, writtenLines } from "../../../src/fleet/accounts/written-lines.ts";
import { open } from "../../../src/fleet/secrets/seal.ts";

const { privateKey, publicKey: sealing } = generateKeyPairSync("x25519");
const options: ReadOptions = { sealing };

interface Read {
  readonly accounts: readonly Account[];
  readonly faults: readonly { readonly line: number; readonly message: string }[];
  readonly changes: readonly string[];
}

/** Of a text that comes in small pieces. */
async function read(text: string, options: ReadOptions, form: FileForm): Promise<Read> {
  const accounts: Account[] = [];
  const faults: { line: number; message: string }[] = [];
  const changes: string[] = [];
  for await (const written of writtenLines(pieces(text), form)) {
    const { line, account, faults: own, changes: its } = readAccount(written, options);
    faults.push(...own.map((message) => ({ line, message })));
    changes.push(...its.map(changeText));
    if (account !== undefined) accounts.push(account);
  }
  return { accounts, faults, changes };
}

async function* pieces(text: string): AsyncGenerator<string, void, undefined> {
  for (let at = 0; at < text.length; at += 7) yield Promise.resolve(text.slice(at, at + 7));
}

function readAccounts(text: string, more: ReadOptions): Promise<Read> {
  return read(text, more, "columns");
}

function readImapsyncList(text: string, more: ReadOptions): Promise<Read> {
  return read(text, more, "imapsync");
}

async function faultsOf(text: string, more: Partial<ReadOptions> = {}): Promise<string[]> {
  const { faults } = await readAccounts(text, { ...options, ...more });
  return faults.map(({ line, message }) => `${String(line)}: ${message}`);
}

const heading = "name,host1,user1,secret1,host2,user2,secret2";
const plain = "a.example,u,file:/a,b.example,v,file:/b";

test("a CSV file has accounts with all that can be said of them", async () => {
  const { accounts, faults } = await readAccounts(
    [
      "name;host1;port1;user1;secret1;host2;user2;secret2;options;group;priority;window;every",
      `eve;imap.gmail.com;993;eve;command:pass show eve;b.example;v;credential:v;"--automap --exclude 'a b'";sales;7;22:00-06:00;4h`,
    ].join("\r\n"),
    options,
  );
  assert.deepEqual(faults, []);
  assert.deepEqual(accounts, [
    {
      name: "eve",
      hosts: [
        { host: "imap.gmail.com", port: 993, user: "eve", secret: { from: "command", command: "pass show eve" } },
        { host: "b.example", port: undefined, user: "v", secret: { from: "credential", name: "v" } },
      ],
      engine: "copy",
      options: ["--automap", "--exclude", "a b"],
      group: "sales",
      priority: 7,
      window: { from: 22 * 60, to: 6 * 60 },
      everySeconds: 4 * 3600,
    },
  ]);
  assert.deepEqual(groupsOf(accounts[0]!), [
    "group:sales",
    "provider:gmail",
    "source:imap.gmail.com",
    "target:b.example",
  ]);
});

test("JSON says the same with lists of options and numbers", async () => {
  const record = { host1: "a", user1: "u", secret1: "file:/a", host2: "b", user2: "v", secret2: "file:/b" };
  const { accounts, faults } = await readAccounts(
    JSON.stringify([{ ...record, port1: 1143, options: ["--exclude=it's"] }]),
    options,
  );
  assert.deepEqual(faults, []);
  assert.deepEqual([accounts[0]?.name, accounts[0]?.hosts[0].port], ["u@a", 1143]);
  assert.deepEqual(accounts[0]?.options, ["--exclude=it's"]);
});

test("passwords of a file are sealed, whatever is in them", async () => {
  const { accounts, faults } = await readImapsyncList(`# all of them\n\na.example;u; p"ä' ;b.example;v;q;\n`, options);
  assert.deepEqual(faults, []);
  const passwords = accounts[0]!.hosts.map(({ secret, ...purpose }) =>
    secret.from === "sealed" ? open(secret.sealed, privateKey, purpose) : undefined,
  );
  assert.deepEqual(passwords, [` p"ä' `, "q"]);
  assert.doesNotMatch(JSON.stringify(accounts), /ä/);
});

test("the seventh column of a list has options, as the wrappers of imapsync take them", async () => {
  const { accounts, faults } = await readImapsyncList("a;u;p;b;v;q;--port1 1143 --automap;\n", options);
  assert.deepEqual(faults, []);
  assert.deepEqual(accounts[0]?.options, ["--port1", "1143", "--automap"]);
});

test("each fault is told with its line, and all of them", async () => {
  const lines = [heading, `x,${plain}`, "y,,u,hunter2,b.example,v,file:/b"];
  assert.deepEqual(await faultsOf(lines.join("\n")), [
    "3: host1 is missing",
    "3: secret1 begins with none of file:/, credential: and command:",
  ]);
});

for (const { what, option, fault } of [
  { what: "is none", option: "--foo", fault: "unknown option --foo" },
  { what: "belongs to a run of its own", option: "--pidfile=/x", fault: "--pidfile cannot be used here" },
  { what: "has a password", option: "--password1=x", fault: "--password1 cannot be used here" },
  { what: "contradicts what the fleet does", option: "--dry", fault: "--dry cannot be used here" },
  { what: "names another server", option: "--host2=c", fault: "--host2 cannot be used here" },
])
  test(`an option that ${what} is a fault`, async () => {
    assert.deepEqual(await faultsOf(`${heading},options\nx,${plain},${option}`), [`2: options: ${fault}`]);
  });

for (const { column, value, fault } of [
  { column: "port1", value: "0", fault: 'port1: "0" is no whole number from 1 to 65535' },
  { column: "priority", value: "high", fault: 'priority: "high" is no whole number from -1000 to 1000' },
  { column: "window", value: "22-6", fault: 'window: "22-6" is not written like 22:00-06:00' },
  { column: "engine", value: "both", fault: 'engine: "both" is neither copy nor sync' },
  { column: "every", value: "1s", fault: 'every: "1s" is not written like 5m, 4h or 1d, at least a minute' },
])
  test(`${column} of ${value} is a fault`, async () => {
    assert.deepEqual(await faultsOf(`${heading},${column}\nx,${plain},${value}`), [`2: ${fault}`]);
  });

test("a column that there is not is one fault, not one of each line", async () => {
  assert.match(
    (await faultsOf(`${heading},colour\nx,${plain},red\ny,${plain},red`)).join("\n"),
    /^1: there is no column "colour"[^\n]*$/,
  );
});

test("line ends may be of several kinds in one file, and lines may be empty", async () => {
  const lines = `${heading}\r\n\r\nx,${plain}\n;;\n   \ny,${plain.replace("u,", "w,")}\rz,${plain.replace("u,", "z,")}`;
  const { accounts, faults } = await readAccounts(lines.replace(";;", ",,,"), options);
  assert.deepEqual(faults, []);
  assert.deepEqual(
    accounts.map(({ name }) => name),
    ["x", "y", "z"],
  );
  const list = await readImapsyncList("\uFEFFa;u;p;b;v;q;\r\n;;;;;;\n  \nc;u;p;b;v;q;\n", options);
  assert.deepEqual([list.faults, list.accounts.map(({ name }) => name)], [[], ["u@a", "u@c"]]);
});

test("columns that are empty do no harm, others need a name", async () => {
  assert.deepEqual(await faultsOf(`${heading}\nx,${plain},,`), []);
  assert.deepEqual(await faultsOf(`${heading},\nx,${plain},surplus`), [
    "2: it has more columns than the first line has names",
  ]);
  assert.deepEqual(await faultsOf(`${heading},host1\nx,${plain},c`), ['1: there are two columns "host1"']);
});

test("a list without names of columns is told so without a word of it", async () => {
  const [fault = ""] = await faultsOf("a.example;u;hunter2;b.example;v;hunter3;\n");
  assert.match(fault, /^1: the first line has no name of a column; .*interimap-fleet import/);
  assert.doesNotMatch(fault, /hunter/);
});

test("a file with names of columns is no list, and is told so once", async () => {
  assert.deepEqual(
    (await readImapsyncList(`${heading}\nx,${plain}`, options)).faults.map(({ message }) => message),
    ["this is a file with names of columns; it is added with: interimap-fleet add"],
  );
  assert.match((await readImapsyncList("a;u;p\n", options)).faults[0]?.message ?? "", /6 columns .* are needed, not 3/);
});

test("what stands in the place of a server is not told: it may be a password", async () => {
  const { faults } = await readImapsyncList("a;u;pass;word here;b;v;q;\n", options);
  assert.match(faults.map(({ message }) => message).join("; "), /host2/);
  assert.doesNotMatch(JSON.stringify(faults), /word here/);
});

for (const { column, value, fault } of [
  { column: "group", value: "all of sales", fault: "group: it has a blank in it" },
  { column: "group", value: "a\u0001", fault: "group: it has a character that cannot be printed" },
  { column: "options", value: "--folder a\u0000", fault: "options: it has a character that cannot be printed" },
])
  test(`${column} of ${JSON.stringify(value)} is a fault`, async () => {
    assert.deepEqual(await faultsOf(`${heading},${column}\nx,${plain},${value}`), [`2: ${fault}`]);
  });

test("a port does not belong to the name of a server, but to an address", async () => {
  assert.deepEqual(await faultsOf(`${heading}\nx,${plain.replace("a.example", "a.example:993")}`), [
    "2: host1: a port belongs into the column port1",
  ]);
  assert.deepEqual(await faultsOf(`${heading}\nx,${plain.replace("a.example", "2001:db8::1")}`), []);
});

test("what one account is told holds for all of its provider, or on both sides of its server", () => {
  assert.deepEqual(groupsOfServer("imap.GMAIL.com."), ["provider:gmail"]);
  assert.deepEqual(groupsOfServer("Imap.Example"), ["source:imap.example", "target:imap.example"]);
});

test("a pair has settings in place of options, and a rhythm", async () => {
  const { accounts, faults } = await readAccounts(
    [`${heading},engine,options,every`, `x,${plain},sync,max-delete=10% type1=imap,`, `y,${plain},sync,,1h`].join("\n"),
    options,
  );
  assert.deepEqual(faults, []);
  assert.deepEqual(
    accounts.map(({ engine, options: settings, everySeconds }) => [engine, settings, everySeconds]),
    [
      ["sync", ["max-delete=10%", "type1=imap"], 300],
      ["sync", [], 3600],
    ],
  );
});

test("a password in the clear needs a key", async () => {
  const text = "host1,user1,password1,host2,user2,secret2\na,u,p,b,v,file:/b";
  assert.match(
    (await faultsOf(text, { sealing: undefined })).join(),
    /^2: password1 cannot be sealed: there is no key yet/,
  );
});

test("what is neither CSV nor JSON is told without a word of it", async () => {
  assert.deepEqual(await faultsOf(`[{"password1":"hunter2`), ["1: this is no JSON"]);
  assert.deepEqual(await faultsOf(""), ["1: there is no account in it"]);
});

const marks = 'quotation marks stand around a whole cell, within one line; those in it are written twice: "a""b"';

test("a quotation mark at a wrong place is told with the line where it is, and no account is taken for a part of a password", async () => {
  const row = (name: string, password: string): string => `${name},h,${name},${password},i,${name},p`;
  const text = (...rows: readonly string[]): string =>
    ["name,host1,user1,password1,host2,user2,password2", ...rows].join("\n");
  for (const wrong of ['"hunter2', 'hunt"er2', '"hunter2"x'])
    assert.deepEqual(
      await faultsOf(text(row("a", "p"), row("b", wrong), row("c", "p"), row("d", "p"))),
      [`3: ${marks}`],
      wrong,
    );
  const swallowing = text(row("a", '"hunter2'), row("b", "p"), row("c", 'hunter3"'), row("d", "p"), row("e", '"p""q"'));
  assert.deepEqual(await faultsOf(swallowing), [`2: ${marks}`]);
  const { accounts } = await readAccounts(swallowing, options);
  assert.deepEqual(
    accounts.map(({ name }) => name),
    ["d", "e"],
  );
});

test("columns may be separated by tabs, as spreadsheets write them", async () => {
  const { accounts, faults } = await readAccounts(
    "name\thost1\tuser1\tsecret1\thost2\tuser2\tsecret2\nx\ta\tu,v\tfile:/a\tb\tw\tfile:/b",
    options,
  );
  assert.deepEqual(faults, []);
  assert.deepEqual(
    accounts.map(({ hosts }) => hosts.map(({ user }) => user)),
    [["u,v", "w"]],
  );
});

test("of an account that is in the fleet, only what the file says becomes another", async () => {
  const text = `${heading},options,group,priority,every,engine\nx,${plain},max-delete=5,sales,3,10m,sync`;
  const [stored] = (await readAccounts(text, options)).accounts;
  const changed = await readAccounts("name,group,priority\nx,support,", { ...options, stored });
  assert.deepEqual([changed.faults, changed.changes], [[], ["group: sales -> support", "priority: 3 -> 0"]]);
  assert.deepEqual(changed.accounts, [{ ...stored, group: "support", priority: 0 }]);
  assert.deepEqual((await readAccounts(text, { ...options, stored })).changes, []);
  const { faults } = await readAccounts(
    "name,host1,user2,engine\nx,c.example,v,sync\nx,a.example,w,sync\nx,a.example,v,copy",
    {
      ...options,
      stored,
    },
  );
  assert.deepEqual(
    faults.map(({ line, message }) => `${String(line)}: ${message}`),
    [
      "2: host1: a pair is of the same two accounts for ever; remove the account, and add it anew",
      "3: user2: a pair is of the same two accounts for ever; remove the account, and add it anew",
      "4: engine: it cannot become another one; remove the account, and add it anew",
    ],
  );
});

test("a password that is sealed for one server is not kept for another one", async () => {
  const [stored] = (await readImapsyncList("a;u;p;b;v;q;\n", options)).accounts;
  const kept = await readAccounts("name,port1,port2\nu@a,,", { ...options, stored });
  assert.deepEqual([kept.faults, kept.changes], [[], []]);
  assert.deepEqual(
    (await readAccounts("name,port1\nu@a,1143", { ...options, stored })).faults.map(({ message }) => message),
    ["password1 is missing: the one in the fleet is sealed for another server, port or user"],
  );
  const anew = await readAccounts("name,port1,password1\nu@a,1143,r", { ...options, stored });
  assert.deepEqual(anew.faults, []);
  assert.match(anew.changes.join(), /^port1: none -> 1143,secret1: sealed \S+ -> sealed \S+$/);
});
