// One trial: a scenario is disturbed at one step, runs again to its end, and is compared with the undisturbed end.

import { type PerSide, perSide, sides } from "../../src/model/side.ts";
import { patienceMs } from "../support/eventually.ts";
import { giveDatabase } from "../support/give-database.ts";
import { runInterimap, type RunResult } from "../support/run-interimap.ts";
import { diffSnapshots, type MailStoreSnapshot, snapshot } from "../support/snapshot.ts";
import { startDaemon } from "../support/watching.ts";
import { dump } from "../unit/state/databases.ts";
import type { End, Rest } from "./end.ts";
import { startPast } from "./past.ts";
import { isOriginal, plainCommand, runProgram } from "./program.ts";
import type { Scenario } from "./scenarios.ts";
import { type Disturbance, losable, startSteps, type Steps } from "./steps.ts";
import { whatIsLeft } from "./what-is-left.ts";
import type { Place, World } from "./world.ts";

export interface Trial {
  readonly scenario: Scenario;
  readonly flipped: boolean;
  /** A daemon is disturbed, and has to reach the end without being started again. */
  readonly asDaemon?: boolean;
}

/** Disturbs, or not; then runs to the end, and once more. */
export async function reachEnd(world: World, trial: Trial, disturbance?: Disturbance): Promise<End> {
  const { scenario, flipped, asDaemon = false } = trial;
  const place = await world.place(scenario, flipped);
  const steps = await startSteps(place.seen);
  const { settings = {}, args = [] } = scenario;
  place.home.configure({ ...steps.servers, settings });
  giveDatabase(place.home.databaseFile, steps.servers);
  const output: string[] = [];
  const runFirst = async (): Promise<RunResult> => {
    steps.begin(disturbance);
    const past = disturbance?.blow === "power off" ? startPast(place.home.databaseFile) : undefined;
    const result = await runProgram(place.home, steps, args, past?.note);
    await steps.quiet();
    // A run that was over before its step lost nothing.
    if (result.signal !== null) past?.goBack(Math.min(disturbance?.lost ?? 0, losable(steps.taken)));
    note(args, result);
    return result;
  };
  /** Nobody asks for the commits of this one. */
  const run = async (words: readonly string[]): Promise<RunResult> => {
    steps.begin();
    const result = await runInterimap(place.home, words, { program: plainCommand(), timeoutMs: patienceMs });
    await steps.quiet();
    note(words, result);
    return result;
  };
  const note = (words: readonly string[], { status, signal, stdout, stderr }: RunResult): void =>
    void output.push(`${words.join(" ")} → ${status ?? signal}\n${stdout}${stderr}`);
  try {
    const disturbed = await (asDaemon ? watch(place, steps, disturbance) : runFirst());
    const taken = [...steps.taken];
    const goOn = async (): Promise<Rest> => {
      let last = disturbed;
      if (disturbance !== undefined && !asDaemon && last.status !== 0) last = await finish(run, args);
      if (args.length > 0) last = await run([]);
      const { status } = last;
      const recorded = isOriginal ? [] : recordedIn(place);
      await run([]);
      const isUnrest = (step: string): boolean => changing.test(step) && !(world.isLookedAt && looking.test(step));
      const unrest = steps.taken.filter(isUnrest);
      const [local, remote] = await Promise.all([snapshot(place.servers.local), snapshot(place.servers.remote)]);
      return { status, stores: { local, remote }, recorded, unrest, output: output.join("\n") };
    };
    if (disturbance === undefined || asDaemon || !world.isReadInFull) return { steps: taken, ...(await goOn()) };
    const left = await leftBy(place, steps);
    const from = [scenario.name, flipped, disturbed.status === 0, left].join(" ");
    return { steps: taken, ...(await world.continued.goOn(from, goOn)) };
  } finally {
    await steps.stop();
    await place.remove();
  }
}

function leftBy({ servers, home }: Place, steps: Steps): Promise<string> {
  const ports = [...sides, ...sides].map((side, i) => (i < 2 ? servers : steps.servers)[side].port);
  return whatIsLeft({ servers, directory: home.directory, names: [home.directory, servers.local.user, ...ports] });
}

/** Until it has looked at everything after the disturbance. */
async function watch({ home }: Place, steps: Steps, disturbance?: Disturbance): Promise<RunResult> {
  const endings: (() => void | Promise<void>)[] = [];
  try {
    steps.begin(disturbance);
    const daemon = startDaemon({ after: (ending) => void endings.push(ending as () => void) }, home, {
      args: ["--watch=1"],
    });
    await daemon.waits(3);
    const result = await daemon.stop();
    await steps.quiet();
    return result;
  } finally {
    for (const ending of endings) await ending();
  }
}

