// SIGTERM and SIGINT at any moment: exit code 143 or 130, a database that is as true as it was, and a next run that goes on. The
// moments are chosen by what has passed on the wire, so that they are the same ones each time.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { constants } from "node:os";
import { dirname } from "node:path";
import { test, type TestContext } from "node:test";
import { type PerSide, perSide, sides } from "../../src/model/side.ts";
import { allDone } from "../../src/util/all-done.ts";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import { asUser, type MailServer } from "../support/mail-server.ts";
import { appendAll } from "../support/mail-store.ts";
import { readPairs } from "../support/pairs.ts";
import { type Random, seededRandom } from "../support/random.ts";
import { quoted } from "../support/raw-imap.ts";
import { makeHome, runInterimap, type RunResult, startInterimap } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import { startTrafficProxy, type TrafficProxy } from "../support/traffic-proxy.ts";
import { isCampaign, oneIn } from "../support/turns.ts";
import { asClient, command, contents, deliver, mail, mails, twoStores, userNames } from "../support/two-stores.ts";
import { dump, execute } from "../unit/state/databases.ts";
import { assertConverges, assertNothingToDo, type Pair } from "./converge.ts";

const { dovecot, cyrus } = await startAll({
  dovecot: startDovecot(),
  cyrus: startCyrus({ users: [...userNames, "s1", "s2"] }),
});

const boxes = ["INBOX", "a", "b", "c"] as const;
const perBox = { local: 120, remote: 60 };

/** Can be interrupted once a number of octets has passed between it and its servers. */
interface Interruptible extends Pair {
  run(
    signal: NodeJS.Signals,
    octets: number,
    args?: readonly string[],
  ): Promise<RunResult & { readonly wasSent: boolean }>;
}

/** Different messages in each of four mailboxes, more of them on the local side, and some on both. */
async function filled(t: TestContext, servers: PerSide<MailServer>, random: Random): Promise<Interruptible> {
  let seen = (): void => undefined;
  const hooks = { onClientLine: () => seen(), onServerLine: () => seen() };
  const proxies = {
    local: await startTrafficProxy(servers.local, hooks),
    remote: await startTrafficProxy(servers.remote, hooks),
  };
  const home = makeHome({ local: proxies.local.server, remote: proxies.remote.server });
  t.after(async () => {
    home.remove();
    await Promise.all(sides.map((side) => proxies[side].stop()));
  });
  for (const side of sides) {
    await asClient(servers[side], async (imap) => {
      for (const box of boxes) {
        if (box !== "INBOX") await imap.run(`CREATE ${box}`);
        const own = Array.from({ length: perBox[side] }, (_, i) => message(`${box}-${side}${i}`));
        await appendAll(imap, box, [...own, message(`${box}-both`)]);
      }
    });
  }
  return { home, ...servers, run };

  function message(name: string): ReturnType<typeof mail> {
    return mail(name, { body: `${"x".repeat(70)}\r\n`.repeat(name.endsWith("both") ? 3 : random.integer(1, 40)) });
  }

  async function run(
    signal: NodeJS.Signals,
    octets: number,
    args: readonly string[] = [],
  ): Promise<RunResult & { wasSent: boolean }> {
    for (const side of sides) proxies[side].reset();
    const running = startInterimap(home, args);
    let wasSent = false;
    seen = () => {
      if (wasSent || passed(proxies) < octets) return;
      wasSent = running.child.kill(signal);
    };
    const result = await running.finished;
    seen = () => undefined;
    return { ...result, wasSent };
  }
}

function passed(proxies: PerSide<TrafficProxy>): number {
  return sides.reduce((sum, side) => sum + proxies[side].bytesFromClient + proxies[side].bytesFromServer, 0);
}

const interrupted = "interrupted; what was done so far is recorded";

interface Interruptions {
  readonly signal: NodeJS.Signals;
  readonly random: Random;
  readonly args?: readonly string[];
  /** At most. */
  readonly times?: number;
  /** Octets before one. */
  readonly most?: number;
  /** Rows may have lost one of their messages, until the other is gone too. */
  readonly isDeleting?: boolean;
}

/** Each run of the tests takes a sample. */
const mostTimes = isCampaign ? 60 : 6;

