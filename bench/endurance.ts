// What it costs to watch: 100 mailboxes, a change every 5 seconds on average, this program with --notify beside the original
// with --watch=30, at the same time, each with two servers of its own, on the same changes.
//
//   npx tsx bench/endurance.ts [--minutes 20] [--mailboxes 100] [--pause 5] [--only ours|original]

import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { installOrExit } from "../scripts/install-packages.ts";
import { type PerSide, type Side, sides } from "../src/model/side.ts";
import { humanBytes } from "../src/util/human-bytes.ts";
import { startDovecot } from "../test/support/dovecot.ts";
import { seededRandom } from "../test/support/random.ts";
import { RawImap } from "../test/support/raw-imap.ts";
import { interimapCommand, makeHome, plainText, runInterimap, startInterimap } from "../test/support/run-interimap.ts";
import { diffSnapshots, snapshot } from "../test/support/snapshot.ts";
import { startTrafficProxy, type TrafficProxy } from "../test/support/traffic-proxy.ts";
import { mails } from "../test/support/two-stores.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "20" },
    mailboxes: { type: "string", default: "100" },
    /** Between two changes, on average, in seconds. */
    pause: { type: "string", default: "5" },
    only: { type: "string" },
  },
});
const endMs = Number(values.minutes) * 60_000;
const settledMs = Math.min(120_000, endMs / 2);
const meanPauseMs = Number(values.pause) * 1_000;
const clockTicks = 100;

installOrExit(["dovecot-imapd", "interimap"]);
const names = Array.from({ length: Number(values.mailboxes) }, (_, i) => (i === 0 ? "INBOX" : `box${i}`));

interface Contender {
  readonly name: string;
  readonly program: readonly string[];
  readonly args: readonly string[];
}

const contenders: readonly Contender[] = [
  { name: "ours --notify", program: interimapCommand(), args: ["--notify"] },
  { name: "original --watch=30", program: ["/usr/bin/interimap"], args: ["--watch=30"] },
].filter(({ name }) => values.only === undefined || name.startsWith(values.only));

const results = await Promise.all(contenders.map(watch));
console.table(Object.fromEntries(results));

async function watch({ name, program, args }: Contender): Promise<[string, Record<string, string>]> {
  const servers = { local: await startDovecot(), remote: await startDovecot() };
  const proxies = { local: await startTrafficProxy(servers.local), remote: await startTrafficProxy(servers.remote) };
  const home = makeHome({ local: plainText(proxies.local.server), remote: plainText(proxies.remote.server) });
  try {
    const clients = { local: await RawImap.login(servers.local), remote: await RawImap.login(servers.remote) };
    for (const mailbox of names) {
      if (mailbox !== "INBOX") await clients.local.run(`CREATE ${mailbox}`);
      await clients.local.append(mailbox, mails(`${mailbox}-`, 10));
    }
    await runInterimap(home, [], { program, timeoutMs: 300_000 });
    for (const side of sides) proxies[side].reset();
    const daemon = startInterimap(home, args, { program, timeoutMs: endMs + 300_000 });
    const pid = daemon.child.pid as number;
    const changing = changeForAWhile(clients);
    await pause(settledMs);
    const settled = processCost(pid);
    const changes = await changing;
    const end = processCost(pid);
    const octets = sides.reduce((sum, side) => sum + wireOctets(proxies[side]), 0);
    await untilIdentical(servers);
    daemon.child.kill("SIGTERM");
    await daemon.finished;
    await Promise.all([clients.local.close(), clients.remote.close()]);
    return [
      name,
      {
        changes: String(changes),
        "CPU seconds": end.cpuSeconds.toFixed(2),
        "memory after 2 min": humanBytes(settled.residentOctets),
        "memory at the end": humanBytes(end.residentOctets),
        ratio: (end.residentOctets / settled.residentOctets).toFixed(2),
        "peak memory": humanBytes(end.peakOctets),
        "on the wire": humanBytes(octets),
      },
    ];
  } finally {
    home.remove();
    await Promise.all(sides.flatMap((side) => [proxies[side].stop(), servers[side].stop()]));
  }
}

/** The same for every contender: who changes what and when comes from a seed. Returns how many changes there were. */
async function changeForAWhile(clients: PerSide<RawImap>): Promise<number> {
  const random = seededRandom(5);
  const startedAt = performance.now();
  let count = 0;
  for (let at = 0; ; count++) {
    at += -Math.log(1 - random.next()) * meanPauseMs;
    if (at > endMs) break;
    await pause(Math.max(0, startedAt + at - performance.now()));
    const side: Side = random.chance(0.5) ? "local" : "remote";
    const mailbox = names[random.integer(0, names.length - 1)] ?? "INBOX";
    await change(clients[side], { mailbox, kind: random.integer(0, 2), count });
  }
  await pause(Math.max(0, startedAt + endMs - performance.now()));
  return count;
}

interface Change {
  readonly mailbox: string;
  readonly kind: number;
  readonly count: number;
}

async function change(client: RawImap, { mailbox, kind, count }: Change): Promise<void> {
  if (kind === 0) {
    await client.append(mailbox, mails(`change${count}-`, 1));
    return;
  }
  await client.run(`SELECT ${mailbox}`);
  // In a mailbox that has become empty nothing changes, for none of the contenders.
  if (kind === 1) await client.run(`UID STORE 1:* +FLAGS.SILENT (k${count % 20})`);
  else {
    await client.run("UID STORE 1:3 +FLAGS.SILENT (\\Deleted)");
    await client.run("EXPUNGE");
  }
  await client.run("UNSELECT");
}

interface ProcessCost {
  readonly cpuSeconds: number;
  readonly residentOctets: number;
  readonly peakOctets: number;
}

function processCost(pid: number): ProcessCost {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ")
    .map(Number);
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kib = (item: string): number => Number(new RegExp(`^${item}:\\s+(\\d+)`, "m").exec(status)?.[1]) * 1024;
  const [userTicks = NaN, systemTicks = NaN] = stat.slice(11, 13);
  return {
    cpuSeconds: (userTicks + systemTicks) / clockTicks,
    residentOctets: kib("VmRSS"),
    peakOctets: kib("VmHWM"),
  };
}

function wireOctets({ bytesFromClient, bytesFromServer }: TrafficProxy): number {
  return bytesFromClient + bytesFromServer;
}

/** The original may take until its next look. */
async function untilIdentical(servers: PerSide<Parameters<typeof snapshot>[0]>): Promise<void> {
  for (let i = 0; i < 15; i++) {
    const stores = { local: await snapshot(servers.local), remote: await snapshot(servers.remote) };
    if (diffSnapshots(stores.local, stores.remote).length === 0) return;
    await pause(5_000);
  }
  throw new Error("the two sides are not identical");
}
