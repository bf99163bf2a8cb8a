// Many trials: which, in which order, how many at a time, until when; and what they found.
//   THOROUGH=campaigns   every scenario, both ways round, every step, every blow, shuffled, until FAULT_MINUTES (60) are over;
//                    (npm run test:fault sets it); FROM=n goes on where a campaign with the same seed was after n trials
//   otherwise        one step of each scenario in its turn
//   SCENARIO=text    only scenarios with this in their name; STEP=n, BLOW="cut local", LOST=n, FLIP=0|1 narrow it down further
//   SERVERS="full nocondstore"  only servers that let the program know of this much (rungs.test.ts)
//   SEED=n           another order, another sample
//   AT_ONCE=n        so many trials at a time
// Of lies (lie.test.ts), that is a choice (lie-choice.ts): at each response one of them at least, each of them about each kind
//   of answer, at other places for another SEED. PLACES=n tells each of a kind at n places, EVERYTHING=1 all everywhere (a day).
//   SCENARIO, FLIP, SIDE=local|remote, RESPONSE=n and LIE="left out" narrow it down; "left out|NO" is both of them.

import { availableParallelism } from "node:os";
import { groupBy } from "../../src/util/group-by.ts";
import { type Random, seededRandom } from "../support/random.ts";
import { isCampaign } from "../support/turns.ts";
import type { End } from "./end.ts";
import { type Scenario, scenarios } from "./scenarios.ts";
import { type Blow, losable } from "./steps.ts";
import { differences, flaws, reachEnd, type Trial } from "./trial.ts";
import type { World } from "./world.ts";

export interface Campaign {
  readonly world: World;
  readonly blows: readonly Blow[];
  readonly scenarios: readonly Scenario[];
  /** Trials for each of them at most, one way round. */
  readonly sample: number;
  /** See Trial. */
  readonly asDaemon?: boolean;
  /** The value of SERVERS that selects it. */
  readonly servers?: string;
}

export interface Outcome {
  readonly summary: string;
  /** Each with how to see it again. */
  readonly failures: readonly string[];
}

interface Case extends Trial {
  readonly blow: Blow;
  readonly undisturbed: End;
  readonly step: number;
  /** Commits that the loss of power takes away. */
  readonly lost: number;
}

const env = process.env;
export const seed = Number(env["SEED"] ?? 1);
export const fullMinutes = Number(env["FAULT_MINUTES"] ?? 60);
/** So many trials were done before. */
const first = Number(env["FROM"] ?? 0);
const progressStep = 100;
const narrowing = ["SCENARIO", "STEP", "BLOW", "LOST", "FLIP", "SIDE", "RESPONSE", "LIE"];
const isNarrow = narrowing.some((name) => env[name] !== undefined);
/** Everything, or all of what was asked for. */
export const isFull = isCampaign || isNarrow;
/** Nothing stands for what is like it. */
const isEverything = env["EVERYTHING"] === "1" || isNarrow;

/** All scenarios in the full form, else part number `part` (from 0) of so many. */
export function share(part: number, parts: number): readonly Scenario[] {
  return isFull ? scenarios : scenarios.filter((_, index) => index % parts === part);
}

export async function conduct(campaign: Campaign): Promise<Outcome> {
  return conductAny<Case>({
    ...campaign,
    what: campaign.blows.join(", "),
    cases: (trial) => blowCases(campaign, trial),
    attempt: (one) => attempt(campaign.world, one),
    spared: () => campaign.world.continued.spared,
    kindOf: () => "",
    commandFor: (one) => commandFor(one, campaign),
  });
}

export interface AnyCampaign<C extends Trial> {
  readonly scenarios: readonly Scenario[];
  /** Trials for each of them at most, one way round. */
  readonly sample: number;
  /** For the summary. */
  readonly what: string;
  /** All that there are, and what is wrong before anything is disturbed. */
  readonly cases: (trial: Trial) => Promise<{ readonly cases: readonly C[]; readonly flawed: readonly string[] }>;
  readonly attempt: (one: C) => Promise<Attempt>;
  /** How many trials ended where another one had gone on from the same. */
  readonly spared?: () => number;
  /** Kinds take turns in a sample. */
  readonly kindOf: (one: C) => string;
  /** Of all cases, those that the full form tries: they come shuffled, the scenarios take turns, and so they stay. */
  readonly choose?: (cases: readonly C[]) => C[];
  /** Trials at a time, for each processor; default: 1. */
  readonly perProcessor?: number;
  /** Tries as often again what has failed: only what fails then, too, counts. */
  readonly again?: number;
  /** How to see it again. */
  readonly commandFor: (one: C) => string;
}

export interface Attempt {
  readonly problems: readonly string[];
  readonly isReached: boolean;
}

