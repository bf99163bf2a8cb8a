// What the copier makes of messages on real servers: which it selects, how it knows them again, and what becomes of their text,
// flags and dates on the way.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { aged } from "../support/aged.ts";
import { startDovecot } from "../support/dovecot.ts";
import { eventually } from "../support/eventually.ts";
import { texts } from "../support/message-texts.ts";
import { runImapsync, startImapsync } from "../support/run-imapsync.ts";
import { snapshot } from "../support/snapshot.ts";
import { contents, deliver, mail, type TwoStores, twoStores } from "../support/two-stores.ts";

const dovecot = await startDovecot();
const servers = { local: dovecot, remote: dovecot };

/** With one message of this text on host1: what is on host2 after a run. */
async function copyOf(stores: TwoStores, text: string, ...args: readonly string[]): Promise<string[]> {
  await deliver(stores.local, "INBOX", { ...mail("x"), bytes: Buffer.from(text, "latin1") });
  const { code, lines } = await runImapsync(stores, args);
  assert.equal(code, 0, lines.join("\n"));
  return texts(stores.remote);
}

test("ages go by the date in the header, or by that of arrival where servers cannot search", async (t) => {
  const selected = async (...args: readonly string[]): Promise<string[]> => {
    const stores = await twoStores(t, servers);
    await deliver(
      stores.local,
      "INBOX",
      aged("new", 1, 1),
      aged("middle", 15, 15),
      aged("old", 40, 40),
      aged("late", 1, 40),
    );
    const { code, lines } = await runImapsync(stores, args);
    assert.equal(code, 0, lines.join("\n"));
    return contents(stores.remote);
  };
  const [young, span, outside, both, arrival] = await Promise.all([
    selected("--maxage", "10"),
    selected("--maxage", "30", "--minage", "10"),
    selected("--maxage", "10", "--minage", "30"),
    selected("--maxage", "30", "--search", "SUBJECT middle"),
    selected("--maxage", "10", "--noabletosearch"),
  ]);
  assert.deepEqual(young, ["new"]);
  assert.deepEqual(span, ["middle"]);
  assert.deepEqual(outside, ["late", "new", "old"]);
  assert.deepEqual(both, ["middle"]);
  assert.deepEqual(arrival, ["late", "new"]);
});

test("messages change on the way in the order of the options", async (t) => {
  const stores = await twoStores(t, servers);
  // Dovecot gives out a NUL as \x80.
  const text = "Message-ID: <a@b>\r\nDisposition-Notification-To: c@d\r\n\r\nword\x00 caf\xe9\r\n";
  const args = [
    "--regexmess",
    "s/[\\x00\\x80]//; s/word/regex/",
    "--pipemess",
    "sed s/regex/pipe/",
    "--disarmreadreceipts",
  ];
  assert.deepEqual(await copyOf(stores, text, ...args, "--truncmess", "70"), [
    "Message-ID: <a@b>\r\nX-Disposition-Notification-To: c@d\r\n\r\npipe caf\xe9\r\n".slice(0, 70),
  ]);
});

test("a change after which the next run does not know its copies is said once, unless there is a memory", async (t) => {
  const stores = await twoStores(t, servers);
  await deliver(stores.local, "INBOX", mail("m1"), mail("m2"), mail("m3"));
  const warnings = async (...args: readonly string[]) => {
    const { code, lines, figure } = await runImapsync(stores, args);
    assert.deepEqual([code, figure("Messages transferred")], [0, "3"], lines.join("\n"));
    return lines.flatMap(
      (line) => /^warning: message (INBOX\/\d), .* the next run will copy it again/.exec(line)?.[1] ?? [],
    );
  };
  assert.deepEqual(await warnings("--regexmess", "s/Message-ID: </$&x/"), ["INBOX/1"]);
  assert.deepEqual(await warnings("--regexmess", "s/Message-ID: </$&y/", "--useuid"), []);
  assert.deepEqual(await warnings("--regexmess", "s/text/changed/"), []);
});

test("messages that an expression matches, or whose lines are too long, are left out and counted", async (t) => {
  const stores = await twoStores(t, servers);
  const long = mail("long", { body: `${"x".repeat(2_000)}\r\n` });
  await deliver(stores.local, "INBOX", mail("plain"), mail("secret", { body: "SECRET\r\n" }), long);
  const { code, figure, lines } = await runImapsync(stores, ["--skipmess", "m/^SECRET/m", "--maxlinelength", "1000"]);
  assert.deepEqual([code, figure("Messages transferred"), figure("Messages skipped")], [0, "1", "2"], lines.join("\n"));
  assert.deepEqual(await contents(stores.remote), ["plain"]);
  const shorter = await runImapsync(stores, ["--maxlinelength", "1000", "--maxlinelengthcmd", "fold -w 900"]);
  assert.equal(shorter.code, 0, shorter.lines.join("\n"));
  assert.deepEqual(await contents(stores.remote), ["long", "plain", "secret"]);
});

