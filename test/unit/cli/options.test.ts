import assert from "node:assert/strict";
import { test } from "node:test";
import { parseArguments } from "../../../src/cli/options.ts";
import { fc } from "../../support/examples.ts";

const common = { config: undefined, quiet: false, debug: 0 };
const work = { ...common, areSameAccounts: false, isDryRun: false, json: false };
const plain = { ...work, command: "sync", mailboxes: [], allowsMassDelete: false };

test("no arguments: synchronise what the configuration says", () => {
  assert.deepEqual(parseArguments([]), plain);
});

test("options, wherever they stand", () => {
  assert.deepEqual(parseArguments(["--config=work", "-q", "INBOX", "--debug"]), {
    ...plain,
    config: "work",
    quiet: true,
    debug: 1,
    mailboxes: ["INBOX"],
  });
  assert.deepEqual(parseArguments(["INBOX", "--config", "/etc/a b", "--quiet"]), {
    ...plain,
    config: "/etc/a b",
    quiet: true,
    mailboxes: ["INBOX"],
  });
});

test("login is a command where the first mailbox would be, and takes a side", () => {
  assert.deepEqual(parseArguments(["login"]), { ...common, command: "login", side: undefined });
  const work1 = { ...common, config: "work", quiet: true, command: "login", side: "local" };
  assert.deepEqual(parseArguments(["--config", "work", "login", "-q", "local"]), work1);
  for (const args of [
    ["login", "INBOX"],
    ["login", "local", "remote"],
    ["login", "--", "x"],
    ["login", "--same-accounts"],
  ])
    assert.throws(() => parseArguments(args), { code: "USAGE" });
  assert.deepEqual(parseArguments(["--", "login"]), { ...plain, mailboxes: ["login"] });
  assert.deepEqual(parseArguments(["INBOX", "login"]), { ...plain, mailboxes: ["INBOX", "login"] });
  assert.deepEqual(parseArguments(["--repair", "login"]), { ...plain, command: "repair", mailboxes: ["login"] });
});

test("check is a command, too, for a side or for everything, and may be printed as JSON", () => {
  const check = { ...common, command: "check", side: undefined, json: false };
  assert.deepEqual(parseArguments(["check"]), check);
  assert.deepEqual(parseArguments(["--json", "check", "remote"]), { ...check, side: "remote", json: true });
  for (const args of [
    ["check", "INBOX"],
    ["check", "--allow-mass-delete"],
    ["login", "--json"],
  ])
    assert.throws(() => parseArguments(args), { code: "USAGE" });
  assert.deepEqual(parseArguments(["--", "check"]), { ...plain, mailboxes: ["check"] });
  assert.deepEqual(parseArguments(["--delete", "check"]).command, "delete");
});

test("init takes settings of the servers, and nothing else", () => {
  const init = { ...common, command: "init" };
  const nothing = new Map<string, string>();
  assert.deepEqual(parseArguments(["init"]), { ...init, settings: { local: nothing, remote: nothing } });
  const given = parseArguments(["--set=remote.host=a=b", "init", "--set", "remote.host=c", "--set", "local.command="]);
  const settings = { local: new Map([["command", ""]]), remote: new Map([["host", "c"]]) };
  assert.deepEqual(given, { ...init, settings });
  for (const args of [
    ["init", "x"],
    ["init", "--dry-run"],
    ["--set", "remote.host=x"],
    ["init", "--set", "remote.host"],
  ])
    assert.throws(() => parseArguments(args), { code: "USAGE" });
  assert.deepEqual(parseArguments(["--", "init"]), { ...plain, mailboxes: ["init"] });
});

test("-n, or --dry-run, goes with what changes something", () => {
  assert.deepEqual(parseArguments(["-n", "INBOX"]), { ...plain, isDryRun: true, mailboxes: ["INBOX"] });
  for (const args of [["--repair"], ["--delete", "a"], ["--rename", "a", "b"]])
    assert.deepEqual({ ...parseArguments(args), isDryRun: true }, parseArguments(["--dry-run", ...args]));
  for (const args of [["--status"], ["--watch"], ["--notify"], ["login"], ["check"]])
    assert.throws(() => parseArguments(["--dry-run", ...args]), { code: "USAGE" });
});

