// What yargs does for us: the help, the options that could come next, and the script for zsh. It is fed from the table
// of options, and loaded only by a process that ends afterwards.

import yargs from "yargs";
import { type Option, optionNamed, optionTable } from "./option-table.ts";
import { conclusion, introduction, synopsis } from "./usage.ts";

/** Longer lines are hard to read. */
const widest = 100;
const narrowest = 40;

const table: readonly Option[] = optionTable;

/** Ends with a line break. `columns`: of the terminal, if it is one. */
export async function helpText(columns = 80): Promise<string> {
  const help = plainYargs()
    .usage(introduction.join("\n\n"))
    .epilogue(conclusion.join("\n\n"))
    .wrap(Math.max(narrowest, Math.min(columns, widest)));
  // With the values in their names: yargs shows no others.
  for (const { name, value, valueName = "", group, describe, alias = [] } of table) {
    const shown = value === "none" ? name : value === "required" ? `${name}=${valueName}` : `${name}[=${valueName}]`;
    help.option(shown, { group: `${group}:`, describe, alias });
  }
  return `${synopsis}\n\n${(await help.getHelp()).replace(/ +$/gm, "")}\n`;
}

export interface Candidate {
  readonly word: string;
  readonly describe?: string | undefined;
}

/**
 * What may stand in the place of the last of `words`, as far as the table knows: options, and the values of one that stands
 * before it. The first word is the program. An option that excludes one that is there, or is there, is none of them.
 */
export async function tableCandidates(words: readonly string[]): Promise<readonly Candidate[]> {
  const asked = plainYargs();
  for (const { name, alias = [], choices } of table) {
    asked.option(name, { alias, ...(choices === undefined ? {} : { choices }) });
  }
  const found = new Set(await asked.getCompletion(words));
  const given = table.filter(({ name }) => words.some((word) => word === `--${name}` || word.startsWith(`--${name}=`)));
  const options = table.filter(({ name }) => found.delete(`--${name}`) && !given.some((one) => exclude(one, name)));
  const values = [...found].filter((word) => !word.startsWith("-")).map((word) => ({ word }));
  return [...options.map(({ name, describe }) => ({ word: `--${name}`, describe })), ...values];
}

function exclude({ name, conflicts }: Option, other: string): boolean {
  return conflicts?.includes(other) === true || optionNamed(other)?.conflicts?.includes(name) === true;
}

/** To be sourced, or to be loaded by zsh as a function. It asks for candidates as all scripts of yargs do. */
export function zshScript(): string {
  let script = "";
  const asked = plainYargs({ SHELL: "zsh" });
  asked.completion("completion", false);
  void asked.parse(["completion"], {}, (_error, _argv, output) => {
    script = output;
  });
  return `${script.replaceAll("interimap completion", "interimap --completion=zsh")}\n`;
}

/** Nothing but what it is told: no options of its own, no language files, no end of the process. */
function plainYargs(env: Readonly<Record<string, string>> = { SHELL: "" }): ReturnType<typeof yargs> {
  // It asks the environment which shell there is, once. A shell may be another one than the user's first.
  const former = { ...process.env };
  Object.assign(process.env, env, { ZSH_NAME: "" });
  try {
    return yargs([]).scriptName("interimap").locale("en").help(false).version(false).exitProcess(false);
  } finally {
    process.env = former;
  }
}
