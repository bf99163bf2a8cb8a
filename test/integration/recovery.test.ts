// A daemon whose connections break, at any moment and for any reason of the network: the same process goes on by itself,
// both sides are identical afterwards, and every message is there exactly once.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { describe, test } from "node:test";
import { otherSide, type Side, sides } from "../../src/model/side.ts";
import type { DaemonStatus, StatusDocument } from "../../src/service/status-document.ts";
import { startDovecot } from "../support/dovecot.ts";
import { startGated } from "../support/gated-stores.ts";
import { heldTimers } from "../support/held-timers.ts";
import { runInterimap, type RunResult } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import { inTurn } from "../support/turns.ts";
import { asClient, command, contents, deliver, expunge, mail, mails, store } from "../support/two-stores.ts";
import type { Daemon, WatchedStores } from "../support/watching.ts";
import { becomeIdentical, becomes, eventually, keepsAlive, startDaemon, startWatching } from "../support/watching.ts";
import { dump } from "../unit/state/databases.ts";
import { assertConverges, assertNothingToDo } from "./converge.ts";

const onOne = inTurn(sides);

const servers = await startAll({ local: startDovecot(), remote: startDovecot({ separator: "." }) });

interface Moment {
  readonly when: string;
  readonly from: "client" | "server";
  readonly pattern: RegExp;
  /** Octets behind the line that still get through. */
  readonly cutAfter?: number;
}