/** Interrupts run after run, until one has no more to do than fits before an interruption. Returns how many were. */
async function interruptAllTheWay(
  pair: Interruptible,
  { signal, random, args = [], times = mostTimes, most = 250_000, isDeleting = false }: Interruptions,
): Promise<number> {
  for (let count = 0; count < times; count++) {
    // Early ones meet the login and LIST, late ones several mailboxes in one run.
    const limit = random.chance(0.3) ? Math.min(20_000, most) : most;
    // The first ones come so early that no run is over by then.
    const octets = random.integer(500, count < 2 ? 1_500 : limit);
    const { status, stderr, wasSent } = await pair.run(signal, octets, args);
    const context = `interruption ${count}, after ${octets} octets\n${stderr}`;
    const isEnded = stderr.includes(interrupted);
    assert.equal(status, isEnded ? 128 + constants.signals[signal] : 0, context);
    await assertConsistent(pair, context, isDeleting);
    if (!wasSent || !isEnded) return count;
  }
  return times;
}

/** The file is whole and alone; each row pairs two messages that are the same one; no message is anywhere twice. */
async function assertConsistent({ home, ...servers }: Pair, context: string, isDeleting = false): Promise<void> {
  const files = readdirSync(dirname(home.databaseFile)).filter((name) => name !== "test.db.last-look");
  assert.deepEqual(files, ["test.db"], context);
  const pairs = readPairs(home, context);
  const [local, remote] = await allDone(sides.map((side) => namesByUid(servers[side])));
  const found = { local: local!, remote: remote! };
  for (const box of boxes) {
    const there = perSide((side) => found[side].get(box)!);
    for (const side of sides) {
      const names = [...there[side].values()];
      assert.deepEqual(names.length, new Set(names).size, `twice in ${box} on the ${side} side\n${context}`);
    }
    for (const pair of pairs.filter(({ mailbox }) => mailbox === box)) {
      const [local, remote] = [there.local.get(pair.local), there.remote.get(pair.remote)];
      const isPending = isDeleting && (local === undefined || remote === undefined);
      assert.ok(
        isPending || (local !== undefined && local === remote),
        `${box}: ${pair.local} ${pair.remote}\n${context}`,
      );
    }
  }
}

/** What each mailbox holds. */
function namesByUid(server: MailServer): Promise<ReadonlyMap<string, ReadonlyMap<number, string>>> {
  return asClient(server, async (imap) => {
    const found = new Map<string, Map<number, string>>();
    for (const box of boxes) {
      const names = new Map<number, string>();
      found.set(box, names);
      if ((await imap.send(`EXAMINE ${quoted(box)}`)).status !== "OK") continue;
      await imap.run("UID FETCH 1:* (BODY.PEEK[HEADER.FIELDS (SUBJECT)])", ({ line, literals: [literal] }) => {
        const uid = Number(/\bUID (\d+)/.exec(line)?.[1]);
        if (literal !== undefined) names.set(uid, literal.toString().trim());
      });
    }
    return found;
  });
}

type Case = readonly [seed: number, name: string, signal: NodeJS.Signals, servers: () => PerSide<MailServer>];

/** The second one is much like the third. */
const cases: readonly Case[] = [
  [2, "Dovecot and Cyrus", "SIGINT", () => ({ local: asUser(dovecot, "c1"), remote: asUser(cyrus, "s1") })],
  [1, "Dovecot and Dovecot", "SIGTERM", () => ({ local: asUser(dovecot, "a1"), remote: asUser(dovecot, "a2") })],
  [3, "Cyrus and Dovecot", "SIGTERM", () => ({ local: asUser(cyrus, "s2"), remote: asUser(dovecot, "d2") })],
];

