// npm run bench:fleet [ACCOUNTS [MESSAGES [ROUNDS]]]: a fleet against a loop in a shell that runs the same copier for one account after
// the other, as many at a time as there are processors; and what the queue costs for each account. Other programs of the machine change
// how long both take, but hardly how much of a processor they need: where processors are the limit, that decides.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startDovecot } from "../test/support/dovecot.ts";
import { startFleet } from "../test/support/fleet.ts";
import { asUser, type MailServer } from "../test/support/mail-server.ts";
import { contents, deliver, mails } from "../test/support/two-stores.ts";

const [accounts = 40, messages = 100, rounds = 2] = process.argv.slice(2).map(Number);
const slots = availableParallelism();
const options = ["--notls1", "--notls2"];
const copier = fileURLToPath(new URL("../dist/imapsync.js", import.meta.url));
const names = Array.from({ length: accounts }, (_, i) => `user${String(i + 1)}`);
/** Where processes count their time: 100 a second on each Linux. */
const ticks = 100;

interface Cost {
  readonly seconds: number;
  /** Of processors, without the mail servers. */
  readonly cpu: number;
}

const [fleet, source] = await Promise.all([startFleet(), startDovecot()]);
const targets: MailServer[] = [];
try {
  await each(names, 4, (name) => deliver(asUser(source, name), "INBOX", ...mails(name, messages)));
  say(`${String(accounts)} accounts of ${String(messages)} messages, ${String(slots)} at a time`);
  const idle = await costOf(() => fleet.workOff());
  say(`a worker that finds nothing to do: ${costText(idle)}`);
  const totals = { loop: none(), loopWithState: none(), fleet: none() };
  for (let round = 1; round <= rounds; round++) {
    const loop = await costOf(async () => copyInALoop(await another(), undefined));
    const loopWithState = await costOf(async () => copyInALoop(await another(), `round${String(round)}`));
    const target = await another();
    await addAll(target, round);
    const whole = await costOf(() => fleet.workOff("--concurrency", String(slots)));
    const copied = await contents(asUser(target, names.at(-1)!));
    if (copied.length !== messages) throw new Error("the fleet has not copied all");
    const net = { seconds: whole.seconds - idle.seconds, cpu: whole.cpu - idle.cpu };
    say(
      `round ${String(round)}: loop ${costText(loop)}, with --state ${costText(loopWithState)}, fleet ${costText(net)}`,
    );
    totals.loop = sum(totals.loop, loop);
    totals.loopWithState = sum(totals.loopWithState, loopWithState);
    totals.fleet = sum(totals.fleet, net);
  }
  for (const [what, loop] of [
    ["the loop", totals.loop],
    ["the loop with --state", totals.loopWithState],
  ] as const)
    say(
      `throughput of the fleet against ${what}: ${ratio(loop, totals.fleet, "cpu")} by processor time, ` +
        `${ratio(loop, totals.fleet, "seconds")} by the clock`,
    );
  say(`the queue alone: ${(await queueOnly()).toFixed(1)} ms for each account`);
} finally {
  await fleet.stop();
  await Promise.all([source, ...targets].map((server) => server.stop()));
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function none(): Cost {
  return { seconds: 0, cpu: 0 };
}

function sum(one: Cost, other: Cost): Cost {
  return { seconds: one.seconds + other.seconds, cpu: one.cpu + other.cpu };
}

function ratio(loop: Cost, other: Cost, by: keyof Cost): string {
  return (loop[by] / other[by]).toFixed(2);
}

function costText({ seconds, cpu }: Cost): string {
  return `${seconds.toFixed(1)} s (processors ${cpu.toFixed(1)} s, ${((cpu / accounts) * 1000).toFixed(0)} ms an account)`;
}

async function each<T>(values: readonly T[], atOnce: number, work: (value: T) => Promise<unknown>): Promise<void> {
  const left = values.values();
  const lane = async (): Promise<void> => {
    for (const value of left) await work(value);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

/** Nothing is in it yet. */
async function another(): Promise<MailServer> {
  const server = await startDovecot();
  targets.push(server);
  return server;
}

/** The processes that this one waits for, and the database. A mail server that is started meanwhile is hardly of weight. */
async function costOf(work: () => Promise<unknown>): Promise<Cost> {
  const postmaster = await postmasterOf();
  const before = timeOf("self").children + timeOfAll(postmaster);
  const at = performance.now();
  await work();
  const seconds = (performance.now() - at) / 1000;
  return { seconds, cpu: (timeOf("self").children + timeOfAll(postmaster) - before) / ticks };
}

async function postmasterOf(): Promise<string> {
  const [row] = await fleet.postgres.query<{ pid: number }>(
    "select pid from pg_stat_activity where backend_type = 'checkpointer'",
  );
  return fieldsOf(String(row!.pid))[1]!;
}

/** In ticks, with the processes it has waited for. */
function timeOf(pid: string): { readonly own: number; readonly children: number } {
  const [own1 = 0, own2 = 0, children1 = 0, children2 = 0] = fieldsOf(pid).slice(11, 15).map(Number);
  return { own: own1 + own2, children: children1 + children2 };
}

function timeOfAll(parent: string): number {
  const children = readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && fieldsOf(pid)[1] === parent);
  return [parent, ...children].reduce((total, pid) => {
    const { own, children: waitedFor } = timeOf(pid);
    return total + own + waitedFor;
  }, 0);
}

/** proc_pid_stat(5), from the third on: what comes before may have blanks in it. */
function fieldsOf(pid: string): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}

/** xargs(1), as a shell would have it. */
async function copyInALoop(to: MailServer, stateDirectory: string | undefined): Promise<void> {
  const directory = join(fleet.directory, stateDirectory ?? ".");
  mkdirSync(directory, { recursive: true });
  const line = [
    ...[process.execPath, copier, "--nolog", ...options],
    ...["--host1", source.host, "--port1", String(source.port), "--user1", "{}", "--password1", "p"],
    ...["--host2", to.host, "--port2", String(to.port), "--user2", "{}", "--password2", "p"],
    ...(stateDirectory === undefined ? [] : ["--state", join(directory, "{}.db")]),
  ];
  const xargs = spawn("xargs", ["-P", String(slots), "-I{}", ...line], { stdio: ["pipe", "ignore", "inherit"] });
  xargs.stdin.end(names.join("\n"));
  const [code] = (await once(xargs, "exit")) as [number];
  if (code !== 0) throw new Error(`the loop ended with ${String(code)}`);
}

async function addAll(to: MailServer, round: number): Promise<void> {
  const records = names.map((name) => ({
    ...{ name: `${name}-${String(round)}`, host1: source.host, port1: source.port, user1: name, password1: "p" },
    ...{ host2: to.host, port2: to.port, user2: name, password2: "p", options },
  }));
  await fleet.done("add", fleet.file(`accounts-${String(round)}.json`, JSON.stringify(records)));
}

/** Between the end of a run and the begin of the next one, with one account at a time; in ms for each account. */
async function queueOnly(): Promise<number> {
  await fleet.done("phase", "pass", ...names.map((name) => `${name}-1`));
  await fleet.workOff("--concurrency", "1");
  const [row] = await fleet.postgres.query<{ gap: number }>(
    `select percentile_cont(0.5) within group (order by gap)::float8 as gap from (
       select extract(epoch from started - lag(ended) over (order by started)) * 1000 as gap
       from interimap_fleet.runs where phase = 'pass') gaps`,
  );
  return row!.gap;
}
