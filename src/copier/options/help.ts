// The text of --help, which yargs makes of the table of options.

import { plainYargs, readableWidth } from "../../util/plain-yargs.ts";
import { type OptionSpec, optionTable } from "./option-table.ts";

const table: Readonly<Record<string, OptionSpec>> = optionTable;

/** Ends with a line break. `columns`: of the terminal, if it is one. */
export async function helpText(columns?: number): Promise<string> {
  const help = plainYargs("imapsync").usage("Usage: imapsync [OPTION]...").wrap(readableWidth(columns));
  for (const [name, { group }] of Object.entries(table)) help.option(name, { group: `${group}:` });
  return `${(await help.getHelp()).replace(/ +$/gm, "")}\n`;
}
