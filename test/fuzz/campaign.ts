// Plays mutated transcripts, and says what went wrong with which, in as little as shows it.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { seededRandom } from "../support/random.ts";
import { removeScratch, scratchDirectory } from "../support/scratch.ts";
import { type Said, writeDialogue } from "./dialogue.ts";
import { readTwice } from "./reader.ts";
import { play } from "./replay.ts";
import { type Corpus, readCorpus, transcript } from "./transcripts.ts";
import { playSessions, type Sessions } from "./whole-session.ts";

export interface CampaignOptions {
  /** Of the first transcript; each has its own. */
  readonly seed: number;
  readonly count: number;
  /** With every so many transcripts go whole sessions of the same number; 200 unless told. */
  readonly sessionsEvery?: number;
  readonly onProgress?: (figures: Figures) => void;
}

export interface Figures {
  transcripts: number;
  sessions: number;
  /** Sessions with several lies because of which a message was deleted. With one lie, that is a failure. */
  losses: number;
  /** That servers said. */
  octets: number;
  /** In use when nothing was to be collected: at the beginning, and at most. */
  heap: { first: number; most: number };
}

export interface Failure {
  readonly seed: number;
  readonly fault: string;
  /** The dialogue, as short as could be found. */
  readonly shortest: string;
}

/** Each kind of failure is shown once; after so many kinds nobody reads on. */
const mostFailures = 10;
/** Transcripts between two looks at the memory. */
const lookEvery = 20_000;
/** More than caches of ours may take. */
const mostGrowth = 64 << 20;

export async function fuzz({
  seed,
  count,
  sessionsEvery = 200,
  onProgress,
}: CampaignOptions): Promise<{ figures: Figures; failures: Failure[] }> {
  const corpus = readCorpus();
  const failures = new Map<string, Failure>();
  let stray: string | undefined;
  const noteStray = (error: unknown): void => {
    stray = `nobody caught ${error instanceof Error ? String(error.stack) : String(error)}`;
  };
  process.on("unhandledRejection", noteStray).on("uncaughtException", noteStray);
  const figures: Figures = { transcripts: 0, sessions: 0, losses: 0, octets: 0, heap: { first: 0, most: 0 } };
  const directory = scratchDirectory("fuzz");
  const noteFailure = (failure: Failure): void => {
    if (!failures.has(kindOf(failure.fault))) failures.set(kindOf(failure.fault), failure);
  };
  try {
    for (let number = seed; number < seed + count && failures.size < mostFailures; number++) {
      const { octets, fault = stray } = await tryOne(corpus, number);
      figures.transcripts++;
      figures.octets += octets;
      if (fault !== undefined && !failures.has(kindOf(fault))) {
        failures.set(kindOf(fault), { seed: number, fault, shortest: await shorten(corpus, number, fault) });
      }
      if (count < sessionsEvery || number % sessionsEvery === 0) {
        const played = await playTwiceIfNeeded(number, directory);
        figures.sessions += 4;
        figures.octets += played.octets;
        if (played.lost > 0) figures.losses++;
        const failed = played.fault ?? stray;
        if (failed !== undefined) noteFailure({ seed: number, fault: failed, shortest: played.lies.join("\n") });
      }
      stray = undefined;
      if (figures.transcripts % lookEvery !== 0) continue;
      const grown = lookAtMemory(figures.heap);
      if (grown !== undefined) failures.set(grown, { seed: number, fault: grown, shortest: "" });
      onProgress?.(figures);
    }
  } finally {
    removeScratch(directory);
    process.off("unhandledRejection", noteStray).off("uncaughtException", noteStray);
  }
  return { figures, failures: [...failures.values()] };
}

/** A module that is loaded for the first time takes a while, in which timers run out: what is found so must be found again. */
async function playTwiceIfNeeded(seed: number, directory: string): Promise<Sessions> {
  const first = await playSessions(seed, directory);
  return first.fault === undefined ? first : playSessions(seed, directory);
}

async function tryOne(corpus: Corpus, seed: number, without?: ReadonlySet<number>) {
  const { said, random } = transcript(corpus, seed);
  const played = without === undefined ? said : said.filter((_, at) => !without.has(at));
  const readsTwice = random.chance(0.1);
  const { octets, fault } = await play(played, seededRandom(seed));
  return { octets, said, fault: fault ?? (readsTwice ? await readTwice(played, seededRandom(seed)) : undefined) };
}

/** Leaves out one line after the other, as long as the same goes wrong. */
async function shorten(corpus: Corpus, seed: number, fault: string): Promise<string> {
  const { said } = transcript(corpus, seed);
  const without = new Set<number>();
  for (let at = said.length - 1; at >= 0; at--) {
    without.add(at);
    const again = await tryOne(corpus, seed, without);
    if (again.fault === undefined || kindOf(again.fault) !== kindOf(fault)) without.delete(at);
  }
  return shown(said.filter((_, at) => !without.has(at)));
}

function shown(said: readonly Said[]): string {
  const text = writeDialogue(said);
  return text.length > 4000 ? `${text.slice(0, 4000)}…\n` : text;
}

/** The same defect, whatever the server's words. */
function kindOf(fault: string): string {
  const [first = "", second = ""] = fault.split("\n");
  return `${first.slice(0, 40)}${second}`;
}

function lookAtMemory(heap: Figures["heap"]): string | undefined {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  const used = heapUsed + external;
  if (heap.first === 0) heap.first = used;
  heap.most = Math.max(heap.most, used);
  return used - heap.first > mostGrowth
    ? `memory grows: ${String(heap.first)} octets, then ${String(used)}`
    : undefined;
}

function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}
