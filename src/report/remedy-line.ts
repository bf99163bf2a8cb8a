// Turns errors into lines, with the commands that settle them. Nothing else knows how this program was called, or how
// to write that for a shell.

import type { ErrorLine, InterimapError } from "../model/errors.ts";
import { displayName } from "../model/mailbox-name.ts";
import type { Remedy } from "../model/remedy.ts";
import { allTargets } from "../model/target.ts";
import { shellWord } from "../util/shell-word.ts";

/** `configFile`: as it was given on the command line. */
export function errorLines(configFile?: string): ErrorLine {
  const remedyOf = remedies(configFile);
  return (error) => {
    const remedy = remedyOf(error);
    return remedy === undefined ? error.message : `${error.message}; ${remedy.text}`;
  };
}

/** What a user can do about an error; undefined: nothing is known. */
export type RemedyOf = (error: InterimapError) => RemedyText | undefined;

interface RemedyText {
  readonly text: string;
  /** Those in the text, as arguments. */
  readonly commands: string[][];
}

/** As {@link errorLines}, apart from what is wrong. */
export function remedies(configFile?: string): RemedyOf {
  const program = ["interimap", ...(configFile === undefined ? [] : [`--config=${configFile}`])];
  return ({ hint }) => {
    if (hint === undefined) return undefined;
    const parts = [hint].flat().map((part) => (typeof part === "string" ? part : [...program, ...wordsOf(part)]));
    return {
      text: parts.map((part) => (typeof part === "string" ? part : part.map(shellWord).join(" "))).join(""),
      commands: parts.filter((part) => typeof part !== "string"),
    };
  };
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
