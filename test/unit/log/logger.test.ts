import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  closeSync,
  fstatSync,
  lchownSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { isJournal } from "../../../src/log/journal.ts";
import { defaultLogPrefix, parseLogPrefix } from "../../../src/log/log-prefix.ts";
import { createLog, type LogOptions } from "../../../src/log/logger.ts";
import { textLines } from "../../../src/log/text-lines.ts";
import { InterimapError } from "../../../src/model/errors.ts";
import { errorLine } from "../../support/error-line.ts";

test("without a log file, lines go to the error output with their prefix and no time", () => {
  const { log, stderr } = logWith({});
  log.info("hello");
  log.info("two messages", { side: "local", mailbox: "Entwürfe" });
  log.error("cut", { side: "remote" });
  assert.equal(stderr(), "hello\nlocal(Entwürfe): two messages\nremote: cut\n");
});

test("with a log file, the error output gets only warnings and errors", (t) => {
  const logfile = join(directory(t), "log");
  const { log, stderr } = logWith({ logfile, debug: 1 });
  log.debug("d");
  log.info("i");
  log.warn("w");
  log.error("e");
  assert.equal(stderr(), "w\ne\n");
  assert.match(readFileSync(logfile, "utf8"), /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z [diwe]\n){4}$/);
  assert.equal(statSync(logfile).mode & 0o777, 0o600);
  log.close();
});

test("a log file is continued, and the text is there as soon as it was logged", (t) => {
  const logfile = join(directory(t), "log");
  for (const text of ["one", "two"]) {
    const { log } = logWith({ logfile });
    log.info(text);
    log.close();
    log.info("too late");
  }
  assert.match(readFileSync(logfile, "utf8"), /^\S+ one\n\S+ two\n$/);
});

test("a pipe is no log file: nobody may ever read it", (t) => {
  const logfile = join(directory(t), "log");
  execFileSync("mkfifo", [logfile]);
  assert.throws(
    () => logWith({ logfile }),
    (error) =>
      error instanceof InterimapError &&
      error.code === "CONFIG_INVALID" &&
      / cannot be opened \(it is a pipe\)$/.test(error.message),
  );
});

test("what takes all that is written may be the log file", () => {
  const { log } = logWith({ logfile: "/dev/null" });
  log.info("gone");
  log.close();
});

describe("a log file in others' hands", { skip: process.getuid?.() !== 0 }, () => {
  const stranger = 65534;
  for (const { name, prepare } of [
    { name: "another user's", prepare: (path: string) => chownSync(path, stranger, stranger) },
    { name: "one that everybody may write to", prepare: (path: string) => chmodSync(path, 0o622) },
    {
      name: "another user's link to a file of ours",
      prepare: (path: string) => {
        renameSync(path, `${path}.mine`);
        symlinkSync(`${path}.mine`, path);
        lchownSync(path, stranger, stranger);
      },
    },
    { name: "one in a folder for everybody", prepare: (path: string) => chmodSync(join(path, ".."), 0o777) },
  ]) {
    test(`is not written to: ${name}`, (t) => {
      const logfile = join(directory(t), "log");
      writeFileSync(logfile, "precious");
      prepare(logfile);
      assert.throws(
        () => logWith({ logfile }),
        (error) =>
          error instanceof InterimapError && error.code === "CONFIG_UNSAFE" && errorLine(error).includes(logfile),
      );
      assert.equal(readFileSync(logfile, "utf8"), "precious");
    });
  }

  test("that came in its place is told, and the old one is kept", (t) => {
    const logfile = join(directory(t), "log");
    const { log, stderr } = logWith({ logfile });
    renameSync(logfile, `${logfile}.1`);
    writeFileSync(logfile, "");
    chownSync(logfile, stranger, stranger);
    log.reopen();
    log.info("still here");
    log.close();
    assert.match(stderr(), /belongs to another user/);
    assert.match(readFileSync(`${logfile}.1`, "utf8"), /still here/);
  });
});

test("a log file is for its owner only, whatever the umask; a link of ours is followed, a device written to", (t) => {
  const logfile = join(directory(t), "log");
  symlinkSync("real", logfile);
  const umask = process.umask(0o377);
  try {
    logWith({ logfile }).log.close();
  } finally {
    process.umask(umask);
  }
  assert.equal(statSync(join(logfile, "../real")).mode & 0o777, 0o600);
  logWith({ logfile: "/dev/null" }).log.close();
});

