// The text of --help, which yargs makes of the table of options.

import { helpPage } from "../../util/plain-yargs.ts";
import { optionGroups, type OptionSpec } from "./option-spec.ts";
import { optionTable } from "./option-table.ts";

const synopsis = `\
Usage: imapsync [OPTION]...
       imapsync --host1 HOST --user1 USER --passfile1 FILE
                --host2 HOST --user2 USER --passfile2 FILE [OPTION]...`;

/** Paragraphs. */
const introduction = [
  "Copies the folders and messages of one IMAP account, on host1, to another one, on host2. What is there already is not copied " +
    "again: start it as often as you like, and after any interruption.",
  "Options have one dash or two, may be shortened while they are unique, and take their value from the next word or after =. " +
    "--[no]x stands for --x and --nox. Where an option may be given several times, each has one value.",
] as const;

const conclusion =
  "Exit codes: 0 all done, 64 the command line is wrong, others something failed; see imapsync(1), also for what " +
  "each option does exactly.";

interface Row {
  /** More than one where they say the same of each host. */
  readonly names: readonly string[];
  readonly spec: OptionSpec;
}

export function helpText(columns?: number): Promise<string> {
  return helpPage("imapsync", {
    synopsis,
    introduction,
    conclusion: [obsoleteOptions(), conclusion],
    columns,
    describe: (help) => {
      for (const group of optionGroups) {
        for (const row of rows.filter(({ spec }) => spec.group === group))
          help.option(written(row), { group: `${group}:`, describe: described(row.spec) });
      }
    },
  });
}

const rows: readonly Row[] = Object.entries<OptionSpec>(optionTable).reduce<readonly Row[]>((all, [name, spec]) => {
  const last = all.at(-1);
  return last?.spec === spec && spec.group !== "Obsolete"
    ? [...all.slice(0, -1), { names: [...last.names, name], spec }]
    : [...all, { names: [name], spec }];
}, []);

/** Without the dashes of the first one, which yargs puts in front. */
function written({ names, spec }: Row): string {
  const no = spec.kind === "boolean" ? "[no]" : "";
  return `${names.map((name) => `${no}${name}`).join(", --")}${valueOf(spec)}`;
}

function valueOf(spec: OptionSpec): string {
  return "value" in spec ? `=${spec.choices?.join("|") ?? spec.value}` : "";
}

function described(spec: OptionSpec): string {
  if (spec.group === "Obsolete") return "";
  const byDefault = spec.absent ?? (spec.default === true ? "on" : spec.default);
  return byDefault === undefined ? spec.describe : `${spec.describe} [default: ${byDefault}]`;
}

function obsoleteOptions(): string {
  const names = rows.filter(({ spec }) => spec.group === "Obsolete").flatMap((row) => row.names);
  return `Accepted, and without effect: ${names.map((name) => `--${name}`).join(" ")}`;
}