test("--debug counts up to two", () => {
  assert.deepEqual(parseArguments(["--debug", "--debug"]), { ...plain, debug: 2 });
  assert.deepEqual(parseArguments(["--debug", "--debug", "--debug"]), { ...plain, debug: 2 });
});

test("nothing is taken for a number or a truth value", () => {
  assert.deepEqual(parseArguments(["--config=123"]), { ...plain, config: "123" });
  const mailboxes = ["true", "123", "1e3", "0x10", "007", "false"];
  assert.deepEqual(parseArguments(["--quiet", ...mailboxes]), { ...plain, quiet: true, mailboxes });
  assert.deepEqual(parseArguments(["--debug", ...mailboxes]), { ...plain, debug: 1, mailboxes });
});

test("mailboxes arrive as they were given, whatever stands around them", () => {
  const mailbox = fc.stringMatching(/^[\x20-\x7e]+$/);
  const options = fc.subarray(["-q", "--debug", "--config=x"]);
  fc.assert(
    fc.property(fc.array(mailbox), fc.array(mailbox), options, (before, after, options) => {
      const positionals = before.filter((name) => name === "-" || !name.startsWith("-"));
      const invocation = parseArguments([...options, ...positionals, "--", ...after]);
      assert.deepEqual(invocation.command === "sync" && invocation.mailboxes, [...positionals, ...after]);
    }),
  );
});

test("-- ends the options", () => {
  assert.deepEqual(parseArguments(["-q", "--", "-x", "--help", "--"]), {
    ...plain,
    quiet: true,
    mailboxes: ["-x", "--help", "--"],
  });
});

test("--repair, with mailboxes or without", () => {
  assert.deepEqual(parseArguments(["--repair"]), { ...plain, command: "repair" });
  assert.deepEqual(parseArguments(["-q", "a", "--repair", "b*"]), {
    ...plain,
    command: "repair",
    quiet: true,
    mailboxes: ["a", "b*"],
  });
});

test("--delete and --rename act everywhere, unless --target says where", () => {
  const everywhere = ["local", "remote", "database"];
  assert.deepEqual(parseArguments(["--delete", "a", "b/c", "--debug"]), {
    ...work,
    command: "delete",
    debug: 1,
    mailboxes: ["a", "b/c"],
    targets: everywhere,
  });
  const renamed = { ...work, command: "rename", config: "x", source: "INBOX", destination: "b" };
  assert.deepEqual(parseArguments(["--config=x", "--rename", "INBOX", "b"]), { ...renamed, targets: everywhere });
  const cases: [string[], string[]][] = [
    [["--target=remote"], ["remote"]],
    [["--target", "remote"], ["remote"]],
    [
      ["--target=database,local", "--target=local"],
      ["local", "database"],
    ],
    [["--target=local", "--target=remote", "--target=database"], everywhere],
  ];
  for (const [options, targets] of cases) {
    const invocation = parseArguments([...options, "--config=x", "--rename", "--", "INBOX", "b"]);
    assert.deepEqual(invocation, { ...renamed, targets });
  }
});

test("--status, with --json or without", () => {
  const status = { ...common, command: "status" };
  assert.deepEqual(parseArguments(["--status"]), { ...status, json: false });
  assert.deepEqual(parseArguments(["--json", "--config=x", "--status"]), { ...status, config: "x", json: true });
});

test("--help and --version win over what is wrong elsewhere", () => {
  for (const argv of [
    ["-h"],
    ["--help"],
    ["--nope", "--help", "--version"],
    ["-h", "false"],
    ["--help", "--watch=x"],
  ]) {
    assert.equal(parseArguments(argv).command, "help");
  }
  assert.equal(parseArguments(["--version", "Entwürfe"]).command, "version");
});

