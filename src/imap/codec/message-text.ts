// Keeps messages out of logs and errors, in whatever form a server puts them into its lines.

import { fetchItems } from "./fetch-items.ts";

const fetch = /^\* [0-9]+ FETCH /i;

/** Items that reveal nothing of a message's contents. */
const harmless: ReadonlyMap<string, RegExp> = new Map([
  ["UID", /^[0-9]+$/],
  ["FLAGS", /^\([^"{]*\)$/],
  ["MODSEQ", /^\([0-9]+\)$/],
  ["INTERNALDATE", /^"[0-9A-Za-z :+-]{1,40}"$/],
  ["RFC822.SIZE", /^-?[0-9]+$/],
]);

const marker = /^~?\{[0-9]+\+?\}\r?\n$/;

/** A server's line, with the markers of literals but not their octets, and only those FETCH items that are known to be harmless. */
export function withoutMessageText(line: string): string {
  const head = fetch.exec(line)?.[0];
  if (head === undefined) return line;
  const { items, isComplete } = fetchItems(line);
  const shown = items.map(({ name, value }) => {
    const isShown = value === "NIL" || marker.test(value) || harmless.get(name)?.test(value) === true;
    return `${name} ${isShown ? value.trimEnd() : "…"}`;
  });
  return `${head}(${shown.join(" ")}${isComplete ? ")" : " …"}`;
}

/** Untagged responses that hold nothing of messages; status texts are for people, and meant to be shown. */
const known =
  /^\* (?:OK|NO|BAD|BYE|PREAUTH|CAPABILITY|ENABLED|LIST|LSUB|STATUS|FLAGS|VANISHED|SEARCH|ESEARCH|NAMESPACE|ID|(?:[0-9]+ (?:EXISTS|EXPUNGE|RECENT)))(?: |$)/i;
const taggedOrPlus = /^(?:\+|[^\x00-\x20\x7f-\xff(){%*"\\+]{1,40} (?:OK|NO|BAD)(?: |$))/i;

/**
 * A server's line for the log. If a literal is longer than announced, its message goes on in lines of its own. So for a line
 * that is no response that we know, only the size is logged.
 */
export function lineForLog(line: string): string {
  if (known.test(line) || taggedOrPlus.test(line)) return line;
  return fetch.test(line) ? withoutMessageText(line) : `[${line.length} octets that are no known response]`;
}
