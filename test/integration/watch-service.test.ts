// The daemon as a service: signals, status, metrics and systemd; and what it does about what cannot be synchronised.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { sides } from "../../src/model/side.ts";
import type { StatusDocument } from "../../src/service/status-document.ts";
import { startDovecot } from "../support/dovecot.ts";
import { heldTimers } from "../support/held-timers.ts";
import { overTunnel, plainText, runInterimap, type SectionSettings } from "../support/run-interimap.ts";
import { scratchDirectory } from "../support/scratch.ts";
import { startAll } from "../support/start-all.ts";
import { command, contents, deliver, expunge, mail, mails, type TwoStores } from "../support/two-stores.ts";
import { becomes, eventually, startDaemon, startWatching, type WatchedStores } from "../support/watching.ts";
import { type NotifyReceiver, receiveNotifications } from "../unit/service/notify-receiver.ts";
import { parseMetrics } from "../unit/service/parse-metrics.ts";
import { dump, execute } from "../unit/state/databases.ts";
import { assertConverges, assertNothingToDo } from "./converge.ts";

const { slash, dot, small } = await startAll({
  slash: startDovecot(),
  dot: startDovecot({ separator: "." }),
  small: startDovecot({ quota: "100K" }),
});
const servers = { local: slash, remote: dot };

function hasSaidGoodbye({ proxies }: TwoStores): boolean[] {
  return sides.map((side) => proxies[side].clientLines.at(-1)?.endsWith(" LOGOUT") === true);
}

function configure({ home, proxies }: TwoStores, settings: SectionSettings): void {
  home.configure({ local: plainText(proxies.local.server), remote: plainText(proxies.remote.server), settings });
}

/** Something that is over when somebody says so. */
function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

