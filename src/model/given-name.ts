// What a MAILBOX on the command line may mean: people type it as IMAP has it, or copy it from a line of ours. Pure.

import { printable } from "../util/printable.ts";
import { InterimapError } from "./errors.ts";
import { canonicalName, decodeUtf7, encodeUtf7 } from "./mailbox-name.ts";

/**
 * The program's names, or patterns, that may be meant, each once. IMAP's notation comes first: modified UTF-7, and the local
 * server's hierarchy delimiter. Lines have UTF-8, and `/` whatever the delimiter.
 */
export function readings(argument: string, delimiter: string | null): readonly string[] {
  const shown = encodeUtf7(argument);
  const meant = unescaped(argument);
  // Some servers have control characters as they are.
  const odd = meant !== argument && /^[\x01-\x7e]*$/.test(meant) ? [meant] : [];
  return spelt([...(isAscii(argument) ? [argument] : []), shown, encodeUtf7(meant), ...odd], delimiter);
}

/** Those that make sense as the name of a mailbox that is not there yet. */
export function newNames(argument: string, delimiter: string | null): readonly string[] {
  const isImap = isAscii(argument) && encodeUtf7(decodeUtf7(argument)) === argument;
  return spelt([isImap ? argument : encodeUtf7(argument)], delimiter);
}

/** Which of the readings is meant: the one of which there is a mailbox, else the first. @throws InterimapError USAGE */
export function meantBy(argument: string, delimiter: string | null, there: ReadonlySet<string>): string {
  const all = readings(argument, delimiter);
  return (
    theOnly(
      argument,
      delimiter,
      all.filter((name) => there.has(name)),
    ) ??
    all[0] ??
    argument
  );
}

/** Undefined: there is none. @throws InterimapError USAGE when there are several. */
export function theOnly(argument: string, delimiter: string | null, names: readonly string[]): string | undefined {
  const [only, ...others] = names;
  if (others.length === 0) return only;
  const written = names.map((name) => `"${delimiter === null ? name : name.replaceAll("\0", delimiter)}"`);
  throw new InterimapError("USAGE", `MAILBOX "${printable(argument)}" may mean ${written.join(" or ")}`, {
    hint: "those are in IMAP's notation; write it so that it has one meaning, or rename one of the mailboxes",
  });
}

/** None that the local server cannot have. */
function spelt(spellings: readonly string[], delimiter: string | null): string[] {
  if (delimiter === null) return [...new Set(spellings.map(canonicalName))];
  const names = spellings.flatMap((spelling) =>
    [delimiter, "/"].map((one) => canonicalName(spelling.replaceAll(one, "\0"))),
  );
  return [...new Set(names)].filter((name) => !name.includes(delimiter));
}

/** Lines have some characters as `\x1b` or `\u202e`, and a backslash as it is. */
function unescaped(text: string): string {
  return text.replace(/\\(?:x([0-9a-f]{2})|u([0-9a-f]{4}))/g, (_, two: string | undefined, four: string | undefined) =>
    String.fromCharCode(Number.parseInt(two ?? four ?? "", 16)),
  );
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}