test("a wrong command line is a usage error that names what is wrong", () => {
  const cases: [string[], RegExp][] = [
    [["--config"], /^--config needs/],
    [["--config="], /^--config needs/],
    [["--config", "--quiet"], /^--config needs/],
    [["--config", "--nope"], /^--config needs/],
    [["--config=a", "--config=b"], /^--config is given more than once$/],
    [["--quiet=1"], /^--quiet takes no value$/],
    [["-q=1"], /^-q takes no value$/],
    [["--debug=2"], /^--debug takes no value$/],
    [["--nope"], /^unknown option --nope$/],
    [["--password=s3cret"], /^unknown option --password$/],
    [["-c", "x"], /^unknown option -c$/],
    [["-q5"], /^unknown option --q5$/],
    [["-5"], /^unknown option -5$/],
    [["--no-quiet"], /^unknown option --no-quiet$/],
    [["--_"], /^unknown option --_$/],
    [["--__proto__=x"], /^unknown option --__proto__$/],
    [["-q", "--get-yargs-completions"], /^unknown option --get-yargs-completions$/],
    [["--completion"], /^--completion needs a value: bash, zsh or fish$/],
    [["--completion=tcsh"], /^--completion takes bash, zsh or fish, not "tcsh"$/],
    [["--completion=bash", "--completion=zsh"], /^--completion is given more than once$/],
    [["a", ""], /^a MAILBOX must not be empty$/],
    [["--delete"], /^--delete needs a MAILBOX$/],
    [["--delete", "a", ""], /^a MAILBOX must not be empty$/],
    [["--delete=a"], /^--delete takes no value$/],
    [["--delete", "a", "inBox"], /^INBOX cannot be deleted$/],
    [["--rename"], /^--rename needs two MAILBOXes/],
    [["--rename", "a"], /^--rename needs two MAILBOXes/],
    [["--rename", "a", "b", "c"], /^--rename needs two MAILBOXes/],
    [["--rename", "a", "a"], /^SOURCE and DEST of --rename are the same$/],
    [["--rename", "a", "Inbox"], /^nothing can be renamed to INBOX/],
    [["--delete", "--rename", "a", "b"], /^--delete and --rename exclude each other$/],
    [["a", "--repair", "--delete"], /^--repair and --delete exclude each other$/],
    [["--repair", "--rename", "a", "b"], /^--repair and --rename exclude each other$/],
    [["--status", "a"], /^--status takes no MAILBOX$/],
    [["--status", "--", "a"], /^--status takes no MAILBOX$/],
    [["--status", "--repair"], /^--repair and --status exclude each other$/],
    [["--status", "--delete", "a"], /^--delete and --status exclude each other$/],
    [["--status=all"], /^--status takes no value$/],
    [["--notify=1"], /^--notify takes no value$/],
    [["--watch="], /^--watch takes a number of seconds, at most \d+, not ""$/],
    [["--watch=soon", "--notify"], /^--watch takes a number of seconds, at most \d+, not "soon"$/],
    [["--watch=99999999999"], /^--watch takes a number of seconds/],
    [["--watch", "-5"], /^unknown option -5$/],
    [["--config", "--watch"], /^--config needs/],
    [["--status", "--json=1"], /^--json takes no value$/],
    [["--json", "init"], /^--json and init exclude each other$/],
    [["--json", "login"], /^--json and login exclude each other$/],
    [["--status", "--target=local"], /^--target works only with --delete or --rename$/],
    [["--target=local"], /^--target works only with --delete or --rename$/],
    [["--target=local", "--repair"], /^--target works only with --delete or --rename$/],
    [["--target", "--delete", "a"], /^--target /],
    [["--target=", "--delete", "a"], /^--target takes local, remote or database, not ""$/],
    [["--target=Local", "--delete", "a"], /^--target takes local, remote or database, not "Local"$/],
    [["--target=local,disk", "--delete", "a"], /^--target takes local, remote or database, not "disk"$/],
  ];
  for (const [argv, message] of cases) {
    assert.throws(() => parseArguments(argv), { code: "USAGE", exitCode: 64, message, hint: "see interimap --help" });
  }
});

test("--json has any work told for programs", () => {
  assert.deepEqual(parseArguments(["--json"]), { ...plain, json: true });
  assert.deepEqual(parseArguments(["--json", "-n", "--repair", "a"]), {
    ...{ ...work, command: "repair", mailboxes: ["a"], allowsMassDelete: false },
    ...{ json: true, isDryRun: true },
  });
  const watch = parseArguments(["--notify", "--json"]);
  assert.ok(watch.command === "watch" && watch.json);
});

