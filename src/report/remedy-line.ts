// Turns errors into lines, with the commands that settle them. Nothing else knows how this program was called, or how
// to write that for a shell.

import type { ErrorLine } from "../model/errors.ts";
import { displayName } from "../model/mailbox-name.ts";
import type { Hint, Remedy } from "../model/remedy.ts";
import { allTargets } from "../model/target.ts";
import { shellWord } from "../util/shell-word.ts";

/** `configFile`: as it was given on the command line. */
export function errorLines(configFile?: string): ErrorLine {
  const program = ["interimap", ...(configFile === undefined ? [] : [`--config=${configFile}`])];
  const textOf = (part: string | Remedy): string =>
    typeof part === "string" ? part : [...program, ...wordsOf(part)].map(shellWord).join(" ");
  const hintText = (hint: Hint): string => [hint].flat().map(textOf).join("");
  return ({ message, hint }) => (hint === undefined ? message : `${message}; ${hintText(hint)}`);
}

function wordsOf(remedy: Remedy): readonly string[] {
  switch (remedy.command) {
    case "sync":
      return [];
    case "repair":
    case "status":
    case "same-accounts":
      return [`--${remedy.command}`];
    case "login":
      return ["login", remedy.side];
    case "allow-mass-delete":
      return [`--${remedy.command}`, ...(remedy.mailbox === undefined ? [] : asNames([displayName(remedy.mailbox)]))];
    case "delete":
    case "rename": {
      const { command, names, targets = allTargets, delimiter } = remedy;
      const some = targets.length === allTargets.length ? [] : [`--target=${targets.join(",")}`];
      const given = names.map((name) => (delimiter === null ? name : name.replaceAll("\0", delimiter)));
      return [...some, `--${command}`, ...asNames(given)];
    }
  }
}

/** What begins with a dash is no option. */
function asNames(names: readonly string[]): readonly string[] {
  return names.some((name) => name.startsWith("-")) ? ["--", ...names] : names;
}
