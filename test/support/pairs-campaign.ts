// Pairs that a fleet keeps in step while people use both sides: what is where in the end, and how long it took.

import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { PerSide } from "../../src/model/side.ts";
import { startDovecot } from "./dovecot.ts";
import { eventually } from "./eventually.ts";
import { type FleetWorker, startFleet, type TestFleet } from "./fleet.ts";
import { countLogins } from "./login-counter.ts";
import { asUser, type MailServer } from "./mail-server.ts";
import { appendAll } from "./mail-store.ts";
import { type Random, seededRandom } from "./random.ts";
import { asClient, contents, deliver, mail, mails } from "./two-stores.ts";

const byText = (a: string, b: string): number => (a < b ? -1 : 1);

export interface PairsCampaign {
  readonly pairs: number;
  /** Seconds; below a minute only here. */
  readonly rhythm: number;
  /** It ends when each pair has had so many runs, ... */
  readonly rounds: number;
  /** ... and so many seconds are over. */
  readonly seconds: number;
  /** On either side of a pair at the beginning: the fewest and the most. */
  readonly messages: readonly [number, number];
  /** Of people, a second, over all pairs. */
  readonly changes: number;
  readonly workers: number;
  readonly concurrency: number;
  /** Pairs of a server at the same time: fewer than the workers could do. */
  readonly limit: number;
  readonly say?: (line: string) => void;
}

export interface PairsEnd {
  readonly runs: number;
  readonly changes: number;
  readonly seconds: number;
  readonly mostAtOnce: number;
  /** In seconds: from a change to the end of the run that brought it to the other side. */
  readonly delay: Spread;
  /** In seconds, over all pairs and looks: the time since the beginning of the last run that left a pair in step. */
  readonly lag: Spread;
  /** Of a run, in seconds. */
  readonly run: Spread;
  /** Octets that all states have in the database. */
  readonly stateOctets: number;
}

export interface Spread {
  readonly median: number;
  readonly most: number;
}

interface Person {
  readonly name: string;
  readonly servers: PerSide<MailServer>;
  /** Names of messages that are there, whichever side they came to. */
  readonly mail: Set<string>;
}

interface Change {
  readonly name: string;
  /** ms since 1970. */
  readonly at: number;
}

const options = ["type=imap", "STARTTLS=NO"];

/** @throws AssertionError where mail was lost or doubled, a pair was worked on twice at once, or a limit was passed */
export async function runPairsCampaign(campaign: PairsCampaign): Promise<PairsEnd> {
  const { pairs, rhythm, limit, say = () => undefined } = campaign;
  const [fleet, local, remote] = await Promise.all([startFleet(), startDovecot(), startDovecot()]);
  const counter = await countLogins(remote);
  const random = seededRandom(1);
  try {
    const people = Array.from({ length: pairs }, (_, i) => person(`user${String(i + 1)}`, { local, remote }));
    for (const one of people) await fill(one, campaign.messages, random);
    await fleet.done("limit", "target:127.0.0.1", String(limit));
    const records = people.map(({ name }) => ({
      ...{ name, engine: "sync", options, every: `${String(Math.max(60, rhythm))}s` },
      ...{ host1: local.host, port1: local.port, user1: name, password1: "p" },
      ...{ host2: counter.server.host, port2: counter.server.port, user2: name, password2: "p" },
    }));
    await fleet.done("add", fleet.file("pairs.json", JSON.stringify(records)));
    if (rhythm < 60) await fleet.postgres.query("update interimap_fleet.accounts set every_seconds = $1", [rhythm]);
    const { changes, lags, seconds } = await keepInStep(fleet, people, { campaign, random });
    for (const { name, servers, mail: expected } of people) {
      const found = await contents(servers.local);
      assert.deepEqual(found.map((line) => line.split(" ")[0]!).sort(byText), [...expected].sort(byText), name);
      assert.deepEqual(await contents(servers.remote), found, name);
    }
    say(`${String(pairs)} pairs are in step`);
    assert.ok(counter.most() <= limit, `${String(counter.most())} pairs at the same time`);
    return { changes: changes.length, seconds, mostAtOnce: counter.most(), ...(await figures(fleet, changes, lags)) };
  } finally {
    await Promise.all([fleet.stop(), counter.stop()]);
    await Promise.all([local.stop(), remote.stop()]);
  }
}

function person(name: string, { local, remote }: PerSide<MailServer>): Person {
  return { name, servers: { local: asUser(local, name), remote: asUser(remote, name) }, mail: new Set() };
}

async function fill({ servers, mail: there }: Person, [fewest, most]: readonly [number, number], random: Random) {
  for (const side of ["local", "remote"] as const) {
    const count = random.integer(fewest, most);
    if (count > 0) await deliver(servers[side], "INBOX", ...mails(side, count));
    for (let i = 1; i <= count; i++) there.add(`${side}${String(i)}`);
  }
}

interface Keeping {
  readonly campaign: PairsCampaign;
  readonly random: Random;
}

interface Kept {
  readonly changes: readonly Change[];
  readonly lags: readonly number[];
  readonly seconds: number;
}

