// Parsers of plain values: text, choices, lists, numbers. Each throws BadValue.

import type { DeletionLimit } from "../model/deletion-limit.ts";
import { encodeUtf7 } from "../model/mailbox-name.ts";
import { BadValue } from "./bad-value.ts";

/** Any text but none. */
export function nonEmpty(expected: string): (text: string) => string {
  return (text) => {
    if (text === "") throw new BadValue(expected);
    return text;
  };
}

export function oneOf<T extends string>(...choices: readonly [T, ...T[]]): (text: string) => T {
  return (text) => {
    const choice = choices.find((candidate) => candidate === text);
    if (choice === undefined) throw new BadValue(alternatives(choices));
    return choice;
  };
}

export function yesNo(text: string): boolean {
  const upper = text.toUpperCase();
  if (upper !== "YES" && upper !== "NO") throw new BadValue("YES or NO");
  return upper === "YES";
}

/** Of IANA's and Debian's lists of services, those that can be meant. */
const services: ReadonlyMap<string, number> = new Map([
  ["imap", 143],
  ["imap2", 143],
  ["imaps", 993],
  ["socks", 1080],
]);

export function port(text: string): number {
  const number = services.get(text) ?? (/^\d{1,5}$/.test(text) ? Number(text) : 0);
  if (number < 1 || number > 65535) throw new BadValue("a port number from 1 to 65535");
  return number;
}

/** A number of messages, or a share of all. */
export function deletionLimit(text: string): DeletionLimit {
  const [, number, percent] = /^(\d{1,9})(%?)$/.exec(text) ?? [];
  if (number === undefined || (percent === "%" && Number(number) > 100)) {
    throw new BadValue("a number of messages, or a percentage such as 50%");
  }
  return percent === "%" ? { share: Number(number) / 100 } : { messages: Number(number) };
}

/** At least one, and few enough to be meant. */
export function count(text: string): number {
  const number = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > 100) throw new BadValue("a number from 1 to 100");
  return number;
}

/** As systemd.exec(5) has it: a file name, without what means something to systemd or to a shell's path. */
export function credentialName(text: string): string {
  if (!/^(?!\.\.?$)[^\0-\x20\x7f-\uffff/:]{1,255}$/.test(text)) {
    throw new BadValue("the name of a credential, which has no blank, slash or colon");
  }
  return text;
}

/** At least one, and as many as can be listed. */
export function largeCount(text: string): number {
  const number = /^\d{1,8}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > 10_000_000) throw new BadValue("a number from 1 to 10000000");
  return number;
}

/** A length of time, in seconds. */
export function seconds(text: string): number {
  const number = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > 2_000_000) throw new BadValue("a number of seconds from 1 to 2000000");
  return number;
}

/**
 * Text that goes to the server as a mailbox name does: in modified UTF-7, or, where it has characters outside ASCII, as people
 * read it.
 */
export function mailboxText(text: string): string {
  if (/^[\0-\x7f]*$/.test(text)) return text;
  return text.replace(/&|[^\0-\x7f]+/g, encodeUtf7);
}

/** RFC 3501 section 9, atom; RFC 5258 section 6, list-select-opt. Upper-cased; may be empty. */
export function atoms(text: string): readonly string[] {
  return words(text).map((word) => {
    if (!/^[^\0-\x20\x7f-\uffff(){%*"\\\]]+$/.test(word)) {
      throw new BadValue("words such as SUBSCRIBED, separated by spaces");
    }
    return word.toUpperCase();
  });
}

/** RFC 6154, special uses as LIST has them. In lower case; may be empty. */
export function uses(text: string): readonly string[] {
  return words(text).map((word) => {
    if (!/^\\[A-Za-z]+$/.test(word)) throw new BadValue("special uses such as \\All, separated by spaces");
    return word.toLowerCase();
  });
}

/** Those words of a list that are known, at least one; their case does not matter. */
export function someOf<T extends string>(...choices: readonly [T, ...T[]]): (text: string) => readonly T[] {
  return (text) => {
    const known = words(text.toUpperCase()).flatMap((word) => choices.filter((choice) => choice === word));
    if (known.length === 0) throw new BadValue(alternatives(choices));
    return known;
  };
}

export function words(text: string): readonly string[] {
  return text.split(/[ \t]+/).filter((word) => word !== "");
}

function alternatives(choices: readonly string[]): string {
  return choices.length < 2 ? choices.join() : `${choices.slice(0, -1).join(", ")} or ${choices.at(-1)}`;
}
