// npm run bench:fleet [ACCOUNTS [MESSAGES]]: a fleet against a loop in a shell that runs the same copier for one account after the
// other, as many at a time as there are processors; and what the queue costs for each account.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { startDovecot } from "../test/support/dovecot.ts";
import { startFleet, type TestFleet } from "../test/support/fleet.ts";
import { asUser, type MailServer } from "../test/support/mail-server.ts";
import { contents, deliver, mails } from "../test/support/two-stores.ts";

const [accounts = 100, messages = 100] = process.argv.slice(2).map(Number);
const slots = availableParallelism();
const options = ["--notls1", "--notls2"];
const copier = fileURLToPath(new URL("../dist/imapsync.js", import.meta.url));
const names = Array.from({ length: accounts }, (_, i) => `user${String(i + 1)}`);

const [fleet, source, target, other] = await Promise.all([
  startFleet(),
  startDovecot(),
  startDovecot(),
  startDovecot(),
]);
try {
  for (const name of names) await deliver(asUser(source, name), "INBOX", ...mails(name, messages));
  const loop = await timed(() => copyInALoop(target));
  await addAll(fleet, other);
  const worker = await timed(() => fleet.workOff("--concurrency", String(slots)));
  const last = names.at(-1)!;
  if ((await contents(asUser(other, last))).length !== messages) throw new Error("the fleet has not copied all");
  const queue = await queueOnly(fleet);
  say(`${String(accounts)} accounts of ${String(messages)} messages, ${String(slots)} at a time`);
  say(`loop of imapsync: ${loop.toFixed(1)} s, ${(accounts / loop).toFixed(1)} accounts a second`);
  say(`interimap-fleet:  ${worker.toFixed(1)} s, ${(accounts / worker).toFixed(1)} accounts a second`);
  say(`throughput of the fleet: ${(loop / worker).toFixed(2)} of the loop's`);
  say(`the queue alone: ${(queue * 1000).toFixed(1)} ms for each account`);
} finally {
  await fleet.stop();
  await Promise.all([source, target, other].map((server) => server.stop()));
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const at = performance.now();
  await work();
  return (performance.now() - at) / 1000;
}

/** xargs(1), as a shell would have it. */
async function copyInALoop(to: MailServer): Promise<void> {
  const line = [
    ...[process.execPath, copier, "--nolog", ...options],
    ...["--host1", source.host, "--port1", String(source.port), "--user1", "{}", "--password1", "p"],
    ...["--host2", to.host, "--port2", String(to.port), "--user2", "{}", "--password2", "p"],
  ];
  const xargs = spawn("xargs", ["-P", String(slots), "-I{}", ...line], { stdio: ["pipe", "ignore", "inherit"] });
  xargs.stdin.end(names.join("\n"));
  const [code] = (await once(xargs, "exit")) as [number];
  if (code !== 0) throw new Error(`the loop ended with ${String(code)}`);
}

async function addAll({ done, file }: TestFleet, to: MailServer): Promise<void> {
  const records = names.map((name) => ({
    ...{ name, host1: source.host, port1: source.port, user1: name, password1: "p" },
    ...{ host2: to.host, port2: to.port, user2: name, password2: "p", options },
  }));
  await done("add", file("accounts.json", JSON.stringify(records)));
}

/** Between the end of a run and the begin of the next one, with one account at a time; in seconds for each account. */
async function queueOnly({ done, workOff, postgres }: TestFleet): Promise<number> {
  await done("phase", "pass", "--all");
  await workOff("--concurrency", "1");
  const [row] = await postgres.query<{ gap: number }>(
    `select (extract(epoch from max(ended) - min(started) - sum(ended - started)) / (count(*) - 1))::float8 as gap
     from interimap_fleet.runs where phase = 'pass'`,
  );
  return row!.gap;
}
