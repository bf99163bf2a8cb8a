// A whole migration of a fleet, with workers killed and the database restarted in the middle of it.

import assert from "node:assert/strict";
import { startDovecot } from "./dovecot.ts";
import { eventually } from "./eventually.ts";
import { type FleetWorker, startFleet, type TestFleet } from "./fleet.ts";
import { countLogins } from "./login-counter.ts";
import { asUser, type MailServer } from "./mail-server.ts";
import { seededRandom } from "./random.ts";
import { contents, deliver, mails } from "./two-stores.ts";

export interface Campaign {
  readonly accounts: number;
  /** Of an account: the fewest and the most. */
  readonly messages: readonly [number, number];
  readonly workers: number;
  readonly concurrency: number;
  /** Accounts of the target at the same time: fewer than the workers could do. */
  readonly limit: number;
  /** After how many more accounts a worker is killed, and another one started; or after how many seconds. */
  readonly killEvery: { readonly accounts: number } | { readonly seconds: number; readonly untilSeconds: number };
  /** When the database is restarted: after how many accounts. */
  readonly restartAfter: number;
  readonly say?: (line: string) => void;
}

export interface CampaignEnd {
  readonly messages: number;
  readonly kills: number;
  readonly seconds: number;
  /** Users at the same time, as the servers saw them. */
  readonly mostAtTarget: number;
}

const options = ["--notls1", "--notls2"];

/** @throws AssertionError where mail was lost or doubled, a limit was passed, or an account is not done */
export async function runCampaign(campaign: Campaign): Promise<CampaignEnd> {
  const { accounts, limit, say = () => undefined } = campaign;
  const [fleet, source, target] = await Promise.all([startFleet(), startDovecot(), startDovecot()]);
  const counter = await countLogins(target);
  try {
    // What a killed worker leaves behind is another one's soon. One that is too slow for it only begins anew.
    await fleet.workOff("--lease", "10");
    const names = Array.from({ length: accounts }, (_, i) => `user${String(i + 1)}`);
    const messages = await fill(source, names, campaign.messages);
    await fleet.done("limit", "target:127.0.0.1", String(limit));
    const records = names.map((name) => ({
      ...{ name, host1: source.host, port1: source.port, user1: name, password1: "p" },
      ...{ host2: counter.server.host, port2: counter.server.port, user2: name, password2: "p", options },
    }));
    await fleet.done("add", fleet.file("accounts.json", JSON.stringify(records)));
    say(`${String(accounts)} accounts with ${String(messages)} messages`);
    const at = performance.now();
    const kills = await disturb(fleet, campaign);
    const seconds = (performance.now() - at) / 1000;
    for (const name of names)
      assert.deepEqual(await contents(asUser(target, name)), await contents(asUser(source, name)), name);
    assert.ok(counter.most() <= limit, `${String(counter.most())} accounts of the target at the same time`);
    return { messages, kills, seconds, mostAtTarget: counter.most() };
  } finally {
    await Promise.all([fleet.stop(), counter.stop()]);
    await Promise.all([source.stop(), target.stop()]);
  }
}

async function fill(
  source: MailServer,
  names: readonly string[],
  [fewest, most]: readonly [number, number],
): Promise<number> {
  const random = seededRandom(1);
  let messages = 0;
  for (const name of names) {
    const count = random.integer(fewest, most);
    await deliver(asUser(source, name), "INBOX", ...mails(name, count));
    messages += count;
  }
  return messages;
}

/** Until every account is done. Returns how many workers were killed. */
async function disturb(fleet: TestFleet, campaign: Campaign): Promise<number> {
  const { accounts, workers, concurrency, killEvery, restartAfter, say = () => undefined } = campaign;
  const begin = (): FleetWorker => fleet.worker("--retry-delay", "1", "--concurrency", String(concurrency));
  const running = Array.from({ length: workers }, begin);
  const isTime = killTimes(killEvery);
  let [kills, isRestarted] = [0, false];
  for (let done = 0; done < accounts;) {
    const before = done;
    done = await eventually(`more than ${String(before)} accounts are done`, async () => {
      const now = await doneAccounts(fleet);
      return now > before && now;
    });
    if (!isRestarted && done >= restartAfter) {
      await fleet.postgres.restart();
      isRestarted = true;
      say(`${String(done)} accounts are done; the database was restarted`);
    }
    if (!isTime(done) || done >= accounts) continue;
    const victim = running.shift()!;
    victim.process.kill("SIGKILL");
    await victim.ended;
    running.push(begin());
    kills++;
    say(`${String(done)} accounts are done; killed a worker`);
  }
  for (const { process } of running) process.kill("SIGTERM");
  for (const worker of running) assert.equal(await worker.ended, 0, worker.said());
  return kills;
}

/** Whether the next worker is to be killed. */
function killTimes(every: Campaign["killEvery"]): (done: number) => boolean {
  const start = performance.now();
  let next = "accounts" in every ? every.accounts : every.seconds;
  return (done) => {
    const at = "accounts" in every ? done : (performance.now() - start) / 1000;
    if (at < next || ("untilSeconds" in every && at > every.untilSeconds)) return false;
    next = at + ("accounts" in every ? every.accounts : every.seconds);
    return true;
  };
}

async function doneAccounts({ postgres }: TestFleet): Promise<number> {
  const [row] = await postgres.query<{ status: string; count: string }>(
    "select count(*) from interimap_fleet.accounts where status = 'done'",
  );
  return Number(row?.count);
}