test("quiet leaves out information, debug lines need --debug", () => {
  const say = ({ log, stderr }: ReturnType<typeof logWith>) => {
    log.debug("d");
    log.info("i");
    log.warn("w");
    return stderr();
  };
  assert.equal(say(logWith({})), "i\nw\n");
  assert.equal(say(logWith({ quiet: true })), "w\n");
  assert.equal(say(logWith({ debug: 1 })), "d\ni\nw\n");
  assert.equal(say(logWith({ quiet: true, debug: 2 })), "d\nw\n");
});

test("traffic is wanted from the first --debug on, secrets from the second", () => {
  const wants = (debug: 0 | 1 | 2) => {
    const { log } = logWith({ debug });
    return [log.traffic, log.showsSecrets];
  };
  assert.deepEqual(
    [0, 1, 2].map((n) => wants(n as 0 | 1 | 2)),
    [
      [false, false],
      [true, false],
      [true, true],
    ],
  );
});

test("the journal gets the priority of each line, and a file does not", (t) => {
  const { log, stderr } = logWith({ debug: 1, toJournal: true });
  log.debug("d");
  log.info("i");
  log.warn("w", { side: "local" });
  log.error("e");
  assert.equal(stderr(), "<7>d\n<6>i\n<4>local: w\n<3>e\n");

  const logfile = join(directory(t), "log");
  const both = logWith({ logfile, toJournal: true });
  both.log.warn("w");
  both.log.close();
  assert.equal(both.stderr(), "<4>w\n");
  assert.match(readFileSync(logfile, "utf8"), /^\S+Z w\n$/);
});

test("the journal is what JOURNAL_STREAM names, if the output is that", (t) => {
  const path = join(directory(t), "stream");
  const fd = openSync(path, "w");
  t.after(() => closeSync(fd));
  const { dev, ino } = fstatSync(fd);
  assert.ok(isJournal({ JOURNAL_STREAM: `${dev}:${ino}` }, fd));
  for (const stream of [undefined, "", `${dev}:${ino + 1}`, `${dev + 1}:${ino}`])
    assert.ok(!isJournal({ JOURNAL_STREAM: stream }, fd), stream);
  assert.ok(!isJournal({ JOURNAL_STREAM: `${dev}:${ino}` }, 9999));
});

test("what a server says can neither steer the terminal nor forge a line", () => {
  const { log, stderr } = logWith({});
  log.warn("a\x1b]0;owned\x07\nremote: b", { side: "local", mailbox: "x\r\x9b2J" });
  assert.equal(stderr(), "local(x\\x0d\\x9b2J): a\\x1b]0;owned\\x07\\x0aremote: b\n");
});

test("texts are no formats", () => {
  const { log, stderr } = logWith({});
  log.info('100%% %s %d %o "quoted" \\Seen');
  assert.equal(stderr(), '100%% %s %d %o "quoted" \\Seen\n');
});

test("a log file that cannot be opened is named", (t) => {
  const logfile = join(directory(t), "missing", "log");
  assert.throws(
    () => logWith({ logfile }),
    (error: Error & { code?: string }) => error.code === "CONFIG_INVALID" && error.message.includes(logfile),
  );
});

test("reopening follows a rotation; where that fails the old file is kept and a warning given", (t) => {
  const parent = directory(t);
  const logfile = join(parent, "log");
  const { log, stderr } = logWith({ logfile });
  log.info("before");
  renameSync(logfile, join(parent, "log.1"));
  log.reopen();
  log.info("after");
  assert.match(readFileSync(join(parent, "log.1"), "utf8"), /^\S+ before\n$/);
  assert.match(readFileSync(logfile, "utf8"), /^\S+ after\n$/);

  rmSync(parent, { recursive: true });
  log.reopen();
  log.info("still alive");
  assert.match(stderr(), /cannot be opened/);
  log.close();
});

test("a full disk is told once and ends nothing", { skip: process.platform !== "linux" }, () => {
  const { log, stderr } = logWith({ logfile: "/dev/full" });
  log.info("one");
  log.info("two");
  log.error("three");
  assert.match(stderr(), /^cannot write to the log file \/dev\/full: ENOSPC[^\n]*\nthree\n$/);
  log.close();
});

function logWith(options: Partial<LogOptions>) {
  let written = "";
  const errorOutput = {
    write(text: string) {
      written += text;
    },
  };
  const form = textLines(parseLogPrefix(defaultLogPrefix));
  return {
    log: createLog({ form, logfile: undefined, quiet: false, debug: 0, errorOutput, ...options }),
    stderr: () => written,
  };
}

function directory(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "interimap-log-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
