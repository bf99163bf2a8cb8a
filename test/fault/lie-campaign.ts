// Many lies: each that can be told of any response of a scenario's run, one in a trial.

import { sides } from "../../src/model/side.ts";
import { conductAny, isAskedFor, type Attempt, type Outcome } from "./campaign.ts";
import { lies, type Lie } from "./lies.ts";
import { runCourse, wrongs, type Course } from "./lie-trial.ts";
import type { Order, Said } from "./lying-proxy.ts";
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
    kindOf: ({ lie }) => lie.name,
    attempt: (one) => attempt(world, one),
    commandFor,
  });
}

async function casesOf(world: World, trial: Trial) {
  const honest = await runCourse(world, trial);
  const cases = sides.flatMap((side) =>
    worthLies(honest.said[side]).flatMap(({ response, around, before }) =>
      lies
        .filter((lie) => lie.tell(response, around) !== undefined)
        .map((lie): Case => ({ ...trial, honest, text: response.text, side, at: before + 1, lie })),
    ),
  );
  const flawed = wrongs(trial, { course: honest, honest });
  return { cases: cases.filter(isMeant), flawed: flawed.length > 0 ? [...flawed, honest.output] : [] };
}

/** Of a hundred responses that differ in their numbers only, the first two and the last. */
function worthLies(said: readonly Said[]): readonly (Said & { readonly before: number })[] {
  const alike = new Map<string, number[]>();
  for (const [before, { response }] of said.entries()) {
    const shape = response.text.replaceAll(/\d+/g, "0");
    alike.set(shape, [...(alike.get(shape) ?? []), before]);
  }
  const chosen = new Set([...alike.values()].flatMap((some) => [...some.slice(0, 2), ...some.slice(-1)]));
  return said.map((one, before) => ({ ...one, before })).filter(({ before }) => chosen.has(before));
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

interface Unknowable {
  readonly lie: RegExp;
  /** The response in whose place it is told; default: any. */
  readonly said?: RegExp;
  readonly why: string;
  /** A message may be there once more than it should. */
  readonly mayDouble?: true;
  /** Both sides agree only when --repair has compared everything. */
  readonly needsRepair?: true;
}

const someFlags = /^\* \d+ FETCH \((?!.*BODY).*FLAGS/s;
const identity = /RFC822.SIZE.*BODY\[HEADER/s;

/** What cannot be known while the lie is told, and not afterwards either. */
const unknowable: readonly Unknowable[] = [
  {
    lie: /^left out$/,
    said: someFlags,
    why: "only this line tells that flags have changed; HIGHESTMODSEQ grows for many reasons",
    needsRepair: true,
  },
  { lie: /^UID is /, said: someFlags, why: "the flags may be those of the other message", needsRepair: true },
  { lie: /^RFC822.SIZE is/, said: identity, why: "it is another message that has another size", mayDouble: true },
];

function limitsFor(lie: Lie, text: string): Pick<Unknowable, "mayDouble" | "needsRepair"> {
  const kinds = unknowable.filter((kind) => kind.lie.test(lie.name) && (kind.said?.test(text) ?? true));
  return {
    ...(kinds.some(({ mayDouble }) => mayDouble) && { mayDouble: true }),
    ...(kinds.some(({ needsRepair }) => needsRepair) && { needsRepair: true }),
  };
}

function commandFor({ scenario, flipped, side, at, lie }: Case): string {
  const where = `SCENARIO='${scenario.name}' FLIP=${Number(flipped)} SIDE=${side} RESPONSE=${at} LIE='${lie.name}'`;
  return `${where} node --import tsx --test test/fault/lie.test.ts`;
}
