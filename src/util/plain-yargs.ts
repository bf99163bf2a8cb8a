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

export interface HelpPage {
  /** The lines before all others, which are not wrapped. */
  readonly synopsis: string;
  readonly introduction: readonly string[];
  readonly conclusion: readonly string[];
  /** Columns of the terminal, if it is one. */
  readonly columns: number | undefined;
  readonly describe: (help: PlainYargs) => void;
}

/** Longer lines are hard to read. */
const widest = 100;
const narrowest = 40;

/** The text of --help, which ends with a line break. `describe` adds commands and options between paragraphs of text. */
export async function helpPage(program: string, page: HelpPage): Promise<string> {
  const { synopsis, introduction, conclusion, columns = 80, describe } = page;
  const help = plainYargs(program)
    .usage(introduction.join("\n\n"))
    .epilogue(conclusion.join("\n\n"))
    .wrap(Math.max(narrowest, Math.min(columns, widest)));
  describe(help);
  return `${synopsis}\n\n${(await help.getHelp()).replace(/ +$/gm, "")}\n`;
}
