// fast-check, with the same examples in each run: a change is judged by what it does, not by luck. RUNS=1000 looks at other
// ones; SEED=n repeats them.

import fc from "fast-check";

const { RUNS, SEED } = process.env;

/** Of this run; a positive integer of 31 bits. */
export const exampleSeed = Number(SEED ?? (RUNS === undefined ? 4711 : 1 + Math.trunc(Math.random() * 2 ** 31)));

fc.configureGlobal({ seed: exampleSeed });

export { default as fc } from "fast-check";
