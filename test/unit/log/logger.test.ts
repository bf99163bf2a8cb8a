import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { test, type TestContext } from "node:test";
import { defaultLogPrefix, parseLogPrefix } from "../../../src/log/log-prefix.ts";
import { createLog, type LogOptions } from "../../../src/log/logger.ts";

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
  const stderr = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written += chunk.toString();
      done();
    },
  });
  const logPrefix = parseLogPrefix(defaultLogPrefix);
  return {
    log: createLog({ logPrefix, logfile: undefined, quiet: false, debug: 0, stderr, ...options }),
    stderr: () => written,
  };
}

function directory(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "interimap-log-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