test("--wraplines breaks long lines of header and text at blanks", async (t) => {
  const stores = await twoStores(t, servers);
  const words = Array.from({ length: 30 }, (_, i) => `word${i}`).join(" ");
  const [copy = ""] = await copyOf(
    stores,
    `Message-ID: <a@b>\r\nX-Words: ${words}\r\n\r\n${words}\r\n`,
    "--wraplines",
    "80",
  );
  assert.ok(copy.split("\r\n").every((line) => line.length <= 80));
  const [header = "", body = ""] = copy.split("\r\n\r\n");
  assert.equal(header.replaceAll("\r\n ", " ").split("\r\n")[1], `X-Words: ${words}`);
  assert.equal(body.replaceAll("\r\n ", " ").trimEnd(), words);
});

test("a command that fails at the start is a usage error, and one that fails later costs its message", async (t) => {
  const stores = await twoStores(t, servers);
  await deliver(stores.local, "INBOX", mail("one"), mail("two"));
  const refused = await runImapsync(stores, ["--pipemess", "false"]);
  assert.equal(refused.code, 64, refused.lines.join("\n"));
  assert.deepEqual(await contents(stores.remote), []);
  const command =
    "sh -c 'text=$(cat; echo x); case $text in *two*) echo no such luck >&2; exit 3;; esac; printf %s \"${text%x}\"'";
  const later = await runImapsync(stores, ["--pipemess", command]);
  assert.equal(later.code, 111, later.lines.join("\n"));
  assert.match(later.lines.join("\n"), /--pipemess: sh exited with status 3: no such luck/);
  assert.deepEqual(await contents(stores.remote), ["one"]);
  const empty = await runImapsync(stores, ["--pipemess", "true", "--nopipemesscheck"]);
  assert.equal(empty.code, 111);
  assert.deepEqual(await contents(stores.remote), ["one"]);
});

test("a command that does not end ends with the run", async (t) => {
  const stores = await twoStores(t, servers);
  await deliver(stores.local, "INBOX", mail("one"));
  const command = `touch ${stores.home.directory}/began; sleep 1000`;
  const run = startImapsync(stores, ["--pipemess", command, "--nopipemesscheck"]);
  await eventually("the command has begun", () => existsSync(`${stores.home.directory}/began`));
  run.child.kill("SIGTERM");
  const { signal } = await run.finished;
  assert.equal(signal, "SIGTERM");
  assert.deepEqual(await contents(stores.remote), []);
});

test("what a Perl expression cannot be is said before anything is done", async (t) => {
  const stores = await twoStores(t, servers);
  for (const args of [
    ["--regexmess", "s/(/x/"],
    ["--skipmess", "s/a/b/"],
    ["--regexflag", "s/$x//"],
    ["--skipheader", "("],
  ]) {
    const { code, stderr, lines } = await runImapsync(stores, args);
    assert.equal(code, 64, args.join(" "));
    assert.match(stderr + lines.join("\n"), new RegExp(`${args[0]!} ".*at `));
  }
});

test("flags and dates are those that options make of them", async (t) => {
  const stores = await twoStores(t, servers);
  const header = ["Date: Fri, 13 Sept 2013 01:02:03 +0100"];
  await deliver(stores.local, "INBOX", mail("a", { flags: ["\\Seen", "\\Flagged", "work"], header }), mail("b"));
  const args = ["--regexflag", "s/\\\\Flagged//; s/work/home/", "--idatefromheader"];
  const { code } = await runImapsync(stores, args);
  assert.equal(code, 0);
  assert.deepEqual(await contents(stores.remote), ["a \\seen home", "b"]);
  const [a] = (await snapshot(stores.remote)).mailboxes
    .get("INBOX")!
    .filter(({ messageId }) => messageId.startsWith("<a@"));
  assert.equal(a?.internalDate, Date.UTC(2013, 8, 13, 0, 2, 3) / 1000);
  const again = await runImapsync(stores, args);
  assert.deepEqual([again.code, again.figure("Messages transferred")], [0, "0"]);
  assert.deepEqual(await contents(stores.remote), ["a \\seen home", "b"]);
});

test("sizes have limits, and large messages go through expressions and commands", async (t) => {
  const stores = await twoStores(t, servers);
  const sized = (name: string, octets: number): ReturnType<typeof mail> =>
    mail(name, { body: `${"x".repeat(70)}\r\n`.repeat(octets / 72) });
  await deliver(stores.local, "INBOX", sized("small", 720), sized("middle", 7_200), sized("large", 20 << 20));
  const some = await runImapsync(stores, ["--minsize", "1000", "--maxsize", "100000"]);
  assert.deepEqual([some.code, some.figure("Messages transferred"), some.figure("Messages skipped")], [0, "1", "2"]);
  assert.deepEqual(await contents(stores.remote), ["middle"]);
  const limited = await runImapsync(stores, ["--appendlimit", "100000"]);
  assert.deepEqual([limited.code, limited.figure("Messages transferred")], [0, "1"]);
  const all = await runImapsync(stores, ["--regexmess", "s/^x{70}/y/mg", "--pipemess", "cat"]);
  assert.deepEqual([all.code, all.figure("Messages transferred")], [0, "1"], all.lines.join("\n"));
  assert.deepEqual(await contents(stores.remote), ["large", "middle", "small"]);
});