describe("SIGTERM and SIGINT", { concurrency: 3 }, () => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    test(`${signal} while it waits: goodbye, exit 0, nothing left behind`, async (t) => {
      const stores = await startWatching(t, servers);
      stores.daemon.kill(signal);
      const { status, stderr } = await stores.daemon.finished;
      assert.equal(status, 0, stderr);
      assert.equal(stderr.split("\n").length, 2, stderr);
      assert.deepEqual(hasSaidGoodbye(stores), [true, true]);
      assert.equal(await stores.daemon.status(), undefined);
      await assertNothingToDo(stores);
    });

    test(`${signal} while a server cannot be reached: exit 0 at once`, async (t) => {
      const timers = heldTimers();
      const stores = await startWatching(t, servers, { env: timers.env });
      await stores.proxies.remote.stop();
      await stores.daemon.state(({ sides: { remote } }) => remote.state === "waiting" && remote.retryAt !== null);
      timers.hold();
      stores.daemon.kill(signal);
      const { status, stderr } = await stores.daemon.finished;
      assert.equal(status, 0, stderr);
      assert.deepEqual(hasSaidGoodbye(stores)[0], true);
    });

    test(`${signal} while a server does not greet us: exit 0 at once`, async (t) => {
      const { opened, open } = gate();
      const held = gate();
      const stores = await startWatching(t, servers);
      stores.hold("remote", "server", {
        pattern: /^\* OK \[CAPABILITY/,
        action: async () => {
          held.open();
          await opened;
        },
      });
      stores.proxies.remote.cutAll();
      await held.opened;
      stores.daemon.kill(signal);
      const { status, stderr } = await stores.daemon.finished;
      open();
      assert.equal(status, 0, stderr);
      assert.deepEqual(hasSaidGoodbye(stores)[0], true);
    });

    test(`${signal} in the middle of a big copy: the batch in hand is finished, the next run does the rest`, async (t) => {
      const stores = await startWatching(t, servers);
      stores.hold("remote", "server", {
        pattern: /^\S+ OK \[APPENDUID/,
        action: async () => {
          stores.daemon.kill(signal);
          await stores.daemon.line(/a second signal/);
        },
      });
      // More than can be on its way, however slow the machine.
      const count = 110;
      await deliver(stores.local, "INBOX", ...mails("m", count, { body: "x".repeat(400_000) }));
      const { status, stderr } = await stores.daemon.finished;
      assert.equal(status, 0, stderr);
      const copied = (await contents(stores.remote)).length;
      assert.ok(copied > 0 && copied < count, String(copied));
      assert.equal(dump(stores.home.databaseFile).rows["mapping"]?.length, copied);
      assert.deepEqual(hasSaidGoodbye(stores), [true, true]);
      await assertConverges(stores);
      assert.equal((await contents(stores.remote)).length, count);
      await assertNothingToDo(stores);
    });
  }

  test("a second SIGTERM ends it on the spot", async (t) => {
    const { opened, open } = gate();
    const held = gate();
    const stores = await startWatching(t, servers);
    stores.hold("remote", "server", {
      pattern: /^\S+ OK \[APPENDUID/,
      action: () => {
        held.open();
        return opened;
      },
    });
    await deliver(stores.local, "INBOX", mail("m"));
    await held.opened;
    stores.daemon.kill("SIGTERM");
    await stores.daemon.line(/a second signal/);
    stores.daemon.kill("SIGTERM");
    assert.equal((await stores.daemon.finished).signal, "SIGTERM");
    open();
    await assertConverges(stores);
    assert.deepEqual(await contents(stores.remote), ["m"]);
  });
});

describe("other signals", { concurrency: 3 }, () => {
  test("SIGHUP: the configuration as it is now, and a new log file", async (t) => {
    const stores = await startWatching(t, servers, {
      settings: { logfile: "log" },
      prepare: ({ local }) => command(local, "CREATE box"),
    });
    const { home, daemon } = stores;
    const { startedAt: first } = await daemon.waits();
    const log = join(home.directory, "log");
    const linesOf = (file: string): string[] => readFileSync(file, "utf8").split("\n").slice(0, -1);
    await deliver(stores.local, "box", mail("one"));
    await becomes(() => contents(stores.remote, "box"), ["one"]);
    await daemon.waits();
    // As logrotate does.
    renameSync(log, `${log}.1`);
    const before = linesOf(`${log}.1`);
    assert.match(before.at(-1)!, /^\S+ remote\(box\): Added 1 message/);
    configure(stores, { logfile: "log", "log-prefix": "<%n>", "ignore-mailbox": "^box$" });
    daemon.kill("SIGHUP");
    await eventually("a new log file", () => existsSync(log));
    await daemon.state(({ startedAt, activity }) => activity === "waiting" && startedAt > first);
    await deliver(stores.local, "box", mail("two"));
    await deliver(stores.local, "INBOX", mail("three"));
    await becomes(() => contents(stores.remote), ["three"]);
    await daemon.waits();
    const { stderr } = await daemon.stop();
    assert.equal(stderr, "");
    assert.deepEqual(await contents(stores.remote, "box"), ["one"]);
    assert.deepEqual(linesOf(`${log}.1`), before);
    const lines = linesOf(log).map((line) => line.replace(/^\S+ /, ""));
    assert.equal(lines[0], "<>Read the configuration again");
    assert.match(lines[1]!, /^<remote>Added 1 message/);
    assert.match(lines[2]!, /^<>Stopping/);
    assert.equal(lines.length, 3);
  });

  test("SIGHUP with a broken configuration: it is said, and all goes on as before", async (t) => {
    const stores = await startWatching(t, servers);
    const { daemon, proxies, home } = stores;
    const good = readFileSync(home.configFile, "utf8");
    writeFileSync(home.configFile, `${good}\nnonsense = 1\n`, { mode: 0o600 });
    daemon.kill("SIGHUP");
    await daemon.line(/^Keeping the previous configuration$/);
    assert.deepEqual(daemon.said(/nonsense/), [
      `${home.configFile}:${good.split("\n").length + 1}: unknown setting "nonsense"; interimap(1) lists all settings`,
    ]);
    await deliver(stores.local, "INBOX", mail("new"));
    await becomes(() => contents(stores.remote), ["new"]);
    await daemon.waits();
    assert.deepEqual(
      sides.map((side) => proxies[side].connections),
      [1, 1],
    );
    assert.equal(daemon.said(/./).length, 3);
    writeFileSync(home.configFile, good, { mode: 0o600 });
    daemon.kill("SIGHUP");
    await daemon.state(
      (state) => state.activity === "waiting" && sides.every((side) => proxies[side].connections === 2),
    );
    await daemon.stop();
  });

  test("SIGHUP, then SIGTERM: it is said once that the daemon stops", async (t) => {
    const { daemon, proxies } = await startWatching(t, servers);
    daemon.kill("SIGHUP");
    await daemon.state(({ activity }) => activity === "waiting" && proxies.remote.connections === 2);
    const { stderr } = await daemon.stop();
    assert.match(stderr, /^Read the configuration again\nStopping [^\n]*\n$/);
  });

  test("SIGHUP again and again, and other signals meanwhile, end nothing", async (t) => {
    const stores = await startWatching(t, servers);
    const first = (await stores.daemon.status())?.daemon?.startedAt;
    for (let i = 0; i < 30; i++) {
      for (const signal of ["SIGHUP", "SIGUSR1", "SIGHUP", "SIGUSR2"] as const) stores.daemon.kill(signal);
      await new Promise((resolve) => setTimeout(resolve, i % 7));
    }
    await stores.daemon.state(({ startedAt, activity }) => activity === "waiting" && startedAt !== first);
    await deliver(stores.local, "INBOX", mail("new"));
    await becomes(() => contents(stores.remote), ["new"]);
    await stores.daemon.waits();
    const { stderr } = await stores.daemon.stop();
    assert.ok(!/debugger/i.test(stderr), stderr);
    await assertNothingToDo(stores);
  });

  test("SIGUSR1: everything is looked at now", async (t) => {
    const stores = await startWatching(t, servers, { args: ["--watch=3600"] });
    await deliver(stores.remote, "INBOX", mail("new"));
    await command(stores.local, "CREATE box");
    const { looks } = await stores.daemon.waits();
    stores.daemon.kill("SIGUSR1");
    await stores.daemon.waits(looks + 1);
    assert.deepEqual(await contents(stores.local), ["new"]);
    assert.deepEqual(await contents(stores.remote, "box"), []);
    await stores.daemon.stop();
    await assertNothingToDo(stores);
  });

  test("SIGUSR1: a server that came back is tried now", async (t) => {
    const timers = heldTimers();
    const stores = await startWatching(t, servers, { env: timers.env });
    // Cut at the login; then no pause ends by itself any more.
    const refuse = (): void => {
      stores.hold("remote", "client", {
        pattern: / (?:LOGIN|AUTHENTICATE) /,
        action: () => {
          refuse();
          return "cut";
        },
      });
    };
    refuse();
    stores.proxies.remote.cutAll();
    await stores.daemon.state(({ sides: { remote } }) => remote.retryAt !== null);
    timers.hold();
    await stores.daemon.state(({ sides: { remote } }) => remote.retryAt !== null);
    const before = stores.proxies.remote.connections;
    stores.daemon.kill("SIGUSR1");
    await eventually("an attempt", () => stores.proxies.remote.connections > before);
    stores.daemon.kill("SIGTERM");
    assert.equal((await stores.daemon.finished).status, 0);
  });

  test("SIGUSR2: the status, as --status prints it", async (t) => {
    const stores = await startWatching(t, servers, {
      prepare: ({ local }) => deliver(local, "INBOX", ...mails("m", 3)),
    });
    stores.daemon.kill("SIGUSR2");
    await stores.daemon.line(/^INBOX/);
    const { stdout } = await runInterimap(stores.home, ["--status"]);
    const shape = (text: string): string[] =>
      text
        .trimEnd()
        .split("\n")
        .map((line) => line.replace(/\(.*? ago\)|\(now\)|\(in .*?\)/g, "()"));
    const { stderr } = await stores.daemon.stop();
    assert.deepEqual(shape(stderr).slice(0, -1), shape(stdout));
    assert.ok(!/[^\x20-\x7e\n]/.test(stderr), stderr);
  });
});

describe("status and metrics", { concurrency: 3 }, () => {
  async function ask({ home }: WatchedStores): Promise<StatusDocument> {
    const { status, stdout, stderr } = await runInterimap(home, ["--status", "--json"]);
    const found = JSON.parse(stdout) as StatusDocument & { readonly exitCode: number };
    assert.deepEqual({ status, stderr }, { status: found.exitCode, stderr: "" });
    return found;
  }

  test("--status beside the daemon: connections, counts, and when it looks next", async (t) => {
    const stores = await startWatching(t, servers, {
      settings: { "full-check-interval": "1800" },
      prepare: async ({ local }) => {
        await command(local, "CREATE box");
        await deliver(local, "box", ...mails("m", 3));
      },
    });
    await deliver(stores.remote, "box", mail("new"));
    await becomes(() => contents(stores.local, "box"), ["m1", "m2", "m3", "new"]);
    await stores.daemon.waits();
    const { daemon, mailboxes, lastLook } = await ask(stores);
    assert.ok(daemon !== null && lastLook !== null);
    assert.equal(daemon.pid, stores.daemon.child.pid);
    for (const side of sides) {
      const { since: _, ...link } = daemon.sides[side];
      const connected = { state: "connected", attention: "notify", reason: null, retryAt: null, connections: 1 };
      assert.deepEqual(link, connected);
    }
    assert.deepEqual([daemon.activity, daemon.looks, daemon.mailboxesSynchronised], ["waiting", 1, 1]);
    assert.equal(lastLook.skipped, 0);
    const minutesToLook = (Date.parse(daemon.nextLookAt!) - Date.parse(lastLook.at)) / 60_000;
    assert.ok(minutesToLook > 29 && minutesToLook <= 31, daemon.nextLookAt!);
    assert.deepEqual(
      mailboxes.map(({ name, messages, mapped }) => [name, messages, mapped]),
      [
        ["INBOX", { local: 0, remote: 0 }, 0],
        ["box", { local: 4, remote: 4 }, 4],
      ],
    );
    const { stdout } = await runInterimap(stores.home, ["--status"]);
    assert.match(stdout, /^Remote +connected since .*NOTIFY/m);
    assert.match(stdout, /^box +4 +4 /m);

    await stores.proxies.remote.stop();
    await stores.daemon.state(({ sides: { remote } }) => remote.state === "waiting" && remote.retryAt !== null);
    const cut = (await ask(stores)).daemon;
    assert.equal(cut?.sides.local.state, "connected");
    assert.equal(cut?.sides.local.connections, 1);
    assert.ok(["waiting", "connecting"].includes(cut?.sides.remote.state ?? ""));
    assert.match(
      (await runInterimap(stores.home, ["--status"])).stdout,
      /^Remote +(?:not connected|connecting) since /m,
    );
    await stores.daemon.state(
      ({ sides: { remote } }) =>
        remote.state === "waiting" && /refused/i.test(remote.reason ?? "") && remote.retryAt !== null,
    );
    await stores.daemon.stop();
    assert.equal((await ask(stores)).daemon, null);
  });

  test("reconnections and errors are counted in the metrics, by side", async (t) => {
    const stores = await startWatching(t, servers, { settings: { "metrics-file": "interimap.prom" } });
    stores.proxies.remote.cutAll();
    await stores.daemon.line(/Connected again/);
    await stores.daemon.stop();
    const file = join(stores.home.directory, "interimap.prom");
    assert.deepEqual(figures(file)["interimap_reconnections_total"], [0, 1]);
    const errors = parseMetrics(readFileSync(file, "utf8"))["interimap_errors_total"] ?? [];
    assert.deepEqual(
      errors.map(([{ side, code }, value]) => [side, code, value]),
      [["remote", "CONNECTION_LOST", 1]],
    );
  });

  function figures(file: string): Record<string, number[]> {
    const samples = Object.entries(parseMetrics(readFileSync(file, "utf8")));
    return Object.fromEntries(samples.map(([name, ones]) => [name, ones.map(([, value]) => value)]));
  }

  test("the metrics file is there while it runs, whole, and at the end", async (t) => {
    const stores = await startWatching(t, servers, {
      settings: { "metrics-file": "interimap.prom" },
      prepare: ({ local }) => deliver(local, "INBOX", ...mails("m", 3)),
    });
    const file = join(stores.home.directory, "interimap.prom");
    const isConnected = (): readonly number[] | undefined => {
      if (!existsSync(file)) return undefined;
      const samples = parseMetrics(readFileSync(file, "utf8"));
      return Object.entries(samples)
        .find(([name]) => /connected/.test(name))?.[1]
        .map(([, value]) => value);
    };
    assert.deepEqual(await eventually("the file", isConnected), [1, 1]);
    await stores.daemon.stop();
    assert.deepEqual(isConnected(), [0, 0]);
    const first = figures(file);
    assert.deepEqual(first["interimap_messages_added_total"], [0, 3]);
    assert.ok((first["interimap_added_bytes_total"]?.[1] ?? 0) > 0);
    // A single run goes on counting where the process left off.
    await deliver(stores.remote, "INBOX", ...mails("n", 2));
    assert.equal((await runInterimap(stores.home)).status, 0);
    assert.deepEqual(figures(file)["interimap_messages_added_total"], [2, 3]);
    assert.ok(!existsSync(`${file}.partial`));
  });
});

const hasSystemd = spawnSync("systemd-notify", ["--version"]).error === undefined;

describe("systemd", { skip: hasSystemd ? false : "there is no systemd-notify", concurrency: 3 }, () => {
  /** Reads until a message has all of these; returns what came. */
  async function until(receiver: NotifyReceiver, ...wanted: readonly RegExp[]): Promise<string[]> {
    const came: string[] = [];
    while (!wanted.every((one) => came.some((message) => one.test(message)))) came.push(await receiver.next());
    return came;
  }

  test("ready, status, alive, reloading, stopping", async (t) => {
    const socket = join(scratchDirectory("notify"), "socket");
    const receiver = await receiveNotifications(t, socket);
    const env = { NOTIFY_SOCKET: socket, WATCHDOG_USEC: "400000" };
    const stores = await startWatching(t, servers, { env });
    const start = await until(receiver, /READY=1/, /STATUS=Connected, watching/, /WATCHDOG=1/);
    assert.match(start[0]!, /READY=1/);
    assert.equal(start.filter((message) => /READY=1/.test(message)).length, 1);
    await stores.proxies.remote.stop();
    await until(receiver, /STATUS=No connection to the remote server: /);
    stores.daemon.kill("SIGHUP");
    const reload = await until(receiver, /RELOADING=1 \| MONOTONIC_USEC=\d+/, /READY=1/);
    assert.ok(reload.findIndex((one) => /RELOADING/.test(one)) < reload.findIndex((one) => /READY=1/.test(one)));
    stores.daemon.kill("SIGTERM");
    const end = await until(receiver, /STOPPING=1/);
    assert.deepEqual(
      end.filter((message) => /READY/.test(message)),
      [],
    );
    assert.equal((await stores.daemon.finished).status, 0);
  });

  test("why it ended, which systemd goes on showing", async (t) => {
    const stores = await startWatching(t, servers);
    await stores.daemon.stop();
    const socket = join(scratchDirectory("notify"), "socket");
    const receiver = await receiveNotifications(t, socket);
    // Without TLS no server can do that.
    const remote = { ...plainText(stores.remote), auth: "SCRAM-SHA-256-PLUS" };
    stores.home.configure({ local: plainText(stores.local), remote });
    const ended = await runInterimap(stores.home, ["--notify"], { env: { NOTIFY_SOCKET: socket } });
    assert.equal(ended.status, 77, ended.stderr);
    await until(receiver, /STATUS=Ended: remote: /);
  });

  test("ready although no server can be reached", async (t) => {
    const stores = await startWatching(t, servers);
    await stores.daemon.stop();
    for (const side of sides) await stores.proxies[side].stop();
    const socket = join(scratchDirectory("notify"), "socket");
    const receiver = await receiveNotifications(t, socket);
    const daemon = startDaemon(t, stores.home, { env: { NOTIFY_SOCKET: socket } });
    await until(receiver, /READY=1/, /STATUS=No connection to the local server: /);
    daemon.kill("SIGTERM");
    await until(receiver, /STOPPING=1/);
    assert.equal((await daemon.finished).status, 0);
  });

  test("no tunnel speaks in our name", async (t) => {
    const socket = join(scratchDirectory("notify"), "socket");
    await receiveNotifications(t, socket);
    const seen = join(scratchDirectory("environment"), "seen");
    const stores = await startWatching(t, servers, {
      args: ["--notify", "--same-accounts"],
      env: { NOTIFY_SOCKET: socket, WATCHDOG_USEC: "30000000", WATCHDOG_PID: "1" },
      beforeDaemon: ({ home, proxies, remote }) => {
        const { command: tunnel } = overTunnel(remote);
        home.configure({
          local: plainText(proxies.local.server),
          remote: { type: "tunnel", command: `env > ${seen}; exec ${tunnel}` },
        });
      },
    });
    const names = readFileSync(seen, "utf8")
      .split("\n")
      .map((line) => line.split("=", 1)[0]!);
    assert.ok(names.includes("HOME"));
    assert.deepEqual(
      names.filter((name) => /NOTIFY|WATCHDOG/.test(name)),
      [],
    );
    await stores.daemon.stop();
  });
});

describe("what cannot be synchronised", { concurrency: 3 }, () => {
  test("a refused message is reported once and tried again; the others go on", async (t) => {
    const stores = await startWatching(
      t,
      { local: slash, remote: small },
      {
        args: ["--notify", "--watch=1"],
        settings: { "full-check-interval": "1" },
        prepare: ({ remote }) => deliver(remote, "INBOX", mail("ballast", { body: "x".repeat(70_000) })),
      },
    );
    await deliver(stores.local, "INBOX", mail("big", { body: "x".repeat(50_000) }), mail("one"));
    await stores.daemon.line(/was refused: .*quota/i);
    await becomes(() => contents(stores.remote), ["ballast", "one"]);
    await deliver(stores.local, "INBOX", mail("two"));
    await becomes(() => contents(stores.remote), ["ballast", "one", "two"]);
    const { looks } = await stores.daemon.waits();
    await stores.daemon.waits(looks + 2);
    const status = await stores.daemon.status();
    assert.equal(status?.refused.length, 1);
    assert.equal(status?.lastLook?.skipped, 1);
    assert.equal(stores.daemon.said(/refused/).filter((line) => line.includes("was refused")).length, 1);
    await expunge(stores.local, "1");
    await becomes(() => contents(stores.remote), ["one", "two"]);
    await stores.daemon.waits();
    await stores.daemon.stop();
    // Later.
    execute(stores.home.databaseFile, "UPDATE refused SET last_attempt = last_attempt - 3600");
    const again = startDaemon(t, stores.home);
    await becomes(() => contents(stores.remote), ["big", "one", "two"]);
    await again.waits();
    assert.deepEqual((await again.status())?.refused, []);
    await again.stop();
    await assertNothingToDo(stores);
  });

  test("a mailbox that a server refuses is reported once and tried again; the others go on", async (t) => {
    const stores = await startWatching(t, servers, {
      args: ["--watch=1"],
      prepare: ({ local }) => command(local, "CREATE bad", "CREATE good"),
    });
    let refusals = 3;
    const refuse = (): void => {
      stores.hold("remote", "client", {
        pattern: /^\S+ SELECT bad/,
        action: (line) => {
          if (refusals-- === 0) return undefined;
          refuse();
          return { instead: `${line.split(" ", 1)[0]} SELECT no-such-mailbox` };
        },
      });
    };
    refuse();
    await deliver(stores.local, "bad", mail("one"));
    await stores.daemon.line(/^remote\(bad\): Mailbox skipped: /);
    await deliver(stores.local, "good", mail("two"));
    await becomes(() => contents(stores.remote, "good"), ["two"]);
    await becomes(() => contents(stores.remote, "bad"), ["one"]);
    await stores.daemon.waits();
    await stores.daemon.stop();
    assert.equal(stores.daemon.said(/skipped/).length, 1, stores.daemon.said(/./).join("\n"));
    await assertNothingToDo(stores);
  });
});