/** The same command again; and where that says which command does the rest, that one. */
export async function finish(run: (words: readonly string[]) => Promise<RunResult>, args: readonly string[]) {
  const result = await run(args);
  const rest = /if it was renamed there: \S+ ([^;]*);/.exec(result.stderr)?.[1];
  return rest === undefined ? result : run(rest.split(" ").filter((word) => !word.startsWith("--config")));
}

export const changing =
  /^\w+ < \S+ (?:UID )?(STORE|EXPUNGE|MOVE|COPY|APPEND|CREATE|SUBSCRIBE|UNSUBSCRIBE|RENAME|DELETE|SELECT)\b/i;

const looking = /^\w+ < \S+ SELECT\b/;

function recordedIn({ home }: Place): string[] {
  const { rows } = dump(home.databaseFile);
  const names = new Map((rows["mailboxes"] ?? []).map(([idx, name]) => [idx, String(name)]));
  const counts = (table: string): string[] => {
    const found = new Map<string, number>();
    for (const [idx] of rows[table] ?? []) {
      const name = names.get(idx) ?? String(idx);
      found.set(name, (found.get(name) ?? 0) + 1);
    }
    return [...found].map(([name, count]) => `${table} of ${name}: ${count}`);
  };
  return [
    ...(rows["mailboxes"] ?? []).map(([, name, subscribed]) => `mailbox ${String(name)} ${String(subscribed)}`),
    ...["mapping", "refused", "rounds", "suspects"].flatMap(counts),
  ].sort();
}

/** What is wrong with the undisturbed end itself. */
export function flaws({ scenario }: Trial, { status, stores, unrest }: End): string[] {
  if (scenario.differs === true) return [];
  return [
    ...(status === 0 ? [] : [`exit status ${status}`]),
    ...diffSnapshots(stores.local, stores.remote),
    ...unrest.map((line) => `not at rest: ${line}`),
  ];
}

/** How an end differs from the undisturbed one in more than it may, a line each. */
export function differences(
  { scenario }: Trial,
  { end, undisturbed }: { readonly end: End; readonly undisturbed: End },
): string[] {
  const { mayMatch = false, differs = false } = scenario;
  const shown = (one: End): PerSide<MailStoreSnapshot> => perSide((side) => comparable(one.stores[side], { mayMatch }));
  const inStores = perSide((side) => diffSnapshots(shown(end)[side], shown(undisturbed)[side]));
  const between = differs ? [] : diffSnapshots(comparable(end.stores.local), comparable(end.stores.remote));
  // A message that was refused stays suspected of a connection's death.
  const passedOver = [...(mayMatch ? ["mapping of"] : []), ...(differs ? ["suspects of"] : [])];
  const recorded = (one: End): string[] =>
    one.recorded.filter((line) => !passedOver.some((start) => line.startsWith(start)));
  return [
    ...(end.status === undisturbed.status ? [] : [`exit status ${end.status} instead of ${undisturbed.status}`]),
    ...inStores.local.map((line) => `local: ${line}`),
    ...inStores.remote.map((line) => `remote: ${line}`),
    ...between.map((line) => `local and remote: ${line}`),
    ...diffLines(recorded(end), recorded(undisturbed)).map((line) => `database: ${line}`),
    ...diffLines(end.unrest, undisturbed.unrest).map((line) => `not at rest: ${line}`),
  ];
}

/**
 * Without what may differ: subscriptions to names that do not exist, which a rename that was ended before its last command
 * leaves behind, and how often there is a message that may have been matched.
 */
export function comparable({ mailboxes, subscribed }: MailStoreSnapshot, { mayMatch = false } = {}): MailStoreSnapshot {
  return {
    mailboxes: mayMatch
      ? new Map(
          [...mailboxes].map(([name, messages]) => [
            name,
            messages.filter(({ digest }, at) => messages.findIndex((one) => one.digest === digest) === at),
          ]),
        )
      : mailboxes,
    subscribed: new Set([...subscribed].filter((name) => name === "INBOX" || mailboxes.has(name))),
  };
}

function diffLines(a: readonly string[], b: readonly string[]): string[] {
  return [
    ...a.filter((line) => !b.includes(line)).map((line) => `+ ${line}`),
    ...b.filter((line) => !a.includes(line)).map((line) => `- ${line}`),
  ];
}
