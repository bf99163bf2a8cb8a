import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { setImmediate } from "node:timers/promises";
import { createServiceNotifier } from "../../../src/service/systemd.ts";
import { eventually } from "../../support/eventually.ts";
import { scratchDirectory } from "../../support/scratch.ts";
import { receiveNotifications } from "./notify-receiver.ts";
import { recordingLog } from "./recording-log.ts";

const path = process.env["PATH"] ?? "";
interface Pause {
  readonly ms: number;
  readonly isUnref: boolean;
  /** As if it were over. */
  pass(): void;
}

/** Stops the clock; holds the pauses that are made meanwhile. */
function stoppedClock(t: TestContext): Pause[] {
  const pauses: Pause[] = [];
  let now = performance.now();
  t.mock.method(performance, "now", () => now);
  t.mock.method(globalThis, "setTimeout", (work: () => void, ms: number) => {
    const pass = (): void => {
      now += ms;
      work();
    };
    const pause = { ms, isUnref: false, pass };
    pauses.push(pause);
    return { unref: () => (pause.isUnref = true) };
  });
  return pauses;
}

/** A directory with a systemd-notify that counts how often it has ended. */
function countingCommand(): { readonly path: string; readonly hasEnded: (times: number) => Promise<unknown> } {
  const directory = scratchDirectory("command");
  const ends = join(directory, "ends");
  const script = `#!/bin/sh\nPATH='${path}' systemd-notify "$@"\nstatus=$?\necho >>${ends}\nexit $status\n`;
  writeFileSync(join(directory, "systemd-notify"), script, { mode: 0o755 });
  return {
    path: `${directory}:${path}`,
    hasEnded: (times) =>
      eventually("the end of systemd-notify", () => existsSync(ends) && readFileSync(ends).length >= times),
  };
}

const isThere = spawnSync("systemd-notify", ["--version"]).error === undefined;

describe("with systemd-notify", { skip: isThere ? false : "there is no systemd-notify" }, () => {
  for (const [kind, name] of [
    ["a path", join(scratchDirectory("notify"), "socket")],
    ["an abstract name", `@interimap-test-${process.pid}`],
  ] as const) {
    test(`messages arrive at ${kind}, whole and in order`, async (t) => {
      const receiver = await receiveNotifications(t, name);
      const log = recordingLog();
      const notifier = createServiceNotifier({ NOTIFY_SOCKET: name, PATH: path }, log);
      notifier.ready();
      assert.equal(await receiver.next(), "READY=1");
      notifier.status("zwei Postfächer \u{1f4ec}");
      assert.equal(await receiver.next(), "STATUS=zwei Postfächer \u{1f4ec}");
      notifier.watchdog();
      assert.equal(await receiver.next(), "WATCHDOG=1");
      const before = process.hrtime.bigint() / 1_000n;
      notifier.reloading();
      const [, time = ""] = /^RELOADING=1 \| MONOTONIC_USEC=(\d+)$/.exec(await receiver.next()) ?? [];
      assert.ok(BigInt(time) >= before && BigInt(time) <= process.hrtime.bigint() / 1_000n, time);
      notifier.ready();
      notifier.stopping();
      notifier.close();
      notifier.status("too late");
      assert.equal(await receiver.next(), "READY=1");
      assert.equal(await receiver.next(), "STOPPING=1");
      await receiver.end();
      assert.deepEqual(log.warnings, []);
    });
  }

  test("what waits is said together, the latest status alone, and no change of state is lost", async (t) => {
    const name = join(scratchDirectory("notify"), "socket");
    const receiver = await receiveNotifications(t, name);
    const notifier = createServiceNotifier({ NOTIFY_SOCKET: name, PATH: path }, recordingLog());
    notifier.reloading();
    notifier.status("one");
    notifier.watchdog();
    notifier.ready();
    notifier.status("two");
    notifier.status("three");
    notifier.stopping();
    notifier.close();
    assert.match(await receiver.next(), /^RELOADING=1 /);
    assert.equal(await receiver.next(), "STATUS=three | WATCHDOG=1 | READY=1");
    assert.equal(await receiver.next(), "STOPPING=1");
  });

  test("a status that changes quickly is shown once a second, a sign of life takes it along", async (t) => {
    const name = join(scratchDirectory("notify"), "socket");
    const receiver = await receiveNotifications(t, name);
    const pauses = stoppedClock(t);
    const notifier = createServiceNotifier({ NOTIFY_SOCKET: name, PATH: path }, recordingLog());
    notifier.status("1");
    assert.equal(await receiver.next(), "STATUS=1");
    notifier.status("2");
    await eventually("a pause", () => pauses.length === 1);
    notifier.status("3");
    notifier.watchdog();
    assert.equal(await receiver.next(), "STATUS=3 | WATCHDOG=1");
    const before = pauses.length;
    notifier.status("3");
    notifier.status("4");
    await eventually("another pause", () => pauses.length > before);
    notifier.status("5");
    const pause = pauses.at(-1);
    // The clock is a floating-point number.
    assert.deepEqual([Math.round(pause?.ms ?? 0), pause?.isUnref], [1_000, true], "it keeps no process running");
    pause?.pass();
    assert.equal(await receiver.next(), "STATUS=5");
  });

  test("a status is one line without control characters, and short enough for systemd", async (t) => {
    const name = join(scratchDirectory("notify"), "socket");
    const receiver = await receiveNotifications(t, name);
    const notifier = createServiceNotifier({ NOTIFY_SOCKET: name, PATH: path }, recordingLog());
    notifier.status(" a\r\nREADY=1\u0000\u001b[31m b\u2028\ud800");
    notifier.close();
    assert.equal(await receiver.next(), "STATUS=a READY=1 [31m b");
    const long = createServiceNotifier({ NOTIFY_SOCKET: name, PATH: path }, recordingLog());
    long.status("\u{1f4ec}".repeat(5_000));
    long.close();
    assert.equal(await receiver.next(), `STATUS=${"\u{1f4ec}".repeat(500)}`);
  });

  test("a socket that has vanished is worth one warning, and nothing is thrown", async (t) => {
    const name = join(scratchDirectory("notify"), "socket");
    const receiver = await receiveNotifications(t, name);
    const log = recordingLog();
    const counting = countingCommand();
    const notifier = createServiceNotifier({ NOTIFY_SOCKET: name, PATH: counting.path }, log);
    notifier.ready();
    assert.equal(await receiver.next(), "READY=1");
    await receiver.end();
    rmSync(name);
    for (let round = 1; round <= 3; round++) {
      notifier.watchdog();
      await counting.hasEnded(1 + round);
    }
    // It may come back.
    const again = await receiveNotifications(t, name);
    notifier.stopping();
    assert.equal(await again.next(), "STOPPING=1");
    assert.equal(log.warnings.length, 1);
    assert.match(log.warnings[0] ?? "", /^systemd cannot be notified: .*No such file or directory$/);
  });
});

