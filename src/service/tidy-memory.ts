// V8 collects garbage only after enough allocation. A process that mostly waits gets there late, and stays large until
// then.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const intervalMs = 60_000;

/** Collects once a minute if `work`, a count, has gone up since. Returns what ends it. */
export function tidyMemory(work: () => number): () => void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  let before = 0;
  const tidying = setInterval(() => {
    const now = work();
    if (now > before) collect();
    before = now;
  }, intervalMs).unref();
  return () => {
    clearInterval(tidying);
  };
}
