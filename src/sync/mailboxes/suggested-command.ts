// Command lines to offer to people, ready for a shell.

import { allTargets, type Target } from "../../model/target.ts";
import { shellWord } from "../../util/shell-word.ts";

/** How this program was called: its name, and what says which configuration file is meant. */
export type Program = readonly string[];

export interface Suggestion {
  readonly program: Program;
  readonly command: "delete" | "rename";
  /** As the program holds them. */
  readonly names: readonly string[];
  readonly targets?: readonly Target[] | undefined;
  /** The local server's, which the command line expects. */
  readonly delimiter: string | null;
}

export function suggestedCommand({ program, command, names, targets = allTargets, delimiter }: Suggestion): string {
  const some = targets.length === allTargets.length ? [] : [`--target=${targets.join(",")}`];
  const words = names.map((name) => shellWord(delimiter === null ? name : name.replaceAll("\0", delimiter)));
  const guard = names.some((name) => name.startsWith("-")) ? ["--"] : [];
  return programLine(program, [...some, `--${command}`, ...guard, ...words]);
}

/** `words` are ready for a shell. */
export function programLine(program: Program, words: readonly string[]): string {
  return [...program.map(shellWord), ...words].join(" ");
}