test("where systemd-notify is missing, there is one warning", async () => {
  const log = recordingLog();
  const env = { NOTIFY_SOCKET: "/nowhere/socket", PATH: scratchDirectory("empty") };
  const notifier = createServiceNotifier(env, log);
  notifier.ready();
  await eventually("a warning", () => log.warnings.length === 1);
  notifier.stopping();
  // Node knows at once that there is no such command.
  await setImmediate();
  notifier.close();
  assert.deepEqual(log.warnings, ["systemd cannot be notified: systemd-notify is not installed"]);
});

test("systemd's variables are taken out of the environment, the others stay", () => {
  const env: NodeJS.ProcessEnv = { WATCHDOG_USEC: "2000000", WATCHDOG_PID: "1", NOTIFY_SOCKET: "/x", HOME: "/home/me" };
  createServiceNotifier(env, recordingLog()).close();
  assert.deepEqual(env, { HOME: "/home/me" });
});

test("without a socket nothing is done", () => {
  const log = recordingLog();
  for (const socket of [{}, { NOTIFY_SOCKET: "" }]) {
    const env = { ...socket, WATCHDOG_USEC: "2000000", PATH: "/nowhere" };
    const notifier = createServiceNotifier(env, log);
    notifier.ready();
    notifier.status("x");
    notifier.watchdog();
    notifier.reloading();
    notifier.stopping();
    notifier.close();
    assert.equal(notifier.watchdogIntervalMs, undefined);
    assert.deepEqual(env, { PATH: "/nowhere" });
  }
  assert.deepEqual(log.warnings, []);
});

test("signs of life are wanted at half of the limit, if it is meant for us", () => {
  const interval = (env: NodeJS.ProcessEnv): number | undefined =>
    createServiceNotifier({ NOTIFY_SOCKET: "/x", ...env }, recordingLog()).watchdogIntervalMs;
  assert.equal(interval({ WATCHDOG_USEC: "180000000" }), 90_000);
  assert.equal(interval({ WATCHDOG_USEC: "3000001", WATCHDOG_PID: String(process.pid) }), 1_500);
  assert.equal(interval({ WATCHDOG_USEC: "180000000", WATCHDOG_PID: String(process.pid + 1) }), undefined);
  for (const limit of ["0", "", "-5", "3min", "1e9", undefined]) {
    assert.equal(interval(limit === undefined ? {} : { WATCHDOG_USEC: limit }), undefined, limit);
  }
});