/** Until it was long enough, and all that was done is on both sides. */
async function keepInStep(fleet: TestFleet, people: readonly Person[], { campaign, random }: Keeping): Promise<Kept> {
  const { workers, concurrency, rounds, seconds: least, changes: rate, say = () => undefined } = campaign;
  const begin = (): FleetWorker => fleet.worker("--retry-delay", "1", "--concurrency", String(concurrency));
  const running = Array.from({ length: workers }, begin);
  const at = performance.now();
  const passed = (): number => (performance.now() - at) / 1000;
  const changes: Change[] = [];
  const lags: number[] = [];
  let nextLook = 0;
  while (passed() < least || (await fewestRuns(fleet)) < rounds) {
    const one = random.pick(people);
    await change(one, `c${String(changes.length + 1)}`, random);
    changes.push({ name: one.name, at: Date.now() });
    if (passed() >= nextLook) {
      lags.push(...(await lagsOf(fleet)));
      nextLook = passed() + 5;
      say(
        `${passed().toFixed(0)} s: ${String(changes.length)} changes, lag at most ${Math.max(0, ...lags).toFixed(0)} s`,
      );
    }
    const ahead = changes.length / rate - passed();
    if (ahead > 0) await pause(ahead * 1000);
  }
  lags.push(...(await lagsOf(fleet)));
  await allInStepSince(fleet, new Date());
  for (const { process } of running) process.kill("SIGTERM");
  for (const worker of running) assert.equal(await worker.ended, 0, worker.said());
  return { changes, lags, seconds: passed() };
}

/** Each pair has one more run, whether it is its turn or not. */
async function allInStepSince({ postgres }: TestFleet, last: Date): Promise<void> {
  await postgres.query(
    "update pgboss.job set start_after = now() where name = 'interimap-fleet' and state = 'created'",
  );
  for (let left = Infinity; left > 0;) {
    const before = left;
    const now = await eventually(`fewer than ${String(before)} pairs are behind`, async () => {
      const rows = await postgres.query("select from interimap_fleet.accounts where in_step is null or in_step <= $1", [
        last,
      ]);
      return rows.length < before && { left: rows.length };
    });
    left = now.left;
  }
}

/** A new message, or one that is gone, or another flag, on one of the sides. */
async function change({ servers, mail: there }: Person, name: string, random: Random): Promise<void> {
  const server = servers[random.pick(["local", "remote"] as const)];
  const what = random.pick(["new", "new", "new", "gone", "flag"] as const);
  await asClient(server, async (imap) => {
    if (what === "new") {
      await appendAll(imap, "INBOX", [mail(name)]);
      there.add(name);
      return;
    }
    const { untagged } = await imap.run("SELECT INBOX").then(() => imap.run("UID SEARCH UNDELETED"));
    const uids = untagged.flatMap(({ line }) => (line.startsWith("* SEARCH") ? line.split(" ").slice(2) : []));
    if (uids.length === 0) return;
    const uid = random.pick(uids);
    if (what === "flag") {
      await imap.run(`UID STORE ${uid} ${random.pick(["+", "-"])}FLAGS.SILENT (\\Flagged)`);
      return;
    }
    const fetched = await imap.run(`UID FETCH ${uid} BODY.PEEK[HEADER.FIELDS (SUBJECT)]`);
    const subject = /^Subject: (\S+)/.exec(fetched.untagged.flatMap(({ literals }) => literals).join(""))?.[1];
    if (subject === undefined) return;
    await imap.run(`UID STORE ${uid} +FLAGS.SILENT (\\Deleted)`);
    await imap.run(`UID EXPUNGE ${uid}`);
    there.delete(subject);
  });
}

async function fewestRuns({ postgres }: TestFleet): Promise<number> {
  const [row] = await postgres.query<{ fewest: string | null }>(
    `select min(runs) as fewest from (select count(runs.id) as runs from interimap_fleet.accounts
       left join interimap_fleet.runs on account = accounts.id and kind = 'done' group by accounts.id) each`,
  );
  return Number(row?.fewest ?? 0);
}

async function lagsOf({ postgres }: TestFleet): Promise<number[]> {
  const rows = await postgres.query<{ lag: number }>(
    "select extract(epoch from now() - in_step)::float8 as lag from interimap_fleet.accounts where in_step is not null",
  );
  return rows.map(({ lag }) => lag);
}

type Figures = Pick<PairsEnd, "runs" | "delay" | "lag" | "run" | "stateOctets">;

async function figures({ postgres }: TestFleet, changes: readonly Change[], lags: readonly number[]): Promise<Figures> {
  const runs = await postgres.query<{ name: string; kind: string; started: Date; ended: Date }>(
    `select name, kind, started, ended from interimap_fleet.runs join interimap_fleet.accounts on accounts.id = account
     order by runs.id`,
  );
  const overlapping = await postgres.query<{ account: number }>(
    `select a.account from interimap_fleet.runs a join interimap_fleet.runs b
     on a.account = b.account and a.id < b.id and a.ended > b.started`,
  );
  assert.deepEqual(overlapping, [], "no pair is worked on twice at once");
  const delays = changes.map(({ name, at }) => {
    const run = runs.find((one) => one.name === name && one.kind === "done" && one.started.getTime() >= at);
    return run === undefined ? Infinity : (run.ended.getTime() - at) / 1000;
  });
  const [states] = await postgres.query<{ octets: string }>(
    "select coalesce(sum(octet_length(content)), 0) as octets from interimap_fleet.states",
  );
  return {
    ...{ runs: runs.length, delay: spread(delays), lag: spread(lags) },
    run: spread(runs.map(({ started, ended }) => (ended.getTime() - started.getTime()) / 1000)),
    stateOctets: Number(states?.octets),
  };
}

function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)] ?? 0, most: sorted.at(-1) ?? 0 };
}
