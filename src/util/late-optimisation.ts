// V8 optimises a function when it has run for a while, on another core. Most runs are over before that has paid: a fifth of
// the time that they took of both cores was for code that hardly ran any more.

import { setFlagsFromString } from "node:v8";

/** Four times as much as usual, in octets of bytecode run by one function between two looks at whether it is worth it. */
const budget = 270_336;

/** Later versions count in another way, have a quick compiler in between, and do not know the option. */
const isKnown = process.versions.v8.startsWith("11.");

let isSet = !isKnown;

/**
 * Call it before there is much to do; it costs a millisecond. Long runs are still optimised, a little later, and each function
 * by itself, together with the smallest of those that it calls only: the same code in many callers took as much time to
 * compile as it saved.
 */
export function optimiseLater(): void {
  if (isSet) return;
  isSet = true;
  setFlagsFromString(`--interrupt-budget=${String(budget)}`);
  setFlagsFromString("--max-inlined-bytecode-size-cumulative=0");
}
