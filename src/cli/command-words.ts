// `login [local | remote]`, `check [local | remote]`, `init` and `import KIND [FILE]`: the commands that are words of their own.

import { type ImportKind, importKinds } from "../commands/import/import-kinds.ts";
import { type Side, sides } from "../model/side.ts";
import { printable } from "../util/printable.ts";
import { usageError } from "./usage-error.ts";

export const commandWords = ["check", "import", "init", "login"] as const;
export type CommandWord = (typeof commandWords)[number];

/** Options that are commands: with these, a `login` is a MAILBOX. */
const others = ["watch", "notify", "repair", "delete", "rename", "status", "health"];
/** Options of other commands. */
const foreign = ["allow-mass-delete", "dry-run", "same-accounts"];

export type WordInvocation =
  | { readonly command: Exclude<CommandWord, "import">; readonly side: Side | undefined }
  | { readonly command: "import"; readonly kind: ImportKind; readonly file: string | undefined };

/**
 * `words`: the arguments that are no options, without those after `--`, which are always mailboxes. Undefined: no such command.
 * @throws InterimapError USAGE
 */
export function commandOf(
  words: readonly string[],
  { given, hasMore }: { readonly given: ReadonlySet<string>; readonly hasMore: boolean },
): WordInvocation | undefined {
  const [word, place, ...rest] = words;
  const command = commandWords.find((one) => one === word);
  if (command === undefined || others.some((option) => given.has(option))) return undefined;
  const option = foreign.find((name) => given.has(name));
  if (option !== undefined) throw usageError(`${command} and --${option} exclude each other`);
  if (command !== "check" && given.has("all"))
    throw usageError(`${command} and --all exclude each other`, "name one account with --config=NAME.");
  if (command === "import") return importOf(place, rest, hasMore);
  if (place === undefined && !hasMore) return { command, side: undefined };
  if (command === "init")
    throw usageError(`init takes no "${printable(place ?? "--")}"`, "write -- init for a mailbox of that name.");
  const side = sides.find((one) => one === place);
  if (side !== undefined && rest.length === 0 && !hasMore) return { command, side };
  const wrong = printable(side === undefined ? (place ?? "--") : (rest[0] ?? "--"));
  throw usageError(
    `${command} takes local or remote, not "${wrong}"`,
    `write -- ${command} for a mailbox of that name.`,
  );
}

function importOf(place: string | undefined, [file, ...more]: readonly string[], hasMore: boolean): WordInvocation {
  const kind = importKinds.find((one) => one === place);
  const wrong = kind === undefined ? place : hasMore ? "--" : more[0];
  if (kind !== undefined && wrong === undefined) return { command: "import", kind, file };
  throw usageError(
    `import takes ${importKinds.join(" or ")}, and then a file${wrong === undefined ? "" : `, not "${printable(wrong)}"`}`,
    "write -- import for a mailbox of that name.",
  );
}

/** What of this may come behind the arguments `before`; `isAll`: nothing else may. */
export function wordCandidates(before: readonly string[]): {
  readonly words: readonly string[];
  readonly isAll: boolean;
} {
  const isOther = before.some((word) => word === "--" || others.some((option) => word.split("=")[0] === `--${option}`));
  const words = before.filter((word, index) => !word.startsWith("-") && before[index - 1] !== "--config");
  const isCommand = commandWords.some((one) => one === words[0]);
  if (isOther || (words.length > 0 && !isCommand)) return { words: [], isAll: false };
  if (words.length === 0) return { words: commandWords, isAll: false };
  if (words.length > 1 || words[0] === "init") return { words: [], isAll: true };
  return { words: words[0] === "import" ? importKinds : sides, isAll: true };
}
