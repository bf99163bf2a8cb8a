// Mutated transcripts by number: the same number is always the same transcript.

import { readdirSync, readFileSync } from "node:fs";
import { type Random, seededRandom } from "../support/random.ts";
import { readDialogue, type Said } from "./dialogue.ts";
import { mutateDialogue } from "./mutate-dialogue.ts";

export interface Corpus {
  readonly dialogues: readonly (readonly Said[])[];
  /** Of all dialogues. */
  readonly all: readonly Said[];
}

export function readCorpus(): Corpus {
  const folder = new URL("corpus/", import.meta.url);
  const dialogues = readdirSync(folder)
    .sort()
    .map((name) => readDialogue(readFileSync(new URL(name, folder), "utf8")));
  return { dialogues, all: dialogues.flat() };
}

/** A part of a recorded dialogue, changed; and the randomness for all that is done with it. */
export function transcript(
  { dialogues, all }: Corpus,
  seed: number,
): { readonly said: Said[]; readonly random: Random } {
  const random = seededRandom(seed);
  const dialogue = random.pick(dialogues);
  const start = random.chance(0.2) ? 0 : random.integer(0, Math.max(0, dialogue.length - 10));
  const part = dialogue.slice(start, start + random.integer(3, 40));
  return { said: mutateDialogue(part, random, all), random };
}
