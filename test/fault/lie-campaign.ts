// Many lies: each that can be told of any response of a scenario's run, one in a trial.

import { type Side, sides } from "../../src/model/side.ts";
import { groupBy } from "../../src/util/group-by.ts";
import type { Random } from "../support/random.ts";
import { type Attempt, conductAny, isAskedFor, type Outcome, randomFor } from "./campaign.ts";
import { choose } from "./lie-choice.ts";
import { kindOf } from "./lie-kinds.ts";
import { type Course, runCourse, wrongs } from "./lie-trial.ts";
import { type Lie, lies } from "./lies.ts";
import type { Order, Said } from "./lying-proxy.ts";
import type { Scenario } from "./scenarios.ts";
import type { Trial } from "./trial.ts";
import type { World } from "./world.ts";

export interface LieCampaign {
  /** Of the test, to see a failure again. */
  readonly name: string;
  readonly world: World;
  readonly scenarios: readonly Scenario[];
  /** Trials for each of them at most, one way round. */
  readonly sample: number;
  /** Who lies in the full form; default: both. */
  readonly liars?: readonly Side[];
  /** In the full form, at how many places of a kind a lie is told. */
  readonly places: number;
}

interface Case extends Trial, Order {
  readonly honest: Course;
  /** Of the place. */
  readonly kind: string;
}

/** Most of a trial is waiting. */
const perProcessor = 2;
const again = 2;

export async function conductLies(campaign: LieCampaign): Promise<Outcome> {
  const { name, world, liars = sides } = campaign;
  const places = Number(process.env["PLACES"] ?? campaign.places);
  return conductAny<Case>({
    ...campaign,
    what: "lies",
    cases: (trial) => casesOf(world, trial),
    kindOf: ({ lie }) => lie.name,
    choose: (cases) => {
      const some = cases.filter(({ side }) => liars.includes(side));
      return choose(some, { traitsOf, places });
    },
    ...{ perProcessor, again },
    attempt: (one) => attempt(world, one),
    commandFor: (one) => commandFor(name, one),
  });
}

function traitsOf({ scenario, flipped, side, at, kind, lie }: Case) {
  return { place: `${scenario.name} ${flipped} ${side} ${at}`, kind, scenario: scenario.name, lie: lie.name };
}

async function casesOf(world: World, trial: Trial) {
  const honest = await runCourse(world, trial);
  const cases = sides.flatMap((side) =>
    worthLies(honest.said[side], randomFor(trial)).flatMap(({ response, around, kind, at }) =>
      lies
        .filter((lie) => lie.tell(response, around) !== undefined)
        .map((lie): Case => ({ ...trial, honest, kind, side, at, lie })),
    ),
  );
  const flawed = wrongs(trial, { course: honest, honest });
  return { cases: cases.filter(isMeant), flawed: flawed.length > 0 ? [...flawed, honest.output] : [] };
}

interface Place extends Said {
  readonly kind: string;
  readonly at: number;
}

/** Of a hundred places in one run that are alike, the first, the last, and one between them. */
function worthLies(said: readonly Said[], random: Random): readonly Place[] {
  const all = said.map((one, before): Place => {
    const { command, response } = one;
    return { ...one, kind: kindOf({ command, text: response.text }), at: before + 1 };
  });
  if (process.env["RESPONSE"] !== undefined) return all;
  return [...groupBy(all, ({ kind }) => kind).values()].flatMap((alike) => [
    alike[0]!,
    ...(alike.length > 2 ? [random.pick(alike.slice(1, -1))] : []),
    ...(alike.length > 1 ? [alike.at(-1)!] : []),
  ]);
}

function isMeant({ side, at, lie }: Order): boolean {
  return isAskedFor("SIDE", side) && isAskedFor("RESPONSE", at) && isAskedFor("LIE", lie.name);
}

async function attempt(world: World, one: Case): Promise<Attempt> {
  const { honest } = one;
  try {
    // Mailboxes that are synchronised at once are not told of in the same order each time.
    const limits = (of: string): Limits => limitsFor(one.lie, of);
    const needsRepair = (of: string): boolean => limits(of).needsRepair === true;
    const course = await runCourse(world, { ...one, needsRepair }, one);
    const problems = wrongs(one, { course, honest, ...limits(course.told?.of ?? "") });
    if (problems.length > 0) problems.push(course.told?.words ?? "no lie was told", course.output);
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

type Limits = Pick<Unknowable, "mayDouble" | "needsRepair">;

function limitsFor(lie: Lie, text: string): Limits {
  const kinds = unknowable.filter((kind) => kind.lie.test(lie.name) && (kind.said?.test(text) ?? true));
  return {
    ...(kinds.some(({ mayDouble }) => mayDouble) && { mayDouble: true }),
    ...(kinds.some(({ needsRepair }) => needsRepair) && { needsRepair: true }),
  };
}

function commandFor(name: string, { scenario, flipped, side, at, lie }: Case): string {
  const where = `SCENARIO='${scenario.name}' FLIP=${Number(flipped)} SIDE=${side} RESPONSE=${at} LIE='${lie.name}'`;
  return `${where} node --import tsx --test --test-name-pattern='${name}' test/fault/lie.test.ts`;
}
