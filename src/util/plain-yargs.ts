// yargs without a mind of its own. Loaded only by a process that ends with a text.

import yargs from "yargs";

export type PlainYargs = ReturnType<typeof yargs>;

/** Nothing but what it is told: no options of its own, no language files, no end of the process. */
export function plainYargs(program: string, env: Readonly<Record<string, string>> = { SHELL: "" }): PlainYargs {
  // It asks the environment which shell there is, once. A shell may be another one than the user's first.
  const former = { ...process.env };
  Object.assign(process.env, env, { ZSH_NAME: "" });
  try {
    return yargs([]).scriptName(program).locale("en").help(false).version(false).exitProcess(false);
  } finally {
    process.env = former;
  }
}

/** Longer lines are hard to read. */
const widest = 100;
const narrowest = 40;

/** To be wrapped to. `columns`: of the terminal, if it is one. */
export function readableWidth(columns = 80): number {
  return Math.max(narrowest, Math.min(columns, widest));
}
