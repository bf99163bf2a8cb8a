// One trial: a server lies once during a run. Then the truth, day after day, until a run finds nothing to do.

import { fileURLToPath } from "node:url";
import { exitCode } from "../../src/model/exit-code.ts";
import { type PerSide, perSide, type Side, sides } from "../../src/model/side.ts";
import { patienceMs } from "../support/eventually.ts";
import { giveDatabase } from "../support/give-database.ts";
import { runInterimap, type RunResult } from "../support/run-interimap.ts";
import { diffSnapshots, type MailStoreSnapshot, snapshot } from "../support/snapshot.ts";
import { type Order, type Said, startLyingProxy, type ToldLie } from "./lying-proxy.ts";
import { plainCommand } from "./program.ts";
import type { Scenario } from "./scenarios.ts";
import { changing, comparable, finish, type Trial } from "./trial.ts";
import type { World } from "./world.ts";

export interface Course {
  /** What the servers said during the first run. */
  readonly said: PerSide<readonly Said[]>;
  /** The lie, if it was told. */
  readonly told: ToldLie | undefined;
  /** The first run, and those that came after. */
  readonly first: RunResult;
  readonly truthful: readonly TruthfulRun[];
  readonly before: PerSide<MailStoreSnapshot> | undefined;
  readonly stores: PerSide<MailStoreSnapshot>;
  /** Exit status and lines of all runs. */
  readonly output: string;
}

interface TruthfulRun extends RunResult {
  /** Commands that change or look at something. */
  readonly unrest: readonly string[];
}

/** Two to agree, and one that finds nothing to do. */
const truthfulRuns = 3;
const preload = fileURLToPath(new URL("days-later.cjs", import.meta.url));

/** Without an order nobody lies. `needsRepair`: what was lied about, this response, is found by comparing everything only. */
export async function runCourse(
  world: World,
  { scenario, flipped, needsRepair }: Trial & { readonly needsRepair?: (of: string) => boolean },
  order?: Order,
): Promise<Course> {
  const place = await world.place(scenario, flipped);
  const proxy = await startLyingProxy(place.seen);
  const { settings = {}, args = [] } = scenario;
  place.home.configure({ ...proxy.servers, settings });
  giveDatabase(place.home.databaseFile, proxy.servers);
  const output: string[] = [];
  let day = 0;
  const run = async (words: readonly string[], lie?: Order): Promise<RunResult> => {
    proxy.begin(lie);
    const result = await runInterimap(place.home, words, {
      program: plainCommand(),
      ...(day > 0 && { preload }),
      env: { DAYS_LATER: String(day++) },
      timeoutMs: patienceMs,
    });
    await proxy.quiet();
    output.push(`${words.join(" ")} → ${result.status ?? result.signal}\n${result.stdout}${result.stderr}`);
    return result;
  };
  const look = async (): Promise<PerSide<MailStoreSnapshot>> => {
    const [local, remote] = await Promise.all([snapshot(place.servers.local), snapshot(place.servers.remote)]);
    return { local, remote };
  };
  try {
    const before = order === undefined ? await look() : undefined;
    const first = await run(args, order);
    const said = perSide((side) => [...proxy.said[side]]);
    const { told } = proxy;
    if (args.length > 0 && first.status !== 0) await finish(run, args);
    if (told !== undefined && needsRepair?.(told.of) === true) await run(["--repair"]);
    const truthful: TruthfulRun[] = [];
    while (truthful.length < truthfulRuns) {
      const result = await run([]);
      truthful.push({ ...result, unrest: proxy.commands.filter((line) => changing.test(line)) });
      if (isAtRest(truthful.at(-1)!)) break;
    }
    return { said, told, first, truthful, before, stores: await look(), output: output.join("\n") };
  } finally {
    await proxy.stop();
    await place.remove();
  }
}

function isAtRest({ status, unrest }: TruthfulRun): boolean {
  return status === 0 && unrest.length === 0;
}

export interface Comparison {
  readonly course: Course;
  /** The same without a lie. */
  readonly honest: Course;
  /** It cannot be known that a message is there already. */
  readonly mayDouble?: boolean;
}