const looking: readonly Moment[] = [
  { when: "before LIST is sent", from: "client", pattern: /^\S+ LIST / },
  { when: "within the answer to LIST", from: "server", pattern: /^\* LIST /, cutAfter: 20 },
  { when: "before LIST's OK arrives", from: "server", pattern: /^\S+ OK List/ },
  { when: "before CREATE's OK arrives", from: "server", pattern: /^\S+ OK Create/ },
  { when: "before SELECT is sent", from: "client", pattern: /^\S+ SELECT / },
  { when: "within the answer to SELECT", from: "server", pattern: /^\* \d+ EXISTS/ },
  { when: "before SELECT's OK arrives", from: "server", pattern: /^\S+ OK \[READ-WRITE\] Select/ },
  { when: "before UNSELECT's OK arrives", from: "server", pattern: /^\S+ OK Unselect/ },
];
const travelling: readonly Moment[] = [
  { when: "before a message is fetched", from: "client", pattern: /^\S+ UID FETCH .*BODY/ },
  { when: "within a message that is fetched", from: "server", pattern: /FETCH .*BODY\[\] \{/, cutAfter: 5_000 },
  { when: "before APPEND is sent", from: "client", pattern: /^\S+ APPEND / },
  { when: "within APPEND's literal", from: "client", pattern: /^\S+ APPEND /, cutAfter: 5_000 },
  { when: "before APPEND's OK arrives", from: "server", pattern: /^\S+ OK \[APPENDUID/ },
  { when: "before STORE's OK arrives", from: "server", pattern: /^\S+ OK (?:\[HIGHESTMODSEQ \d+\] )?Store/ },
  { when: "before EXPUNGE is sent", from: "client", pattern: /^\S+ UID EXPUNGE/ },
  { when: "before EXPUNGE's OK arrives", from: "server", pattern: /^\S+ OK (?:\[HIGHESTMODSEQ \d+\] )?Expunge/ },
];
const few = [
  "within the answer to LIST",
  "before SELECT's OK arrives",
  "within APPEND's literal",
  "before APPEND's OK arrives",
];
const works = [
  { what: "while mailboxes are looked at", args: ["--notify", "--watch=1"], moments: looking },
  { what: "while messages, flags and deletions travel", args: ["--notify", "--watch=1"], moments: travelling },
  {
    what: "with --watch alone",
    args: ["--watch=1"],
    moments: [...looking, ...travelling].filter(({ when }) => few.includes(when)),
  },
] as const;

const signOfLife = /^\S+ OK Status/i;

/** What both sides are to hold in the end, as contents() shows it. */
class Expected {
  readonly #lines = new Set<string>();

  add(...lines: readonly string[]): void {
    for (const line of lines) this.#lines.add(line);
  }

  replace(line: string, by?: string): void {
    assert.ok(this.#lines.delete(line), line);
    if (by !== undefined) this.#lines.add(by);
  }

  get lines(): string[] {
    return [...this.#lines].sort();
  }
}

async function assertDone(stores: WatchedStores): Promise<void> {
  await becomeIdentical(stores);
  await stores.daemon.waits();
  const { stderr } = await stores.daemon.stop();
  assert.doesNotMatch(stderr, /Warning|internal error/);
  await assertNothingToDo(stores);
}

// They spend most of their time in pauses.
describe("a connection that is lost", { concurrency: 6 }, () => {
  for (const side of sides) {
    const test = onOne(side);
    for (const { what, args, moments } of works) {
      test(`${what}, ${side}, at ${moments.length} moments: that side alone connects anew, each time`, async (t) => {
        const other = otherSide(side);
        const stores = await startWatching(t, servers, {
          args,
          prepare: ({ local }) => deliver(local, "INBOX", ...mails("m", 40)),
        });
        const expected = new Expected();
        expected.add(...mails("m", 40).map((_, i) => `m${i + 1}`));
        for (const [i, { when, from, pattern, cutAfter }] of moments.entries()) {
          let isCut = false;
          stores.hold(side, from, {
            pattern,
            action: () => {
              isCut = true;
              return cutAfter === undefined ? "cut" : { cutAfter };
            },
          });
          const large = { body: `${"x".repeat(78)}\r\n`.repeat(1_000) };
          for (const [on, uid] of [
            [side, 4 * i + 1],
            [other, 4 * i + 3],
          ] as const) {
            await asClient(stores[on], async (imap) => {
              await imap.append("INBOX", [mail(`${on}${i}`, large)]);
              await imap.run(`CREATE ${on}${i}`);
              await imap.append(`${on}${i}`, [mail(`in-${on}${i}`)]);
              await imap.run("SELECT INBOX");
              await imap.run(`UID STORE ${uid} +FLAGS.SILENT (\\Deleted)`);
              await imap.run(`UID EXPUNGE ${uid}`);
              await imap.run(`UID STORE ${uid + 1} +FLAGS (\\Seen)`);
            });
            expected.add(`${on}${i}`);
            expected.replace(`m${uid}`);
            expected.replace(`m${uid + 1}`, `m${uid + 1} \\seen`);
          }
          await eventually(`cut ${when}`, () => isCut).catch((error: unknown) => {
            throw new Error(stores.daemon.said(/./).join("\n"), { cause: error });
          });
          for (const on of sides) await becomes(() => contents(stores[on]), expected.lines, when);
          await becomeIdentical(stores);
          // The same trouble again, before all was well, would not be told of.
          await stores.daemon.waits();
        }
        await assertDone(stores);
        const { daemon, proxies } = stores;
        // One more for the run that had nothing to do.
        assert.deepEqual([proxies[side].connections, proxies[other].connections], [2 + moments.length, 2]);
        for (const said of [/connection lost.*; trying again in/, /Connected again after/])
          assert.equal(
            daemon.said(said).filter((line) => line.startsWith(`${side}: `)).length,
            moments.length,
            daemon.said(/./).join("\n"),
          );
      });
    }
  }

  for (const side of sides) {
    const test = onOne(side);
    const other = otherSide(side);
    test(`while nothing happens, ${side}: what happens meanwhile is found, only that side connects anew`, async (t) => {
      const stores = await startGated(t, servers, {
        prepare: async ({ local }) => {
          await command(local, "CREATE box", "CREATE anew");
          for (const box of ["INBOX", "box", "anew"]) await deliver(local, box, ...mails("m", 6));
        },
      });
      const { gates, daemon } = stores;
      gates[side].close();
      gates[side].cut();
      const lost = await daemon.line(/trying again/);
      assert.match(lost, new RegExp(`^${side}: connection lost.*; trying again in [12] s$`));
      assert.match(
        await daemon.line(/refused/),
        new RegExp(`^${side}: .*connection refused; trying again in [1-4] s$`),
      );
      const { stdout } = await runInterimap(stores.home, ["--status", "--json"]);
      const { sides: links } = (JSON.parse(stdout) as StatusDocument).daemon!;
      assert.deepEqual([links[side].state, links[other].state], ["waiting", "connected"]);
      assert.match(links[side].reason ?? "", /refused/);
      assert.ok(Date.parse(links[side].retryAt ?? "") > Date.parse(links[side].since), stdout);

      await deliver(stores.local, "INBOX", mail("l"));
      await deliver(stores.remote, "INBOX", mail("r"));
      await store(stores.local, "1 +FLAGS (\\Seen)");
      await store(stores.remote, "2 +FLAGS (work)", "box");
      await expunge(stores.local, "3", "box");
      await expunge(stores.remote, "4");
      await command(stores[side], "DELETE anew", "CREATE anew");
      await deliver(stores[side], "anew", mail("m2"), mail("m3"), mail("x"));
      await deliver(stores[other], "anew", mail("y"));

      await gates[side].open();
      assert.match(await daemon.line(/Connected again/), new RegExp(`^${side}: Connected again after .+`));
      for (const on of sides) {
        await becomes(() => contents(stores[on]), ["l", "m1 \\seen", "m2", "m3", "m5", "m6", "r"]);
        await becomes(() => contents(stores[on], "box"), ["m1", "m2 work", "m4", "m5", "m6"]);
        await becomes(() => contents(stores[on], "anew"), ["m1", "m2", "m3", "m4", "m5", "m6", "x", "y"]);
      }
      await daemon.line(new RegExp(`^${side}\\(anew\\): UIDVALIDITY changed`));
      assert.equal(gates[side].connections, 3, "the first run, the daemon, the daemon again");
      assert.equal(gates[other].connections, 2);
      await assertDone(stores);
    });

    test(`while the ${other} side is asked for a sign of life: ${side} alone is connected anew, and once`, async (t) => {
      const stores = await startWatching(t, servers, { args: ["--notify", "--watch=1"] });
      const { daemon, proxies } = stores;
      let release = (): void => undefined;
      const isReleased = new Promise<void>((resolve) => (release = resolve));
      await new Promise<void>((isAsked) => {
        stores.hold(other, "server", {
          pattern: signOfLife,
          action: () => {
            isAsked();
            return isReleased;
          },
        });
      });
      proxies[side].cutAll();
      await daemon.line(new RegExp(`^${side}: connection lost`));
      release();
      await daemon.waits(2);
      await keepsAlive(stores, 1);
      assert.deepEqual([proxies[side].connections, proxies[other].connections], [2, 1]);
      assert.equal(daemon.said(/Connected again/).length, 1);
      await assertDone(stores);
    });
  }

  test("on both sides at once: each waits, says so, and connects anew", async (t) => {
    const stores = await startWatching(t, servers);
    const { daemon, proxies } = stores;
    for (const side of sides) proxies[side].cutAll();
    for (const side of sides) await daemon.line(new RegExp(`^${side}: connection lost.*trying again`));
    for (const side of sides) await daemon.line(new RegExp(`^${side}: Connected again`));
    await deliver(stores.local, "INBOX", mail("l"));
    await deliver(stores.remote, "INBOX", mail("r"));
    for (const side of sides) await becomes(() => contents(stores[side]), ["l", "r"]);
    assert.deepEqual([proxies.local.connections, proxies.remote.connections], [2, 2]);
    await assertDone(stores);
  });

  for (const { when, from, pattern } of [
    { when: "while a message is on its way", from: "client", pattern: /^\S+ APPEND / },
    { when: "when the copies are made, and we have not heard of it", from: "server", pattern: /^\S+ OK \[APPENDUID/ },
  ] as const) {
    test(`${when}: no message is suspected, and each is there once`, async (t) => {
      const stores = await startWatching(t, servers);
      const { proxies, daemon } = stores;
      stores.hold("remote", from, {
        pattern,
        action: () => {
          for (const side of sides) proxies[side].cutAll();
          return "cut";
        },
      });
      const names = [...mails("l", 30)].map((_, i) => `l${i + 1}`);
      await deliver(stores.local, "INBOX", ...mails("l", 30, { body: "x".repeat(20_000) }));
      await daemon.state(({ sides: links }) => sides.every((side) => links[side].connections === 2), "new connections");
      await becomes(() => contents(stores.remote), names.sort());
      assert.deepEqual(daemon.said(/refused/), []);
      await assertDone(stores);
      assert.deepEqual(dump(stores.home.databaseFile).rows["suspects"], []);
    });
  }

  test("at the beginning of the work, before anything is asked of it: connected anew after a pause, too", async (t) => {
    const stores = await startWatching(t, servers, { args: ["--notify", "--watch=1"] });
    const { daemon, proxies } = stores;
    stores.hold("remote", "client", {
      pattern: /^\S+ NOTIFY/,
      action: async () => {
        proxies.local.cutAll();
        await daemon.state(({ sides: { local } }) => local.state !== "connected");
      },
    });
    stores.hold("remote", "server", {
      pattern: signOfLife,
      action: (line) => ({ instead: `* OK [NOTIFICATIONOVERFLOW] too much\r\n${line}` }),
    });
    await daemon.line(/^local: connection lost.*trying again/);
    await daemon.line(/^local: Connected again/);
    await daemon.waits(2);
    assert.deepEqual([proxies.local.connections, proxies.remote.connections], [2, 1]);
    await assertDone(stores);
  });

  test("after the last answer, before anybody waits for news: connected anew after a pause, too", async (t) => {
    const stores = await startWatching(t, servers);
    const lastWords = (side: Side, action: () => { cutAfter: number } | Promise<undefined>): void =>
      stores.hold(side, "server", {
        pattern: /^\S+ OK Unselect/,
        action: () => stores.hold(side, "server", { pattern: /^\S+ OK Status/, action }),
      });
    lastWords("remote", () => ({ cutAfter: 0 }));
    lastWords("local", async () => {
      await eventually("cut", () => stores.proxies.remote.open === 0);
      return undefined;
    });
    await deliver(stores.local, "INBOX", mail("l"));
    await stores.daemon.line(/^remote: connection lost.*trying again/);
    await stores.daemon.line(/^remote: Connected again/);
    assert.deepEqual([stores.proxies.local.connections, stores.proxies.remote.connections], [1, 2]);
    await assertDone(stores);
  });

  for (const side of sides) {
    const test = onOne(side);
    test(`again and again, ${side}: attempts become rare, until a signal says that now is the time`, async (t) => {
      const timers = heldTimers();
      const stores = await startGated(t, servers, { env: timers.env });
      const { gates, daemon } = stores;
      gates[side].turnAway();
      const before = gates[side].connections;
      const started = performance.now();
      gates[side].cut();
      await eventually("attempts", () => gates[side].connections >= before + 3);
      const seconds = (performance.now() - started) / 1_000;
      // Each pause is a random one, but a second at least.
      assert.ok(seconds >= 3, `${seconds} s`);
      const { sides: links } = await daemon.state(({ sides: now }) => now[side].retryAt !== null);
      const left = (Date.parse(links[side].retryAt!) - Date.now()) / 1_000;
      assert.ok(left <= 16, `${left} s`);
      // The connection was lost before the first attempt.
      assert.ok(Date.now() - Date.parse(links[side].since) >= 3_000, links[side].since);
      assert.match(links[side].reason ?? "", /without a greeting/);
      // The same trouble is told once.
      assert.equal(daemon.said(/without a greeting.*trying again in/).length, 1);
      // From now on no pause ends by itself.
      timers.hold(900);
      const isWaiting = (): Promise<DaemonStatus> => daemon.state(({ sides: now }) => now[side].retryAt !== null);
      // More often than an event may have listeners without a warning.
      for (let i = 0; i < 17; i++) {
        await isWaiting();
        const tried = gates[side].connections;
        daemon.kill("SIGUSR1");
        await eventually("an attempt", () => gates[side].connections > tried);
      }
      await isWaiting();
      const tried = gates[side].connections;
      await gates[side].open();
      daemon.kill("SIGUSR1");
      await daemon.line(/Connected again/);
      assert.equal(gates[side].connections - tried, 1);
      timers.hold(Infinity);
      await assertDone(stores);
    });
  }

  test("fifty times: nothing is left over", async (t) => {
    const stores = await startWatching(t, servers, { args: ["--notify", "--watch=1"] });
    const { daemon, proxies } = stores;
    const before = handles(daemon);
    for (let i = 1; i <= 25; i++) {
      for (const side of sides) proxies[side].cutAll();
      const isBack = (state: DaemonStatus): boolean => {
        const isConnected = sides.every((side) => state.sides[side].connections === i + 1);
        // It need not wait as long as it would.
        if (!isConnected && sides.some((side) => state.sides[side].retryAt !== null)) daemon.kill("SIGUSR1");
        return isConnected && state.activity === "waiting";
      };
      await daemon.state(isBack, `cut ${i}`);
      assert.deepEqual([proxies.local.open, proxies.remote.open], [1, 1]);
    }
    // The one who asks for the status may be there still, or again.
    assert.ok(handles(daemon) <= before + 1, `${handles(daemon)} instead of ${before}`);
    await deliver(stores.local, "INBOX", mail("l"));
    await deliver(stores.remote, "INBOX", mail("r"));
    for (const side of sides) await becomes(() => contents(stores[side]), ["l", "r"]);
    await assertDone(stores);
  });
});

describe("a daemon that is ended", { concurrency: 3 }, () => {
  for (const side of sides) {
    const test = onOne(side);
    const other = otherSide(side);
    test(`at once, in the middle of copying to the ${side} side: the next one goes on`, async (t) => {
      const stores = await startWatching(t, servers, {
        prepare: ({ local }) => deliver(local, "INBOX", ...mails("m", 10)),
      });
      stores.hold(side, "server", {
        pattern: /^\S+ OK \[APPENDUID/,
        action: async () => {
          stores.daemon.kill("SIGKILL");
          await stores.daemon.finished;
        },
      });
      await deliver(stores[other], "INBOX", ...mails("new", 30));
      assert.equal((await stores.daemon.finished).signal, "SIGKILL");
      await expunge(stores[other], "2");
      await store(stores[side], "1 +FLAGS (\\Seen)");
      await deliver(stores[side], "INBOX", mail("late"));
      const again = { ...stores, daemon: startDaemon(t, stores.home) };
      const names = [...mails("m", 10).map((_, i) => `m${i + 1}`), ...mails("new", 30).map((_, i) => `new${i + 1}`)];
      const left = names.filter((name) => !["m1", "m2"].includes(name));
      for (const on of sides) await becomes(() => contents(stores[on]), [...left, "late", "m1 \\seen"].sort());
      await assertDone(again);
    });
  }

  for (const side of sides) {
    const test = onOne(side);
    const other = otherSide(side);
    test(`at once, when it has followed a rename to the ${other} side: the next run knows the mailbox`, async (t) => {
      const stores = await startWatching(t, servers, {
        args: ["--notify", "--watch=1"],
        prepare: async ({ local }) => {
          await command(local, "CREATE box");
          await deliver(local, "box", ...mails("m", 3));
        },
      });
      stores.hold(other, "server", {
        pattern: /^\S+ OK Rename/,
        action: async () => {
          stores.daemon.kill("SIGKILL");
          await stores.daemon.finished;
        },
      });
      await command(stores[side], "RENAME box new");
      assert.equal((await stores.daemon.finished).signal, "SIGKILL");
      await expunge(stores[side], "1", "new");
      await assertConverges(stores);
      assert.deepEqual(await contents(stores[other], "new"), ["m2", "m3"]);
      await assertNothingToDo(stores);
    });
  }

  test("in order, while a server cannot be reached", async (t) => {
    const timers = heldTimers();
    const { gates, daemon } = await startGated(t, servers, { env: timers.env });
    gates.remote.close();
    gates.remote.cut();
    await daemon.line(/refused; trying again/);
    timers.hold();
    const { stderr } = await ends(daemon);
    assert.doesNotMatch(stderr, /interrupted|Warning/);
  });

  test("in order, while a server does not answer any more", async (t) => {
    const timers = heldTimers();
    const { gates, daemon } = await startGated(t, servers, { args: ["--notify"], env: timers.env });
    gates.remote.stall();
    timers.hold(goodbyeMs);
    await ends(daemon);
  });

  test("in order, while a server accepts connections and says nothing", async (t) => {
    const timers = heldTimers();
    const { gates, daemon } = await startGated(t, servers, { env: timers.env });
    gates.remote.stall();
    gates.remote.cut();
    await daemon.state(({ sides: { remote } }) => remote.state === "connecting");
    timers.hold();
    await ends(daemon);
  });

  test("in order, while work is in hand and its server does not answer any more", async (t) => {
    const timers = heldTimers();
    const { gates, daemon, ...stores } = await startGated(t, servers, { args: ["--notify"], env: timers.env });
    await new Promise<void>((isSent) => {
      stores.hold("remote", "client", {
        pattern: /^\S+ APPEND/,
        action: () => {
          gates.remote.stall();
          isSent();
        },
      });
      void deliver(stores.local, "INBOX", mail("new"));
    });
    timers.hold(goodbyeMs);
    await ends(daemon);
    gates.remote.resume();
    await assertConverges(stores);
    assert.deepEqual(await contents(stores.remote), ["new"]);
  });
});

/** The longest that the program waits for a server that it leaves. */
const goodbyeMs = 10_000;

async function ends({ child, finished }: Daemon): Promise<RunResult> {
  child.kill("SIGTERM");
  const result = await finished;
  assert.equal(result.status, 0, `${String(result.signal)} ${result.stderr}`);
  return result;
}

/** Files and connections that the process holds. */
function handles({ child }: Daemon): number {
  return readdirSync(`/proc/${String(child.pid)}/fd`).length;
}
