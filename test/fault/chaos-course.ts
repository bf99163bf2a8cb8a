// The course of a chaos: two clients change both sides at random while a daemon runs that is cut off, held up, killed and started
// again. Then peace: both sides become identical, and hold what the model says.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { type PerSide, sides } from "../../src/model/side.ts";
import { allDone } from "../../src/util/all-done.ts";
import { assertNothingToDo } from "../integration/converge.ts";
import { startDovecot } from "../support/dovecot.ts";
import { giveDatabase } from "../support/give-database.ts";
import { seededRandom } from "../support/random.ts";
import { runInterimap, type SectionSettings } from "../support/run-interimap.ts";
import { diffSnapshots, type MailStoreSnapshot, snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { isCampaign } from "../support/turns.ts";
import { type TwoStores, twoStores } from "../support/two-stores.ts";
import { type Likings, makeClient } from "./chaos-client.ts";
import { type Lives, makeLives, type Way } from "./chaos-daemon.ts";
import { isInTrash, KeptMail } from "./chaos-kept.ts";
import { Model } from "./chaos-model.ts";
import { settle } from "./chaos-person.ts";
import { startStory, type Story } from "./chaos-story.ts";
import { makeTroubles } from "./chaos-troubles.ts";

const { CHAOS_MINUTES, SEED, STORY } = process.env;
export const seed = Number(SEED ?? 1);
/** How long the daemon may take to bring both sides into agreement once nothing happens any more. */
const peaceMs = 180_000;
const random = (part: number) => seededRandom(1_000 * seed + part);

export interface Course {
  /** Of chaos, unless CHAOS_MINUTES or THOROUGH says otherwise. */
  readonly minutes: number;
  readonly settings: SectionSettings;
  /** How the daemon is started: one of these at a time. */
  readonly ways: readonly Way[];
  /** What the clients like to do more than others. */
  readonly likings?: Likings;
}

export function minutesOf({ minutes }: Course): number {
  return Number(CHAOS_MINUTES ?? (isCampaign ? 30 : minutes));
}

export async function endsWell(t: TestContext, course: Course): Promise<void> {
  const { ways, settings } = course;
  const servers = await startAll({ local: startDovecot(), remote: startDovecot({ separator: "." }) });
  // The log has its times in a file.
  const stores = await twoStores(t, servers, { settings: { ...settings, logfile: "log" } });
  const story = startStory();
  const model = new Model({ followsDeletions: settings["follow-deletions"] === "YES" });
  assert.equal((await runInterimap(stores.home)).status, 0);
  const lives = makeLives(t, { home: stores.home, random: random(1), model, story, ways });
  const kept = new KeptMail(model);
  const person = { home: stores.home, local: stores.local, model, kept, story };
  const scene = { stores, lives, story, visit: () => settle(person) };
  try {
    const [actions, troubles] = await chaos({ ...scene, model, kept, course });
    const unrest = await peace(scene);
    assert.deepEqual(unrest, [], "both sides are identical");
    await lives.stop();
    const held = await heldBy(stores);
    t.diagnostic(
      `seed ${seed}: ${actions} actions, ${troubles} troubles, ${lives.count} lives, ` +
        `${[...held.local.mailboxes.values()].flat().length} messages in ${held.local.mailboxes.size} mailboxes in the end, ` +
        JSON.stringify({ ...model.statistics, ...kept.statistics }),
    );
    assert.deepEqual(diffSnapshots(held.local, held.remote), [], "when the daemon has ended");
    assert.deepEqual(model.flaws(held.local), [], "what the clients did");
    assert.deepEqual(
      kept.flaws(await Promise.all(sides.map((side) => snapshot(stores[side])))),
      [],
      "what was deleted",
    );
    const { local, remote } = stores.proxies;
    const direct = { local: local.server, remote: remote.server };
    stores.home.configure({ ...direct, settings });
    giveDatabase(stores.home.databaseFile, direct);
    await assertNothingToDo(stores);
    if (STORY === "1") console.log(story.all().join("\n"));
  } catch (error) {
    console.log(report(error, { stores, story, minutes: minutesOf(course) }));
    throw error;
  }
}

interface Scene {
  readonly stores: TwoStores;
  readonly lives: Lives;
  readonly story: Story;
  /** The person sees to what was left out, while the daemon is stopped. */
  readonly visit: () => Promise<void>;
}

interface Played {
  readonly model: Model;
  readonly kept: KeptMail;
  readonly course: Course;
}

/** Rounds of changes and troubles; between them, at times, the person comes. Returns the numbers of both. */
async function chaos({ model, kept, course, ...scene }: Scene & Played): Promise<[number, number]> {
  const { stores, lives, story, visit } = scene;
  const chance = random(2);
  const clients = sides.map((side, i) =>
    makeClient({
      ...{ side, server: stores[side], random: random(3 + i), model, kept, story },
      ...(course.likings !== undefined && { likings: course.likings }),
    }),
  );
  const troubles = makeTroubles({ stores, lives, random: random(5), story });
  const end = Date.now() + minutesOf(course) * 60_000;
  await lives.ensure();
  while (Date.now() < end) {
    const over = AbortSignal.timeout(Math.min(chance.integer(4_000, 12_000), Math.max(1, end - Date.now())));
    await allDone([...clients.map((client) => client.act(over)), troubles.make(over)]);
    for (const side of sides) stores.proxies[side].reset();
    if (model.hasChangedNames && chance.chance(0.7)) {
      await lives.stop();
      await visit();
      await lives.ensure();
    }
  }
  return [clients.reduce((sum, { actions }) => sum + actions, 0), troubles.count];
}

/** Returns in what the sides still differ when the daemon has had its time. */
async function peace({ stores, lives, story, visit }: Scene): Promise<string[]> {
  story.tell("peace");
  const since = Date.now();
  const deadline = performance.now() + peaceMs;
  for (let round = 1; ; round++) {
    await lives.ensure();
    lives.signal("SIGUSR1");
    await pause(1_000);
    const differences = (await lives.isWell(since)) ? await differencesOf(stores) : ["the daemon is not at rest"];
    if (differences.length === 0 || performance.now() > deadline) return differences;
    // It has had its time for whatever it can do alone.
    if (round % 8 !== 0) continue;
    await lives.stop();
    await visit();
  }
}

/** Nobody renames any more but the program itself, which may do so in the middle of this. */
function differencesOf(stores: TwoStores): Promise<string[]> {
  return heldBy(stores).then(
    ({ local, remote }) => diffSnapshots(local, remote),
    (error: unknown) => [String(error)],
  );
}

async function heldBy({ local, remote }: TwoStores): Promise<PerSide<MailStoreSnapshot>> {
  const [onLocal, onRemote] = await Promise.all([snapshot(local), snapshot(remote)]);
  return { local: existing(onLocal), remote: existing(onRemote) };
}

/** Without subscriptions to what is no more: clients leave them behind. And without what each side keeps for itself. */
function existing({ mailboxes: all, subscribed }: MailStoreSnapshot): MailStoreSnapshot {
  const mailboxes = new Map([...all].filter(([name]) => !isInTrash(name)));
  return { mailboxes, subscribed: new Set([...subscribed].filter((name) => mailboxes.has(name))) };
}

interface Told extends Pick<Scene, "stores" | "story"> {
  readonly minutes: number;
}

function report(error: unknown, { stores, story, minutes }: Told): string {
  const what = String(error);
  const words = what.match(/\b(?:[lr]\d+|(?:m ?\d+)(?:\/m ?\d+)*|INBOX)\b/g) ?? [];
  const log = readFileSync(join(stores.home.directory, "log"), "utf8");
  const kept = join(".cache", "chaos", `seed-${seed}-${process.pid}`);
  mkdirSync(kept, { recursive: true });
  writeFileSync(join(kept, "story"), story.all().join("\n"));
  writeFileSync(join(kept, "log"), log);
  return [
    `SEED=${seed} CHAOS_MINUTES=${minutes} npm run test:fault`,
    what,
    "",
    ...story.about([...new Set(words)]),
    "",
    "The daemon's log, the end of it:",
    ...log.split("\n").slice(-200),
    "",
    `All of the story and the log: ${kept}`,
  ].join("\n");
}