test("an option that is nearly right is named", () => {
  for (const [typed, meant] of [
    ["--repiar", "--repair"],
    ["--traget=x", "--target"],
    ["--Status", "--status"],
  ] as const) {
    assert.throws(() => parseArguments([typed]), {
      code: "USAGE",
      hint: `did you mean ${meant}? See interimap --help`,
    });
  }
});

test("what a shell asks, and the scripts that make it ask", () => {
  assert.deepEqual(parseArguments(["--completion=zsh", "a"]), { command: "completion", shell: "zsh" });
  const words = ["interimap", "--help", "--nope", ""];
  const question = { command: "candidates", words };
  assert.deepEqual(parseArguments(["--get-yargs-completions", ...words]), { ...question, shell: "zsh" });
  assert.deepEqual(parseArguments(["--get-yargs-completions", "fish", ...words]), { ...question, shell: "fish" });
});

test("--watch and --notify: a daemon, and how patient it is", () => {
  const watch = { ...plain, command: "watch", notify: false };
  const cases: readonly (readonly [argv: readonly string[], expected: object])[] = [
    [["--watch"], { seconds: undefined }],
    [["--watch=0"], { seconds: undefined }],
    [["--watch=5"], { seconds: 5 }],
    [["--watch", "5"], { seconds: 5 }],
    [["--watch=5", "--watch=6"], { seconds: 6 }],
    [["--notify"], { notify: true, seconds: undefined }],
    [["--notify", "--watch=900"], { notify: true, seconds: 900 }],
    [["--watch", "900", "--notify"], { notify: true, seconds: 900 }],
    [["--notify", "--notify"], { notify: true, seconds: undefined }],
    [["--watch", "INBOX", "5"], { mailboxes: ["INBOX", "5"], seconds: undefined }],
    [["--watch", "5", "6"], { mailboxes: ["6"], seconds: 5 }],
    [["--notify", "5"], { notify: true, mailboxes: ["5"], seconds: undefined }],
    [
      ["a", "-q", "--watch", "--", "5", "--notify"],
      { quiet: true, mailboxes: ["a", "5", "--notify"], seconds: undefined },
    ],
    [["--config=work", "--debug", "--notify"], { config: "work", debug: 1, notify: true, seconds: undefined }],
  ];
  for (const [argv, expected] of cases)
    assert.deepEqual(parseArguments(argv), { ...watch, ...expected }, argv.join(" "));
});

test("--watch and --notify go with no other command and no target, in whichever order", () => {
  const daemons = [["--watch"], ["--watch=5"], ["--watch", "5"], ["--notify"], ["--notify", "--watch=5"]];
  const others: readonly (readonly [argv: readonly string[], message: RegExp])[] = [
    [["--repair"], /^--repair and --(?:watch|notify) exclude each other$/],
    [["--repair", "a"], /^--repair and --(?:watch|notify) exclude each other$/],
    [["--delete", "a"], /^--delete and --(?:watch|notify) exclude each other$/],
    [["--rename", "a", "b"], /^--rename and --(?:watch|notify) exclude each other$/],
    [["--status"], /^--status and --(?:watch|notify) exclude each other$/],
    [["--status", "--json"], /^--status and --(?:watch|notify) exclude each other$/],
    [["--target=local"], /^--target works only with --delete or --rename$/],
  ];
  for (const daemon of daemons) {
    for (const [other, message] of others) {
      for (const argv of [
        [...daemon, ...other],
        [...other, ...daemon],
      ]) {
        assert.throws(() => parseArguments(argv), { code: "USAGE", message }, argv.join(" "));
      }
    }
  }
});

test("a mailbox may be in UTF-8, but not have what no name has", () => {
  const invocation = parseArguments(["Entwürfe"]);
  assert.deepEqual("mailboxes" in invocation && invocation.mailboxes, ["Entwürfe"]);
  assert.throws(() => parseArguments(["a\r\nb"]), { code: "USAGE", message: /a\\x0d\\x0ab/ });
  assert.throws(() => parseArguments(["Entw\ufffdrfe"]), { code: "USAGE" });
});
