// Accounts of files: what they mean, and what is wrong with them, line by line.

import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { accountFault } from "../../../src/fleet/accounts/check-account.ts";
import { groupsOf, groupsOfServer } from "../../../src/fleet/accounts/groups.ts";
import { readAccounts, readImapsyncList, type ReadOptions } from "../../../src/fleet/accounts/read-accounts.ts";
import { open } from "../../../src/fleet/secrets/seal.ts";

const { privateKey, publicKey: sealing } = generateKeyPairSync("x25519");
const options: ReadOptions = { sealing, check: accountFault };

function faultsOf(text: string, more: Partial<ReadOptions> = {}): string[] {
  return readAccounts(text, { ...options, ...more }).faults.map(({ line, message }) => `${String(line)}: ${message}`);
}

const heading = "name,host1,user1,secret1,host2,user2,secret2";
const plain = "a.example,u,file:/a,b.example,v,file:/b";

test("a CSV file has accounts with all that can be said of them", () => {
  const { accounts, faults } = readAccounts(
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

test("JSON says the same with lists of options and numbers", () => {
  const record = { host1: "a", user1: "u", secret1: "file:/a", host2: "b", user2: "v", secret2: "file:/b" };
  const { accounts, faults } = readAccounts(
    JSON.stringify([{ ...record, port1: 1143, options: ["--exclude=it's"] }]),
    options,
  );
  assert.deepEqual(faults, []);
  assert.deepEqual([accounts[0]?.name, accounts[0]?.hosts[0].port], ["u@a", 1143]);
  assert.deepEqual(accounts[0]?.options, ["--exclude=it's"]);
});

test("passwords of a file are sealed, whatever is in them", () => {
  const { accounts, faults } = readImapsyncList(`# all of them\n\na.example;u; p"ä' ;b.example;v;q;\n`, options);
  assert.deepEqual(faults, []);
  const passwords = accounts[0]!.hosts.map(({ secret, ...purpose }) =>
    secret.from === "sealed" ? open(secret.sealed, privateKey, purpose) : undefined,
  );
  assert.deepEqual(passwords, [` p"ä' `, "q"]);
  assert.doesNotMatch(JSON.stringify(accounts), /ä/);
});

test("the seventh column of a list has options, as the wrappers of imapsync take them", () => {
  const { accounts, faults } = readImapsyncList("a;u;p;b;v;q;--port1 1143 --automap;\n", options);
  assert.deepEqual(faults, []);
  assert.deepEqual(accounts[0]?.options, ["--port1", "1143", "--automap"]);
});

test("each fault is told with its line, and all of them", () => {
  const lines = [heading, `x,${plain}`, "y,,u,hunter2,b.example,v,file:/b", `x,${plain}`];
  assert.deepEqual(faultsOf(lines.join("\n")), [
    "3: host1 is missing",
    "3: secret1 begins with none of file:/, credential: and command:",
    '4: "x" is in line 2 as well',
  ]);
});

for (const { what, option, fault } of [
  { what: "is none", option: "--foo", fault: "unknown option --foo" },
  { what: "belongs to a run of its own", option: "--pidfile=/x", fault: "--pidfile cannot be used here" },
  { what: "has a password", option: "--password1=x", fault: "--password1 cannot be used here" },
  { what: "contradicts what the fleet does", option: "--dry", fault: "--dry cannot be used here" },
  { what: "names another server", option: "--host2=c", fault: "--host2 cannot be used here" },
])
  test(`an option that ${what} is a fault`, () => {
    assert.deepEqual(faultsOf(`${heading},options\nx,${plain},${option}`), [`2: options: ${fault}`]);
  });

for (const { column, value, fault } of [
  { column: "port1", value: "0", fault: 'port1: "0" is no whole number from 1 to 65535' },
  { column: "priority", value: "high", fault: 'priority: "high" is no whole number from -1000 to 1000' },
  { column: "window", value: "22-6", fault: 'window: "22-6" is not written like 22:00-06:00' },
  { column: "engine", value: "both", fault: 'engine: "both" is neither copy nor sync' },
  { column: "every", value: "1s", fault: 'every: "1s" is not written like 5m, 4h or 1d, at least a minute' },
])
  test(`${column} of ${value} is a fault`, () => {
    assert.deepEqual(faultsOf(`${heading},${column}\nx,${plain},${value}`), [`2: ${fault}`]);
  });

test("a column that there is not is one fault, not one of each line", () => {
  assert.match(
    faultsOf(`${heading},colour\nx,${plain},red\ny,${plain},red`).join("\n"),
    /^1: there is no column "colour"[^\n]*$/,
  );
});

test("line ends may be of several kinds in one file, and lines may be empty", () => {
  const lines = `${heading}\r\n\r\nx,${plain}\n;;\n   \ny,${plain.replace("u,", "w,")}\rz,${plain.replace("u,", "z,")}`;
  const { accounts, faults } = readAccounts(lines.replace(";;", ",,,"), options);
  assert.deepEqual(faults, []);
  assert.deepEqual(
    accounts.map(({ name }) => name),
    ["x", "y", "z"],
  );
  const list = readImapsyncList("\uFEFFa;u;p;b;v;q;\r\n;;;;;;\n  \nc;u;p;b;v;q;\n", options);
  assert.deepEqual([list.faults, list.accounts.map(({ name }) => name)], [[], ["u@a", "u@c"]]);
});

test("columns that are empty do no harm, others need a name", () => {
  assert.deepEqual(faultsOf(`${heading}\nx,${plain},,`), []);
  assert.deepEqual(faultsOf(`${heading},\nx,${plain},surplus`), [
    "2: it has more columns than the first line has names",
  ]);
  assert.deepEqual(faultsOf(`${heading},host1\nx,${plain},c`), ['1: there are two columns "host1"']);
});

test("a list without names of columns is told so without a word of it", () => {
  const [fault = ""] = faultsOf("a.example;u;hunter2;b.example;v;hunter3;\n");
  assert.match(fault, /^1: the first line has no name of a column; .*interimap-fleet import/);
  assert.doesNotMatch(fault, /hunter/);
});

test("a file with names of columns is no list, and is told so once", () => {
  assert.deepEqual(
    readImapsyncList(`${heading}\nx,${plain}`, options).faults.map(({ message }) => message),
    ["this is a file with names of columns; it is added with: interimap-fleet add"],
  );
  assert.match(readImapsyncList("a;u;p\n", options).faults[0]?.message ?? "", /6 columns .* are needed, not 3/);
});

test("what stands in the place of a server is not told: it may be a password", () => {
  const { faults } = readImapsyncList("a;u;pass;word here;b;v;q;\n", options);
  assert.match(faults.map(({ message }) => message).join("; "), /host2/);
  assert.doesNotMatch(JSON.stringify(faults), /word here/);
});

test("the same work under two names would double mail", () => {
  assert.deepEqual(faultsOf(`${heading}\nx,${plain}\ny,${plain.replace("a.example", "A.example")}`), [
    '3: it is the same as "x": both users, servers and options',
  ]);
  assert.deepEqual(faultsOf(`${heading},options\nx,${plain},--folder A\ny,${plain},--folder B`), []);
});

for (const { column, value, fault } of [
  { column: "group", value: "all of sales", fault: "group: it has a blank in it" },
  { column: "group", value: "a\u0001", fault: "group: it has a character that cannot be printed" },
  { column: "options", value: "--folder a\u0000", fault: "options: it has a character that cannot be printed" },
])
  test(`${column} of ${JSON.stringify(value)} is a fault`, () => {
    assert.deepEqual(faultsOf(`${heading},${column}\nx,${plain},${value}`), [`2: ${fault}`]);
  });

test("a port does not belong to the name of a server, but to an address", () => {
  assert.deepEqual(faultsOf(`${heading}\nx,${plain.replace("a.example", "a.example:993")}`), [
    "2: host1: a port belongs into the column port1",
  ]);
  assert.deepEqual(faultsOf(`${heading}\nx,${plain.replace("a.example", "2001:db8::1")}`), []);
});

test("what one account is told holds for all of its provider, or on both sides of its server", () => {
  assert.deepEqual(groupsOfServer("imap.GMAIL.com."), ["provider:gmail"]);
  assert.deepEqual(groupsOfServer("Imap.Example"), ["source:imap.example", "target:imap.example"]);
});

test("a pair has settings in place of options, and a rhythm", () => {
  const { accounts, faults } = readAccounts(
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

test("a password in the clear needs a key", () => {
  const text = "host1,user1,password1,host2,user2,secret2\na,u,p,b,v,file:/b";
  assert.match(faultsOf(text, { sealing: undefined }).join(), /^2: password1 cannot be sealed: there is no key yet/);
});

test("what is neither CSV nor JSON is told without a word of it", () => {
  assert.deepEqual(faultsOf(`${heading}\n"hunter2`), ["2: this is no CSV (CSV_QUOTE_NOT_CLOSED)"]);
  assert.deepEqual(faultsOf(`[{"password1":"hunter2`), ["1: this is no JSON"]);
  assert.deepEqual(faultsOf(""), ["1: there is no account in it"]);
});
