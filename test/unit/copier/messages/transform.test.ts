import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import {
  messagePreparation,
  type MessageToPrepare,
  type Prepared,
  type TransformOptions,
  tryCommands,
} from "../../../../src/copier/messages/transform.ts";
import { formatInternalDate, parseInternalDate } from "../../../../src/model/internal-date.ts";

const untouched: TransformOptions = {
  ...{ useheader: [], skipheader: undefined, messageidnodomain: false, skipsize: true },
  ...{ syncinternaldates: true, idatefromheader: false },
  ...{ skipmess: [], regexmess: [], disarmreadreceipts: false, pipemess: [], addheader: false, truncmess: undefined },
  ...{ wraplines: undefined, maxlinelength: undefined, maxlinelengthcmd: undefined, minmaxlinelength: undefined },
};

const date = parseInternalDate("02-Mar-2020 10:00:00 +0100");

async function prepare(
  text: string,
  options: Partial<TransformOptions>,
  message: Partial<MessageToPrepare> = {},
): Promise<Prepared<MessageToPrepare>> {
  const bytes = Buffer.from(text, "latin1");
  return messagePreparation({ ...untouched, ...options })!({ uid: 7, bytes, date, ...message });
}

async function changed(text: string, options: Partial<TransformOptions>): Promise<string> {
  const result = await prepare(text, options);
  assert.ok("bytes" in result, JSON.stringify(result));
  return result.bytes.toString("latin1");
}

async function failed(text: string, options: Partial<TransformOptions>): Promise<string> {
  const result = await prepare(text, options);
  assert.ok("failed" in result, JSON.stringify(result));
  assert.equal(result.failed.kind, "unclassified");
  return result.failed.text;
}

void test("where nothing is asked for, nothing is done", () => {
  assert.equal(messagePreparation(untouched), undefined);
});

void test("octets stay what they are", async () => {
  const all = Array.from({ length: 256 }, (_, octet) => String.fromCharCode(octet)).join("");
  assert.equal(await changed(all, { regexmess: ["s/nothing/else/"], pipemess: ["cat"] }), all);
  assert.equal(await changed("a\0b", { regexmess: ["s/\\000/ /g"] }), "a b");
});

void test("the steps follow each other in their order", async () => {
  const result = await prepare("Subject: a\r\n\r\nx\r\n", {
    skipmess: ["m/PIPED/"],
    regexmess: ["s/a/regex/"],
    pipemess: ["sed s/regex/PIPED/", "sed 's/PIPED/&-twice/'"],
    addheader: true,
    truncmess: 52,
    maxlinelength: 60,
  });
  assert.ok("bytes" in result);
  assert.equal(result.bytes.toString(), "Message-Id: <7@imapsync>\r\nSubject: PIPED-twice\r\n\r\nx\r");
});

void test("messages that an expression matches are skipped", async () => {
  const result = await prepare("a\xe9b", { skipmess: ["m/zzz/", "m/[\\x80-\\xff]/"] });
  assert.deepEqual(result, { skipped: "skipmess", detail: "m/[\\x80-\\xff]/" });
});

void test("a header is added to messages that have come without one", async () => {
  assert.equal(await changed("Received: x\r\n\r\n", { addheader: true }), "Received: x\r\n\r\n");
  assert.equal(
    await changed("\r\nReceived: x\r\n", { addheader: true }),
    "Message-Id: <7@imapsync>\r\n\r\nReceived: x\r\n",
  );
  assert.equal(
    await changed("Message-Id: <a>\r\n\r\n", { addheader: true, useheader: ["Received"] }),
    "Message-Id: <7@imapsync>\r\nMessage-Id: <a>\r\n\r\n",
  );
  assert.equal(await changed("Received: x\r\n\r\n", { addheader: true, regexmess: ["s/Received/X/"] }), "X: x\r\n\r\n");
});

void test("a copy has the date of its original, or that of its header, or none", async () => {
  const dateOf = async (text: string, options: Partial<TransformOptions>): Promise<string | undefined> => {
    const result = await prepare(text, { addheader: true, ...options });
    assert.ok("bytes" in result);
    return result.date && formatInternalDate(result.date);
  };
  assert.equal(await dateOf("A: 1\r\n", {}), "02-Mar-2020 10:00:00 +0100");
  assert.equal(await dateOf("A: 1\r\n", { syncinternaldates: false }), undefined);
  const dated = "Date: Wed, 1 Sep 2010\r\n 16:00:00 +0200 (CEST)\r\n\r\n";
  assert.equal(await dateOf(dated, { idatefromheader: true }), "01-Sep-2010 16:00:00 +0200");
  assert.equal(await dateOf("A: 1\r\n\r\nDate: 1 Sep 2010\r\n", { idatefromheader: true }), undefined);
  assert.equal(await dateOf("Date: not a date\r\n", { idatefromheader: true }), undefined);
  assert.equal(await dateOf("Date: 1 Sep 1910 16:00:00\r\n", { idatefromheader: true }), undefined);
});

