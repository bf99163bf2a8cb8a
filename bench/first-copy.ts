// The first synchronisation of one large mailbox into an empty store: this program and the original, in turns.
// Usage: tsx bench/first-copy.ts [--pairs 5] [--messages 20000] [--bytes 190000000] [--only ours|original]

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { installOrExit } from "../scripts/install-packages.ts";
import { humanBytes } from "../src/service/text-table.ts";
import { startDovecot } from "../test/support/dovecot.ts";
import { appendAll } from "../test/support/mail-store.ts";
import { asUser, type MailServer } from "../test/support/mail-server.ts";
import { makeMail } from "../test/support/message-generator.ts";
import { seededRandom } from "../test/support/random.ts";
import { RawImap, type AppendMessage } from "../test/support/raw-imap.ts";
import { homeEnvironment, interimapCommand, makeHome } from "../test/support/run-interimap.ts";
import { diffSnapshots, snapshot } from "../test/support/snapshot.ts";
import { measure, type Cost } from "./lib/measure.ts";
import { median } from "./lib/median.ts";

const { values: options } = parseArgs({
  options: {
    pairs: { type: "string", default: "5" },
    messages: { type: "string", default: "20000" },
    bytes: { type: "string", default: "190000000" },
    only: { type: "string" },
  },
});
const messageCount = Number(options.messages);
const totalBytes = Number(options.bytes);
const programs = [
  { name: "ours", command: interimapCommand() },
  { name: "original", command: ["/usr/bin/interimap"] },
].filter(({ name }) => options.only === undefined || options.only === name);

installOrExit(options.only === "ours" ? ["dovecot-imapd"] : ["dovecot-imapd", "interimap"]);
const source = await startDovecot();
const target = await startDovecot();
try {
  const started = performance.now();
  const filled = await fill(source);
  console.log(
    `source: ${messageCount} messages, ${humanBytes(filled)}, made in ${seconds(performance.now() - started)}`,
  );
  for (const { name, command } of programs) console.log(`${name}: ${command.join(" ")}`);

  const costs = new Map<string, Cost[]>(programs.map(({ name }) => [name, []]));
  for (let pair = 1; pair <= Number(options.pairs); pair++) {
    for (const { name, command } of programs) {
      const cost = await firstCopy(`${name}-${pair}`, command);
      costs.get(name)?.push(cost);
      console.log(`${String(pair).padStart(3)} ${name.padEnd(9)} ${shown(cost)}`);
    }
  }
  report(costs);
} finally {
  await Promise.all([source.stop(), target.stop()]);
}

async function fill(server: MailServer): Promise<number> {
  const random = seededRandom(1);
  const average = totalBytes / messageCount;
  let bytes = 0;
  function* messages(): Generator<AppendMessage> {
    for (let made = 0; made < messageCount; made++) {
      // Sizes spread as in real mail, the mean kept: the sum must be what was asked for.
      const message = makeMail(random, { size: Math.round(average * (0.25 + 1.5 * random.next())) });
      bytes += message.bytes.length;
      yield message;
    }
  }
  const imap = await RawImap.login(server);
  await appendAll(imap, "INBOX", messages());
  await imap.close();
  return bytes;
}

/** One run into an empty store with an empty database; throws unless everything arrived. */
async function firstCopy(user: string, command: readonly string[]): Promise<Cost> {
  const local = asUser(target, user);
  // The mail is in memory, the database on a disk, as a user's is.
  const disk = mkdtempSync(join(tmpdir(), "interimap-bench-"));
  const home = makeHome({ local, remote: source, settings: { database: join(disk, "bench.db") } });
  const env = { ...process.env, ...homeEnvironment(home) };
  const { status, stderr, ...cost } = await measure(command, { cwd: home.directory, env });
  if (status !== 0) throw new Error(`${command.join(" ")} ended with status ${status}: ${stderr.slice(-2000)}`);
  const arrived = await countMessages(local);
  if (arrived !== messageCount) throw new Error(`${arrived} of ${messageCount} messages arrived`);
  if (user.endsWith("-1")) {
    const differences = diffSnapshots(await snapshot(source), await snapshot(local));
    if (differences.length > 0) throw new Error(`the copy differs: ${differences.join("\n")}`);
  }
  home.remove();
  rmSync(disk, { recursive: true });
  rmSync(join(target.directory, "home", user), { recursive: true });
  return cost;
}

async function countMessages(server: MailServer): Promise<number> {
  const imap = await RawImap.login(server);
  const { untagged } = await imap.run("STATUS INBOX (MESSAGES)");
  await imap.close();
  return Number(/MESSAGES (\d+)/.exec(untagged[0]?.line ?? "")?.[1]);
}

function report(costs: ReadonlyMap<string, readonly Cost[]>): void {
  const medians = new Map([...costs].map(([name, all]) => [name, medianCost(all)]));
  console.log("\nmedians");
  for (const [name, cost] of medians) console.log(`    ${name.padEnd(9)} ${shown(cost)}`);
  const [ours, original] = [medians.get("ours"), medians.get("original")];
  if (ours === undefined || original === undefined) return;
  const ratios = (["seconds", "cpuSeconds", "peakBytes"] as const).map((key) => (ours[key] / original[key]).toFixed(3));
  console.log(`ours / original: wall ${ratios[0]}, CPU ${ratios[1]}, peak memory ${ratios[2]}`);
}

function medianCost(all: readonly Cost[]): Cost {
  return {
    seconds: median(all.map((cost) => cost.seconds)),
    cpuSeconds: median(all.map((cost) => cost.cpuSeconds)),
    peakBytes: median(all.map((cost) => cost.peakBytes)),
  };
}

function shown(cost: Cost): string {
  const cells = [`wall ${cost.seconds.toFixed(2)} s`, `CPU ${cost.cpuSeconds.toFixed(2)} s`];
  return [...cells, `peak ${humanBytes(cost.peakBytes)}`].map((cell) => cell.padStart(15)).join("");
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
