// Many lies: each that can be told of any response of a scenario's run, one in a trial.

import { sides } from "../../src/model/side.ts";
import { conductAny, isAskedFor, type Attempt, type Outcome } from "./campaign.ts";
import { lies, type Lie } from "./lies.ts";
import { runCourse, wrongs, type Course } from "./lie-trial.ts";
import type { Order } from "./lying-proxy.ts";
import type { Scenario } from "./scenarios.ts";
import type { Trial } from "./trial.ts";
import type { World } from "./world.ts";

export interface LieCampaign {
  readonly world: World;
  readonly scenarios: readonly Scenario[];
  /** Trials for each of them at most, one way round. */
  readonly sample: number;
}

interface Case extends Trial, Order {
  readonly honest: Course;
  /** What is lied about. */
  readonly text: string;
}

export async function conductLies({ world, scenarios, sample }: LieCampaign): Promise<Outcome> {
  return conductAny<Case>({
    scenarios,
    sample,
    what: "lies",
    cases: (trial) => casesOf(world, trial),
    attempt: (one) => attempt(world, one),
    commandFor,
  });
}

async function casesOf(world: World, trial: Trial) {
  const honest = await runCourse(world, trial);
  const cases = sides.flatMap((side) =>
    honest.said[side].flatMap(({ response, around }, before) =>
      lies
        .filter((lie) => lie.tell(response, around) !== undefined)
        .map((lie): Case => ({ ...trial, honest, text: response.text, side, at: before + 1, lie })),
    ),
  );
  const flawed = wrongs(trial, { course: honest, honest });
  return { cases: cases.filter(isMeant), flawed: flawed.length > 0 ? [...flawed, honest.output] : [] };
}

function isMeant({ side, at, lie }: Order): boolean {
  return isAskedFor("SIDE", side) && isAskedFor("RESPONSE", at) && isAskedFor("LIE", lie.name);
}

async function attempt(world: World, one: Case): Promise<Attempt> {
  const { honest } = one;
  try {
    const limits = limitsFor(one.lie, one.text);
    const course = await runCourse(world, { ...one, ...limits }, one);
    const problems = wrongs(one, { course, honest, ...limits });
    if (problems.length > 0) problems.push(course.told ?? "no lie was told", course.output);
    return { problems, isReached: course.told !== undefined };
  } catch (error) {
    return { problems: [String(error)], isReached: true };
  }
}

interface Limits {
  readonly mayDouble?: boolean;
  readonly needsRepair?: boolean;
}

/** Of what cannot be known. */
function limitsFor(_lie: Lie, _text: string): Limits {
  return {};
}

function commandFor({ scenario, flipped, side, at, lie }: Case): string {
  const where = `SCENARIO='${scenario.name}' FLIP=${Number(flipped)} SIDE=${side} RESPONSE=${at} LIE='${lie.name}'`;
  return `${where} node --import tsx --test test/fault/lie.test.ts`;
}