for (const [seed, name, signal, servers] of oneIn(2, cases)) {
  test(`${signal} again and again between ${name}: nothing is lost, nothing is there twice`, async (t) => {
    const random = seededRandom(seed);
    const pair = await filled(t, servers(), random);
    let expected = perBox.local + perBox.remote + 1;
    const last = expected;

    await t.test("during a first copy", async () => {
      const count = await interruptAllTheWay(pair, { signal, random });
      assert.ok(count >= 3, `only ${count} interruptions`);
      await assertComplete();
    });

    await t.test("while flags and deletions travel", async () => {
      for (const side of sides) {
        const [first, step] = side === "local" ? [1, 7] : [2, 11];
        for (const box of boxes) {
          const uids = Array.from({ length: 20 }, (_, i) => first + i * step).filter((uid) => uid < last);
          await command(
            pair[side],
            `SELECT ${box}`,
            ...uids.map((uid) => `UID STORE ${uid} +FLAGS.SILENT (\\Flagged k${uid % 5})`),
            `UID STORE ${last} +FLAGS.SILENT (\\Deleted)`,
            `UID EXPUNGE ${last}`,
          );
        }
      }
      const count = await interruptAllTheWay(pair, { signal, random, most: 8_000, isDeleting: true });
      // All four mailboxes may be the work in hand.
      assert.ok(count >= 1, `only ${count} interruptions`);
      expected -= 2;
      await assertComplete();
    });

    await t.test("during --repair", async () => {
      execute(pair.home.databaseFile, "DELETE FROM mapping WHERE lUID % 3 = 0; UPDATE local SET UIDNEXT = 60");
      const count = await interruptAllTheWay(pair, { signal, random, args: ["--repair"], times: 5 });
      assert.ok(count >= 2, `only ${count} interruptions`);
      // A plain run would take what is not repaired yet for new.
      const { status, stderr } = await runInterimap(pair.home, ["--repair"]);
      assert.equal(status, 0, stderr);
      await assertComplete();
    });

    async function assertComplete(): Promise<void> {
      await assertConverges(pair);
      for (const box of boxes) assert.equal((await contents(pair.local, box)).length, expected, box);
      await assertConsistent(pair, "at the end");
      await assertNothingToDo(pair);
    }
  });
}

test("a second SIGTERM ends a run that waits for its server, at once; the next run goes on", async (t) => {
  const stores = await twoStores(t, { local: dovecot, remote: cyrus });
  await deliver(stores.local, "INBOX", ...mails("m", 700));
  let arrived = (): void => undefined;
  const isHeld = new Promise<void>((resolve) => (arrived = resolve));
  let release = (): void => undefined;
  const isReleased = new Promise<void>((resolve) => (release = resolve));
  stores.hold("remote", "server", {
    pattern: /^\S+ OK \[APPENDUID/,
    action: () => {
      arrived();
      return isReleased;
    },
  });
  const run = startInterimap(stores.home);
  await isHeld;
  run.child.kill("SIGTERM");
  await run.line(/a second signal/);
  run.child.kill("SIGTERM");
  assert.equal((await run.finished).signal, "SIGTERM");
  release();
  await assertConverges(stores);
  assert.equal((await contents(stores.remote)).length, 700);
  await assertNothingToDo(stores);
});

test("the batch in hand is finished and recorded, and no other is begun", async (t) => {
  const stores = await twoStores(t, { local: dovecot, remote: cyrus });
  await command(stores.local, "CREATE box");
  await deliver(stores.local, "INBOX", ...mails("m", 100, { body: "x".repeat(400_000) }));
  await deliver(stores.local, "box", mail("other"));
  const run = startInterimap(stores.home);
  let isBegun = false;
  stores.hold("remote", "server", {
    pattern: /^\S+ OK \[APPENDUID/,
    action: async () => {
      run.child.kill("SIGTERM");
      await run.line(/a second signal/);
      isBegun = stores.proxies.remote.clientLines.some((line) => line.includes("SELECT box"));
    },
  });
  const { status, stderr } = await run.finished;
  assert.equal(status, 143, stderr);
  const copied = (await contents(stores.remote)).length;
  // More than may be on its way to a server that answers slowly.
  assert.ok(copied > 0 && copied < 100, String(copied));
  // Where servers answer slowly, several mailboxes are worked on at once.
  const others = await contents(stores.remote, "box");
  assert.ok(isBegun || others.length === 0);
  assert.equal(dump(stores.home.databaseFile).rows["mapping"]?.length, copied + others.length);
  for (const side of sides)
    assert.ok(
      stores.proxies[side].clientLines.some((line) => line.endsWith(" LOGOUT")),
      side,
    );
  await assertConverges(stores);
  await assertNothingToDo(stores);
});