export async function conductAny<C extends Trial>(campaign: AnyCampaign<C>): Promise<Outcome> {
  const start = Date.now();
  const deadline = isFull ? start + fullMinutes * 60_000 : Infinity;
  const random = seededRandom(seed);
  const failures: string[] = [];
  const cases = await plan(campaign, { random, failures });
  let [done, unreached, passing] = [0, 0, 0];
  await inParallel(cases.slice(first), trialsAtOnce(campaign), async (one) => {
    if (Date.now() > deadline) return;
    const { problems, isReached } = await campaign.attempt(one);
    done++;
    if (isFull && done % progressStep === 0) console.log(`${first + done} of ${cases.length} trials`);
    if (!isReached) unreached++;
    if (problems.length === 0) return;
    const text = `SEED=${seed} ${campaign.commandFor(one)}\n${problems.join("\n")}`;
    const passes = await passesAgain(campaign, one);
    if (passes) passing++;
    else failures.push(text);
    if (isFull || passes) console.log(`${passes ? "passed when tried again: " : ""}${text}`);
  });
  const names = new Set(cases.map(({ scenario }) => scenario.name));
  const minutes = ((Date.now() - start) / 60_000).toFixed(1);
  const summary =
    `${names.size} scenarios, ${done} of ${cases.length} trials (${campaign.what})` +
    `${first === 0 ? "" : ` behind the first ${first}`}, ` +
    `${unreached} of them over before their step, ` +
    (campaign.spared === undefined ? "" : `${campaign.spared()} of them leaving what another one went on from, `) +
    `${failures.length} failures, ` +
    (campaign.again === undefined ? "" : `${passing} that passed when tried again, `) +
    `${minutes} minutes, seed ${seed}`;
  return { summary, failures };
}

/** What comes of a machine with too much to do does not come each time. */
async function passesAgain<C extends Trial>({ attempt, again = 0 }: AnyCampaign<C>, one: C): Promise<boolean> {
  for (let i = 0; i < again; i++) if ((await attempt(one)).problems.length > 0) return false;
  return again > 0;
}

/** The scenarios take turns, so that whatever time there is reaches all of them. */
async function plan<C extends Trial>(
  { cases, kindOf, choose, sample, scenarios: chosen, ...rest }: AnyCampaign<C>,
  { random, failures }: { readonly random: Random; readonly failures: string[] },
): Promise<C[]> {
  const flips = isFull ? [false, true] : undefined;
  const trials = chosen
    .filter(({ name }) => name.includes(env["SCENARIO"] ?? ""))
    .flatMap((scenario) => (flips ?? [random.chance(0.5)]).map((flipped) => ({ scenario, flipped })))
    .filter(({ flipped }) => env["FLIP"] === undefined || flipped === (env["FLIP"] === "1"));
  const turns: C[][] = [];
  await inParallel([...trials.entries()], trialsAtOnce(rest), async ([index, trial]) => {
    const { cases: all, flawed } = await cases(trial);
    if (flawed.length > 0) failures.push(`${nameOf(trial)}, undisturbed:\n${flawed.join("\n")}`);
    turns[index] = inTurns([...groupBy(shuffled(randomFor(trial), all), kindOf).values()]).slice(0, sample);
  });
  const planned = inTurns(turns);
  return choose === undefined || !isFull || isEverything
    ? planned
    : inTurns([...groupBy(choose(planned), nameOf).values()]);
}

/** Not the random numbers of the others: the undisturbed ends come in any order. */
export function randomFor(trial: Trial): Random {
  return seededRandom(seed + [...nameOf(trial)].reduce((sum, c) => sum * 31 + c.charCodeAt(0), 7));
}

/** The first of each, then the second of each, and so on. */
function inTurns<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, i) => lists.flatMap((some) => some.slice(i, i + 1))).flat();
}

/** Whether a trial is asked for, be it that nobody narrows them down by this. */
export function isAskedFor(name: string, value: string | number): boolean {
  return env[name]?.split("|").includes(String(value)) ?? true;
}

async function blowCases({ world, blows, asDaemon = false }: Campaign, trial: Trial) {
  const undisturbed = await reachEnd(world, trial);
  const flawed = flaws(trial, undisturbed);
  const all = undisturbed.steps.flatMap((_, before) =>
    blows.flatMap((blow) =>
      losses(blow, undisturbed.steps.slice(0, before + 1)).map((lost): Case => {
        return { ...trial, asDaemon, undisturbed, blow, lost, step: before + 1 };
      }),
    ),
  );
  const cases = all.filter(
    ({ step, blow, lost }) => isAskedFor("STEP", step) && isAskedFor("BLOW", blow) && isAskedFor("LOST", lost),
  );
  return { cases, flawed: flawed.length > 0 ? [...flawed, undisturbed.output] : [] };
}

function losses(blow: Blow, steps: readonly string[]): number[] {
  return blow === "power off" ? Array.from({ length: losable(steps) }, (_, i) => i + 1) : [0];
}

async function attempt(world: World, one: Case): Promise<Attempt> {
  const { step, blow, lost, undisturbed } = one;
  try {
    const end = await reachEnd(world, one, { at: step, blow, lost });
    const problems = differences(one, { end, undisturbed });
    if (problems.length > 0) problems.push(`at ${end.steps[step - 1] ?? "no such step"}`, end.output);
    return { problems, isReached: end.steps.length >= step };
  } catch (error) {
    return { problems: [String(error)], isReached: true };
  }
}

function nameOf({ scenario, flipped }: Trial): string {
  return `${scenario.name}${flipped ? " (flipped)" : ""}`;
}

function commandFor({ scenario, flipped, step, blow, lost }: Case, { servers }: Campaign): string {
  const which = servers === undefined ? "" : `SERVERS='${servers}' `;
  const where = `${which}SCENARIO='${scenario.name}' FLIP=${Number(flipped)} STEP=${step} BLOW='${blow}'`;
  return `${where}${lost > 0 ? ` LOST=${lost}` : ""} npm run test:fault`;
}

export function shuffled<T>(random: Random, items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

export async function inParallel<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const item of queue) await work(item);
    }),
  );
}

export function trialsAtOnce({ perProcessor = 1 }: { readonly perProcessor?: number }): number {
  return Number(env["AT_ONCE"] ?? Math.min(4, availableParallelism()) * perProcessor);
}
