// The original program is killed at a step of its first copy, or of a later run, and its database taken over: what ends up on
// both sides is what the original would have reached undisturbed.
//   THOROUGH=campaigns every step; STEP=n only that one; SEED=n other steps

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, test, type TestContext } from "node:test";
import type { PerSide } from "../../src/model/side.ts";
import { assertConverges, assertNothingToDo } from "../integration/converge.ts";
import { startDovecot } from "../support/dovecot.ts";
import { asUser, type MailServer } from "../support/mail-server.ts";
import { seededRandom } from "../support/random.ts";
import { type InterimapHome, makeHome, startInterimap } from "../support/run-interimap.ts";
import { diffSnapshots, type MailStoreSnapshot, snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { command, deliver, expunge, mails, store } from "../support/two-stores.ts";
import { isFull, seed } from "./campaign.ts";
import { startSteps, type Steps } from "./steps.ts";

const original = "/usr/bin/interimap";
const skip = existsSync(original) ? false : "the original program is not installed (Debian package interimap)";

/** Without MULTIAPPEND each message is a batch of its own, else all of a mailbox are one. */
const { single, multiple } = await startAll({
  single: startDovecot({ withoutCapabilities: ["MULTIAPPEND"] }),
  multiple: startDovecot(),
});

let users = 0;

interface Account extends PerSide<MailServer> {
  readonly home: InterimapHome;
  readonly steps: Steps;
}

interface Story {
  readonly name: string;
  /** Before the run that is killed. */
  readonly prepare: (account: Account) => Promise<void>;
}

const stories: readonly Story[] = [
  { name: "first copy", prepare: fill },
  {
    name: "later run",
    prepare: async (account) => {
      await fill(account);
      await runOriginal(account);
      await change(account);
    },
  },
];

for (const story of stories) {
  describe(`the original is killed in its ${story.name}`, { skip }, async () => {
    test("taken over: nothing is doubled, nothing is lost", async (t) => {
      const { end, steps } = await undisturbed(t, story);
      for (const at of chosen(steps)) {
        await t.test(`at step ${at}: ${steps[at - 1]}`, async (t) => {
          const account = await begin(t);
          await story.prepare(account);
          await runOriginal(account, at);
          account.home.configure(account);
          await assertConverges(account);
          assert.deepEqual(diffSnapshots(await snapshot(account.local), end), []);
          await assertNothingToDo(account);
        });
      }
    });
  });
}

/** One step of each tenth of the run; of every second one, the answer to an APPEND, before which nothing is recorded. */
function chosen(steps: readonly string[]): number[] {
  const all = steps.map((_, index) => index + 1);
  const only = process.env["STEP"];
  if (only !== undefined) return [Number(only)];
  if (isFull) return all;
  const random = seededRandom(seed);
  return Array.from({ length: 10 }, (_, part) => {
    const [from, to] = [part, part + 1].map((tenth) => Math.floor((tenth * all.length) / 10));
    const within = all.slice(from, to);
    const critical = within.filter((at) => steps[at - 1]?.includes("[APPENDUID "));
    return random.pick(part % 2 === 0 && critical.length > 0 ? critical : within);
  });
}

async function begin(t: Pick<TestContext, "after">): Promise<Account> {
  const user = `t${++users}`;
  const servers = { local: asUser(single, user), remote: asUser(multiple, user) };
  const home = makeHome(servers);
  const steps = await startSteps(servers);
  t.after(async () => {
    home.remove();
    await steps.stop();
  });
  return { ...servers, home, steps };
}

async function undisturbed(t: TestContext, story: Story): Promise<{ end: MailStoreSnapshot; steps: string[] }> {
  const account = await begin(t);
  await story.prepare(account);
  await runOriginal(account);
  return { end: await snapshot(account.local), steps: [...account.steps.taken] };
}

async function runOriginal({ home, steps }: Account, at?: number): Promise<void> {
  home.configure(steps.servers);
  steps.begin(at === undefined ? undefined : { at, blow: "kill" });
  const running = startInterimap(home, [], { program: [original] });
  steps.watch(running.child);
  const { status, signal, stderr } = await running.finished;
  await steps.quiet();
  if (at === undefined) assert.equal(status, 0, stderr);
  else assert.equal(signal, "SIGKILL", stderr);
}

async function fill({ local, remote }: PerSide<MailServer>): Promise<void> {
  await command(local, "CREATE here", "SUBSCRIBE here");
  await command(remote, "CREATE there", "CREATE there/below", "SUBSCRIBE there/below");
  await Promise.all([
    deliver(local, "INBOX", ...mails("a", 4, { flags: ["\\Seen", "todo"] })),
    deliver(local, "here", ...mails("b", 3)),
    deliver(remote, "INBOX", ...mails("c", 3), ...mails("d", 2, { flags: ["\\Flagged"] })),
    deliver(remote, "there/below", ...mails("e", 3)),
  ]);
}

async function change({ local, remote }: PerSide<MailServer>): Promise<void> {
  await store(local, "1,2 +FLAGS (\\Flagged)");
  await store(local, "1 -FLAGS (todo)");
  await expunge(local, "3");
  await deliver(local, "INBOX", ...mails("f", 3));
  await command(remote, "CREATE new", "SUBSCRIBE new", "UNSUBSCRIBE there/below");
  await deliver(remote, "INBOX", ...mails("g", 2));
  await deliver(remote, "new", ...mails("h", 2, { flags: ["\\Answered"] }));
  await store(remote, "1 +FLAGS (\\Seen)", "there/below");
  await expunge(remote, "2", "here");
}