void test("receipts are disarmed in the header only, in any case, more than one", async () => {
  const message =
    "Disposition-notification-to: a\r\nX: y\r\ndisposition-Notification-To: b\r\n\r\nDisposition-Notification-To: c\r\n";
  const expected =
    "X-Disposition-notification-to: a\r\nX: y\r\nX-disposition-Notification-To: b\r\n\r\nDisposition-Notification-To: c\r\n";
  assert.equal(await changed(message, { disarmreadreceipts: true }), expected);
});

void test("lines are measured with their ends", async () => {
  assert.deepEqual(await prepare("abc\r\n", { maxlinelength: 4 }), { skipped: "long-lines", detail: "5 octets" });
  assert.equal(await changed("abc\r\n", { maxlinelength: 5 }), "abc\r\n");
  assert.equal(await changed("abc def\r\n", { maxlinelength: 5, maxlinelengthcmd: "tr ' ' '\\n'" }), "abc\ndef\r\n");
  assert.deepEqual(await prepare("abc\r\n", { minmaxlinelength: 6 }), { skipped: "short-lines", detail: "5 octets" });
  assert.equal(await changed("abc\r\n", { minmaxlinelength: 5 }), "abc\r\n");
});

void test("long lines are broken before they are measured", async () => {
  const text = `\r\n${"x".repeat(70)} ${"y".repeat(70)}\r\n`;
  assert.equal(await changed(text, { wraplines: 78, maxlinelength: 80 }), text.replace(" ", "\r\n "));
  assert.throws(() => messagePreparation({ ...untouched, wraplines: 77 }), { code: "USAGE" });
});

void test("a large message goes through commands that read and print at once, or read nothing", async () => {
  const large = Buffer.alloc(60 << 20, "0123456789abcde\n");
  const result = await prepare("", { pipemess: ["cat"] }, { bytes: large });
  assert.ok("bytes" in result && result.bytes.equals(large));
  assert.equal(
    ((await prepare("", { pipemess: ["echo new"] }, { bytes: large })) as { bytes: Buffer }).bytes.toString(),
    "new\n",
  );
});

void test("a message that is too long for an expression is not copied, and the run goes on", async () => {
  const bytes = Buffer.alloc(32 << 20, "ab");
  const expected = {
    failed: { kind: "unclassified", text: "--regexmess: the message is too long for the expression" },
  };
  assert.deepEqual(await prepare("", { regexmess: ["s/(?:a|b)*c/x/"] }, { bytes }), expected);
  assert.ok("failed" in (await prepare("", { skipmess: ["m/(?:a|b)*c/"] }, { bytes })));
});

void test("a command that fails costs its message, with what it says", async () => {
  assert.equal(
    await failed("x", { pipemess: ["sh -c 'echo this is wrong >&2; exit 3'"] }),
    "--pipemess: sh exited with status 3: this is wrong",
  );
  assert.equal(await failed("x", { pipemess: ["true"] }), "--pipemess: true printed nothing");
  assert.equal(
    await failed("x", { pipemess: ["no-such-program --secret"] }),
    "--pipemess: no-such-program cannot be started: not found",
  );
  assert.equal(await failed("x", { pipemess: ["kill -9 $$"] }), "--pipemess: kill was killed by SIGKILL");
  assert.equal(
    await failed("xxxxx\n", { maxlinelength: 1, maxlinelengthcmd: "false" }),
    "--maxlinelengthcmd: false exited with status 1",
  );
});

void test("a command ends with the run, and so do those that it has started", async () => {
  const stop = new AbortController();
  const mark = `123.${process.pid}`;
  const waiting = messagePreparation({ ...untouched, pipemess: [`sh -c 'sleep ${mark} & sleep ${mark}'`] })!(
    { uid: 1, bytes: Buffer.from("x"), date },
    { signal: stop.signal },
  );
  while (sleeping(mark) < 2) await new Promise((resolve) => setTimeout(resolve, 20));
  stop.abort(new Error("enough"));
  await assert.rejects(waiting, { code: "INTERRUPTED" });
  while (sleeping(mark) > 0) await new Promise((resolve) => setTimeout(resolve, 20));
});

/** How many processes have a command line of `sleep` and this number. */
function sleeping(mark: string): number {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => commandLine(pid) === `sleep\0${mark}\0`).length;
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1");
  } catch {
    return "";
  }
}

void test("commands are tried at the start, unless --nopipemesscheck", async () => {
  await tryCommands({ pipemess: ["cat", "sed s/a/b/"], pipemesscheck: true });
  await assert.rejects(tryCommands({ pipemess: ["cat", "false"], pipemesscheck: true }), {
    code: "USAGE",
    message: "--pipemess: false exited with status 1",
  });
  await assert.rejects(tryCommands({ pipemess: ["true"], pipemesscheck: true }), { code: "USAGE" });
  await tryCommands({ pipemess: ["false"], pipemesscheck: false });
});