/** What is wrong, a line each. */
export function wrongs({ scenario }: Trial, { course, honest, mayDouble = false }: Comparison): string[] {
  const { mayMatch = false, differs = false } = scenario;
  const runs = [course.first, ...course.truthful];
  const last = course.truthful.at(-1)!;
  const between = diffSnapshots(comparable(course.stores.local), comparable(course.stores.remote));
  const expected = diffSnapshots(comparable(honest.stores.local), comparable(honest.stores.remote));
  const diverged = differs ? between.filter((line) => !expected.includes(line)) : between;
  const wasSilent = course.first.status === 0 && last.status === 0;
  const counted = (stores: PerSide<MailStoreSnapshot>): PerSide<Counts> =>
    perSide((side) => countMessages(comparable(stores[side], { mayMatch })));
  return [
    ...runs.flatMap(misbehaviour),
    ...sides.flatMap((side) => lost(side, counted(course.stores)[side], kept(scenario, counted(honest.stores)[side]))),
    ...sides.flatMap((side) => {
      const allowed = mostOf([honest.stores, ...(honest.before === undefined ? [] : [honest.before])].map(counted));
      return doubles(side, counted(course.stores)[side], { allowed, more: mayDouble ? 1 : 0 });
    }),
    ...diverged.map((line) => `${wasSilent ? "diverged silently" : "diverged"}: local and remote: ${line}`),
    ...(last.status === honest.truthful.at(-1)!.status ? [] : [`exit status ${last.status} though nobody lies`]),
    ...last.unrest
      .filter((line) => !honest.truthful.at(-1)!.unrest.some((other) => wordsOf(other) === wordsOf(line)))
      .map((line) => `not at rest: ${line}`),
  ];
}

/** Without the tag. */
function wordsOf(command: string): string {
  return command.replace(/< \S+/, "<");
}

const documented: readonly (number | null)[] = Object.values(exitCode).filter((code) => code !== exitCode.software);

function misbehaviour({ status, signal, stdout, stderr }: RunResult): string[] {
  const output = `${stdout}${stderr}`;
  return [
    ...(signal === "SIGKILL" ? [`a run has not ended within ${patienceMs / 1000} s`] : []),
    ...(signal === null && !documented.includes(status) ? [`a run ended with ${status}`] : []),
    ...(output.includes("internal error") ? ["a run told of an internal error"] : []),
    ...(/^\s+at .+:\d+:\d+\)?$/m.test(output) ? ["a run printed a stack trace"] : []),
  ];
}

/** By mailbox and message. */
type Counts = ReadonlyMap<string, number>;

function countMessages({ mailboxes }: MailStoreSnapshot): Counts {
  const counts = new Map<string, number>();
  for (const [mailbox, messages] of mailboxes) {
    for (const { messageId, digest } of messages) {
      const key = `${messageId} (${digest.slice(0, 8)}) in ${mailbox.replaceAll("\0", "/")}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return counts;
}

function mostOf(stores: readonly PerSide<Counts>[]): Counts {
  const most = new Map<string, number>();
  for (const counts of stores.flatMap((both) => sides.map((side) => both[side])))
    for (const [key, count] of counts) most.set(key, Math.max(count, most.get(key) ?? 0));
  return most;
}

function lost(side: Side, found: Counts, wanted: Counts): string[] {
  return [...wanted].flatMap(([key, count]) => {
    const there = found.get(key) ?? 0;
    return there < count ? [`lost on ${side}: ${key}: ${there} of ${count}`] : [];
  });
}

/**
 * Those that no client deleted. That --repair brings one back, having been told nothing of that, is one end; that a server
 * claims it, and has the message no more, is another.
 */
function kept({ local = [], remote = [] }: Scenario, counts: Counts): Counts {
  const expunged = [...local, ...remote].map((line) => line.split(" ")).filter(([verb]) => verb === "expunge");
  const isExpunged = (key: string): boolean =>
    expunged.some(
      ([, mailbox, ...names]) =>
        key.endsWith(` in ${mailbox}`) && names.some((name) => key.startsWith(`<${name}@example.org> `)),
    );
  return new Map([...counts].filter(([key]) => !isExpunged(key)));
}

function doubles(
  side: Side,
  found: Counts,
  { allowed, more }: { readonly allowed: Counts; readonly more: number },
): string[] {
  return [...found].flatMap(([key, count]) => {
    const most = allowed.get(key) ?? 0;
    return count > most + more ? [`double on ${side}: ${key}: ${count} instead of ${most}`] : [];
  });
}
