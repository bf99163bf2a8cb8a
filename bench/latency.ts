// How long a change takes to get from one side to the other while `--notify` watches: from the moment the server announces
// it, as a proxy sees it, and from the change itself, until the other server confirms having it. One connection for each
// side's changes, so that logging in does not count.
//
//   npx tsx bench/latency.ts [--changes 500] [--idle]

import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { otherSide, type PerSide, perSide, type Side, sides } from "../src/model/side.ts";
import { startDovecot } from "../test/support/dovecot.ts";
import type { MailServer } from "../test/support/mail-server.ts";
import { seededRandom } from "../test/support/random.ts";
import { RawImap } from "../test/support/raw-imap.ts";
import { makeHome, plainText, runInterimap, startInterimap } from "../test/support/run-interimap.ts";
import { startTrafficProxy } from "../test/support/traffic-proxy.ts";
import { mail } from "../test/support/two-stores.ts";

const { values } = parseArgs({
  options: { changes: { type: "string", default: "500" }, idle: { type: "boolean", default: false } },
});
const changes = Number(values.changes);
const random = seededRandom(1);
const announcement = /^\* (?:STATUS|VANISHED|\d+ (?:EXISTS|FETCH))/;
const kinds = ["new", "flag", "expunge"] as const;
type Kind = (typeof kinds)[number];
/** What the other server says when it has taken the change over. */
const confirmation: Readonly<Record<Kind, RegExp>> = {
  new: /OK \[APPENDUID/,
  flag: /^\* \d+ FETCH \((?:UID|MODSEQ)|OK .*Store completed|OK Completed/,
  expunge: /^\* VANISHED \d/,
};

/** Whoever waits for a line of a side's server. */
const waiting: PerSide<Set<(line: string) => void>> = perSide(() => new Set());

let lastHeardAt = performance.now();

const servers: PerSide<MailServer> = values.idle
  ? {
      local: await startDovecot({ withoutCapabilities: ["NOTIFY"] }),
      remote: await startDovecot({ withoutCapabilities: ["NOTIFY"] }),
    }
  : { local: await startDovecot(), remote: await startDovecot() };
const proxies = {
  local: await startTrafficProxy(servers.local, { onServerLine: (line) => heard("local", line) }),
  remote: await startTrafficProxy(servers.remote, { onServerLine: (line) => heard("remote", line) }),
};
const home = makeHome({ local: plainText(proxies.local.server), remote: plainText(proxies.remote.server) });
try {
  await run();
} finally {
  home.remove();
  await Promise.all([proxies.local.stop(), proxies.remote.stop(), servers.local.stop(), servers.remote.stop()]);
}

async function run(): Promise<void> {
  const clients = { local: await RawImap.login(servers.local), remote: await RawImap.login(servers.remote) };
  for (let i = 0; i < 20; i++) await clients.local.append("INBOX", [mail(`first${i}`)]);
  await runInterimap(home);
  const daemon = startInterimap(home, ["--notify"], { timeoutMs: 3_600_000 });
  await waitUntilQuiet();
  for (const side of sides) await clients[side].run("SELECT INBOX");
  console.log(`${changes} changes (${kinds.join(", ")}; either side in turn), ${values.idle ? "IDLE" : "NOTIFY"}`);
  const fromAnnouncement: number[] = [];
  const fromChange: number[] = [];
  for (let i = 0; i < changes; i++) {
    const side = sides[i % 2] as Side;
    const kind = kinds[Math.floor(i / 2) % kinds.length] as Kind;
    const announced = line(side, announcement);
    const arrived = line(otherSide(side), confirmation[kind]);
    // Its numbering must be today's.
    await clients[side].run("NOOP");
    const changedAt = performance.now();
    await change(clients[side], kind, i);
    const [heardAt, arrivedAt] = await Promise.all([announced, arrived]);
    fromAnnouncement.push(arrivedAt - heardAt);
    fromChange.push(arrivedAt - changedAt);
    await waitUntilQuiet();
  }
  show("from the announcement", fromAnnouncement);
  show("from the change", fromChange);
  daemon.child.kill("SIGTERM");
  await daemon.finished;
  await Promise.all([clients.local.close(), clients.remote.close()]);
}

async function change(client: RawImap, kind: Kind, i: number): Promise<void> {
  if (kind === "new") await client.append("INBOX", [mail(`change${i}`)]);
  else if (kind === "flag") await client.run(`STORE 1 FLAGS.SILENT (k${i % 7})`);
  else {
    await client.run("STORE 2 +FLAGS.SILENT (\\Deleted)");
    await client.run("EXPUNGE");
  }
}

function heard(side: Side, text: string): void {
  lastHeardAt = performance.now();
  for (const listener of waiting[side]) listener(text);
}

/** Resolves with the time of the first line that matches. */
function line(side: Side, pattern: RegExp): Promise<number> {
  return new Promise((resolve) => {
    const listener = (text: string): void => {
      if (!pattern.test(text)) return;
      waiting[side].delete(listener);
      resolve(performance.now());
    };
    waiting[side].add(listener);
  });
}

/** Until nothing was said for a while: the echoes of what was done have come, too. The time differs, as in life. */
async function waitUntilQuiet(): Promise<void> {
  const quietMs = 600 + random.integer(0, 200);
  for (;;) {
    const leftMs = lastHeardAt + quietMs - performance.now();
    if (leftMs <= 0) return;
    await pause(leftMs);
  }
}

function show(what: string, times: number[]): void {
  times.sort((a, b) => a - b);
  const at = (share: number): string =>
    `${(times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0).toFixed(1)} ms`;
  console.log(`${what.padEnd(22)} median ${at(0.5)}, 90 % ${at(0.9)}, 99 % ${at(0.99)}, longest ${at(1)}`);
}
