// `login [local | remote]`: the one command that is a word of its own.

import { type Side, sides } from "../model/side.ts";
import { printable } from "../util/printable.ts";
import { usageError } from "./usage-error.ts";

const command = "login";
/** Options that are commands: with these, a `login` is a MAILBOX. */
const others = ["watch", "notify", "repair", "delete", "rename", "status"];
/** Options of other commands. */
const foreign = ["allow-mass-delete", "same-accounts"];

/**
 * `words`: the arguments that are no options, without those after `--`, which are always mailboxes. Undefined: no such command.
 * @throws InterimapError USAGE
 */
export function loginOf(
  words: readonly string[],
  { given, hasMore }: { readonly given: ReadonlySet<string>; readonly hasMore: boolean },
): { readonly side: Side | undefined } | undefined {
  const [word, place, ...rest] = words;
  if (word !== command || others.some((option) => given.has(option))) return undefined;
  const option = foreign.find((name) => given.has(name));
  if (option !== undefined) throw usageError(`login and --${option} exclude each other`);
  if (place === undefined && !hasMore) return { side: undefined };
  const side = sides.find((one) => one === place);
  if (side !== undefined && rest.length === 0 && !hasMore) return { side };
  const wrong = printable(side === undefined ? (place ?? "--") : (rest[0] ?? "--"));
  throw usageError(`login takes local or remote, not "${wrong}"`, "for a mailbox of that name, write: -- login");
}

/** What of this may come behind the arguments `before`; `isAll`: nothing else may. */
export function loginCandidates(before: readonly string[]): {
  readonly words: readonly string[];
  readonly isAll: boolean;
} {
  const isOther = before.some((word) => word === "--" || others.some((option) => word.split("=")[0] === `--${option}`));
  const words = before.filter((word, index) => !word.startsWith("-") && before[index - 1] !== "--config");
  if (isOther || (words.length > 0 && words[0] !== command)) return { words: [], isAll: false };
  if (words.length === 0) return { words: [command], isAll: false };
  return { words: words.length === 1 ? sides : [], isAll: true };
}
