// What yargs does for us: the help, and the options that could come next. It is fed from the table of options, and loaded
// only by a process that ends afterwards.

import { helpPage, plainYargs } from "../util/plain-yargs.ts";
import type { Candidate } from "../util/shell/completion-lines.ts";
import { type Option, optionNamed, optionTable } from "./option-table.ts";
import { conclusion, introduction, synopsis } from "./usage.ts";

const program = "interimap";

const table: readonly Option[] = optionTable;

export function helpText(columns?: number): Promise<string> {
  return helpPage(program, {
    synopsis,
    introduction,
    conclusion,
    columns,
    describe: (help) => {
      // With the values in their names: yargs shows no others.
      for (const { name, value, valueName = "", group, describe, alias = [] } of table) {
        const shown =
          value === "none" ? name : value === "required" ? `${name}=${valueName}` : `${name}[=${valueName}]`;
        help.option(shown, { group: `${group}:`, describe, alias });
      }
    },
  });
}

/**
 * What may stand in the place of the last of `words`, as far as the table knows: options, and the values of one that stands
 * before it. The first word is the program. An option that excludes one that is there, or is there, is none of them.
 */
export async function tableCandidates(words: readonly string[]): Promise<readonly Candidate[]> {
  const asked = plainYargs(program);
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
