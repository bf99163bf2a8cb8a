// Changes what a server says, with a knowledge of IMAP's grammar: pure functions of text and randomness.

import type { Random } from "../support/random.ts";
import type { Said } from "./dialogue.ts";

/** Of one response, with its literals and line end. */
type TextMutator = (text: string, random: Random) => string;

/** Of all that is said; what the server says may be anything, commands are left alone. */
type DialogueMutator = (said: Said[], random: Random, others: readonly Said[]) => void;

const numbers: readonly string[] = [
  ...["0", "1", "2", "3", "00", "01", "007", "-1", "-0", "+5", "1e3", "0x10", "4294967295", "4294967296"],
  ...["2147483648", "9007199254740992", "9223372036854775807", "9223372036854775808", "18446744073709551615"],
  ...["18446744073709551616", "99999999999999999999", "9".repeat(400), "", "*", "1:*", "1,", "1:2", "4294967295:1"],
];

const words: readonly string[] = [
  ...[
    "NIL",
    "nil",
    '""',
    '"',
    '"\\',
    "()",
    "(",
    ")",
    "((",
    "))",
    "[",
    "]",
    "{",
    "}",
    "{0}",
    "{3}",
    "{5+}",
    "~{4}",
    "{-1}",
  ],
  ...[
    "{4294967296}",
    "{99999999999999999999}",
    "{70000}",
    "\\",
    "\\*",
    "\\Deleted",
    "\\Noselect",
    "\\NonExistent",
    "%",
    "*",
  ],
  ...[
    "FETCH",
    "EXISTS",
    "EXPUNGE",
    "VANISHED",
    "(EARLIER)",
    "FLAGS",
    "LIST",
    "STATUS",
    "UID",
    "MODSEQ",
    "BODY[]",
    "BINARY[]",
  ],
  ...[
    "BODY[]<0>",
    "BODY[HEADER.FIELDS (X)]",
    "INTERNALDATE",
    "RFC822.SIZE",
    "ENVELOPE",
    "X-GM-MSGID",
    "OK",
    "NO",
    "BAD",
    "BYE",
  ],
  ...[
    "PREAUTH",
    "[CLOSED]",
    "[ALERT]",
    "[UIDVALIDITY 1]",
    "[UIDNEXT 1]",
    "[HIGHESTMODSEQ 1]",
    "[NOMODSEQ]",
    "[MODIFIED 1:*]",
  ],
  ...[
    "[APPENDUID 1 1]",
    "[APPENDUID 0 0]",
    "[COPYUID 1 1 1]",
    "[TRYCREATE]",
    "[UIDNOTSTICKY]",
    "[READ-ONLY]",
    "[INUSE]",
  ],
  ...[
    "[CAPABILITY IMAP4rev1]",
    "[MESSAGELIMIT 1]",
    "[NOTIFICATIONOVERFLOW]",
    "[REFERRAL imap://x/]",
    "OLDNAME",
    '("OLDNAME" ("a"))',
  ],
  ...[
    "\0",
    "\r",
    "\n",
    "\x1b[2J",
    "\x7f",
    "\x80",
    "\xff\xfe",
    "\xc3\xa9",
    "\xe2\x80\xae",
    "&AOk-",
    "&",
    "&-",
    "INBOX",
    "inbox",
    "/",
    ".",
  ],
  ...["hunter2hunter2", "aHVudGVyMmh1bnRlcjI=", "AGh1bnRlcjJodW50ZXIy"],
];

const lines: readonly string[] = [
  ...[
    "+ ",
    "+",
    "+ go ahead",
    "* BYE [UNAVAILABLE] later",
    "* BAD what",
    "* NO [ALERT] look",
    "* OK [ALERT] \x1b]0;x\x07",
    "*",
    "* ",
  ],
  ...[
    "* OK [CLOSED]",
    "* 0 EXISTS",
    "* 4294967296 EXISTS",
    "* 1 EXPUNGE",
    "* 99 EXPUNGE",
    "* 0 EXPUNGE",
    "* VANISHED 1:4294967295",
  ],
  ...[
    "* VANISHED (EARLIER) 1:*",
    "* VANISHED 0",
    "* VANISHED",
    "* 1 FETCH (UID 1 FLAGS (\\Deleted))",
    "* 1 FETCH (FLAGS ())",
    "* 1 FETCH ()",
  ],
  ...[
    "* 1 FETCH (UID 0 FLAGS ())",
    "* 1 FETCH (UID 1 BODY[] NIL)",
    "* 1 FETCH (UID 1 BODY[] {70000}",
    "* 1 FETCH (UID 1 MODSEQ (0))",
  ],
  ...[
    "* FLAGS ()",
    "* OK [PERMANENTFLAGS ()]",
    "* LIST () NIL x",
    '* LIST () "/" ""',
    '* LIST () "\\\\" {3}',
    "* STATUS x ()",
    "* SEARCH",
  ],
  ...[
    '* ESEARCH (TAG "a1") UID ALL 1:4294967295',
    "* ENABLED",
    "* CAPABILITY",
    "* CAPABILITY IMAP4rev1 LOGINDISABLED",
    "* PREAUTH x",
  ],
  ...[
    "a0 OK",
    "a1 OK done",
    "a2 NO no",
    "a3 BAD bad",
    "a999 OK who",
    "A1 OK",
    "a1 ok",
    "a1  OK",
    "a1 OKAY",
    "* OK {5}",
    "* X {9999999}",
  ],
  ...["a1 OK [UIDVALIDITY {1}", "DONE", "\x16\x03\x01", "HTTP/1.1 400 Bad Request", "220 smtp ESMTP", "-ERR", ""],
];

/** A word, a bracket, or what is between them. */
const token = /"(?:[^"\\\r\n]|\\.)*"|\{\d+\+?\}|[^\s()"[\]{}]+|[()[\]]/g;

function tokensOf(text: string): { readonly at: number; readonly text: string }[] {
  return [...text.slice(0, 4000).matchAll(token)].map((found) => ({ at: found.index, text: found[0] }));
}

function withToken(text: string, random: Random, change: (token: string) => string): string {
  const tokens = tokensOf(text);
  if (tokens.length === 0) return text;
  const { at, text: old } = random.pick(tokens);
  return text.slice(0, at) + change(old) + text.slice(at + old.length);
}

function place(text: string, random: Random): number {
  return random.integer(0, Math.max(0, text.length - 1));
}

function octet(random: Random): string {
  return String.fromCharCode(random.integer(0, 255));
}

const ofText: readonly TextMutator[] = [
  // Another word in the place of one, as often a number for a number.
  (text, random) => withToken(text, random, () => random.pick(words)),
  (text, random) => text.replace(/\d+/g, (number) => (random.chance(0.3) ? random.pick(numbers) : number)),
  (text, random) =>
    withToken(text, random, (one) => (/^\d+$/.test(one) ? random.pick(numbers) : one + random.pick(words))),
  // Two words change places; one is said twice, or not at all.
  (text, random) => {
    const tokens = tokensOf(text);
    if (tokens.length < 2) return text;
    const [one, other] = [random.pick(tokens), random.pick(tokens)].sort((a, b) => a.at - b.at);
    if (one === undefined || other === undefined || one.at === other.at) return text;
    const between = text.slice(one.at + one.text.length, other.at);
    return text.slice(0, one.at) + other.text + between + one.text + text.slice(other.at + other.text.length);
  },
  (text, random) => withToken(text, random, (one) => `${one} ${one}`),
  (text, random) => withToken(text, random, () => ""),
  // A literal is longer or shorter than it is said to be.
  (text, random) => {
    const change = (size: number): string =>
      random.pick([String(size + 1), String(size - 1), String(size + random.integer(2, 2000)), "0", ...numbers]);
    return text.replace(
      /\{(\d+)\}/,
      (_, size: string) => `${random.pick(["", "~", ""])}{${change(Number(size))}${random.pick(["", "+", ""])}}`,
    );
  },
  // A string becomes a literal, and a literal a string.
  (text) => text.replace(/"([^"\\\r\n]*)"/, (_, inside: string) => `{${String(inside.length)}}\r\n${inside}`),
  (text) => text.replace(/\{\d+\}\r\n([^"\\\r\n]*)/, (_, inside: string) => `"${inside}"`),
  // Octets.
  (text, random) => {
    const at = place(text, random);
    const flipped = text.charCodeAt(at) ^ (1 << random.integer(0, 7));
    return text.slice(0, at) + String.fromCharCode(flipped & 0xff) + text.slice(at + 1);
  },
  (text, random) => {
    const at = place(text, random);
    return (
      text.slice(0, at) + Array.from({ length: random.integer(1, 8) }, () => octet(random)).join("") + text.slice(at)
    );
  },
  (text, random) => {
    const at = place(text, random);
    return (
      text.slice(0, at) +
      random.pick(["\r\n", "\n", "\r", "\0", "\r\n\r\n", ...lines.map((line) => `\r\n${line}\r\n`)]) +
      text.slice(at)
    );
  },
  // Cut short, with or without its line end; or without its beginning.
  (text, random) => text.slice(0, place(text, random)),
  (text, random) => `${text.slice(0, place(text, random))}\r\n`,
  (text, random) => text.slice(place(text, random)),
  // Deep, and long.
  (text, random) =>
    withToken(
      text,
      random,
      (one) => "(".repeat(depth(random)) + one + (random.chance(0.5) ? ")".repeat(depth(random)) : ""),
    ),
  (text, random) => withToken(text, random, (one) => `${one} `.repeat(random.integer(2, 300))),
  (text, random) =>
    withToken(
      text,
      random,
      (one) => random.pick(["x", "\\", "(", '"', "{", "1,", "1:2,", "\xff"]).repeat(depth(random)) + one,
    ),
  // In other letters.
  (text) => text.toLowerCase(),
  (text) => text.toUpperCase(),
  (text) => text.replaceAll("\r\n", "\n"),
  (text) => text.replaceAll(" ", "  "),
];

/** Rarely enough for a stack to run over. */
function depth(random: Random): number {
  return random.chance(0.02) ? random.integer(5000, 40_000) : random.integer(1, 60);
}

function serverIndex(said: readonly Said[], random: Random): number | undefined {
  for (let tries = 0; tries < 20; tries++) {
    const at = random.integer(0, said.length - 1);
    if (said[at]?.from === "server") return at;
  }
  return undefined;
}

function fromServer(text: string): Said {
  return { from: "server", text };
}

function changing(
  change: (text: string, random: Random, others: readonly Said[]) => readonly string[],
): DialogueMutator {
  return (said, random, others) => {
    const at = serverIndex(said, random);
    const old = at === undefined ? undefined : said[at];
    if (at === undefined || old === undefined) return;
    said.splice(at, 1, ...change(old.text, random, others).map(fromServer));
  };
}

function someText(others: readonly Said[], random: Random): string {
  const at = serverIndex(others, random);
  return at === undefined ? "* OK\r\n" : others[at]!.text;
}

const ofDialogue: readonly DialogueMutator[] = [
  // Not said, said twice, said many times.
  changing(() => []),
  changing((text) => [text, text]),
  changing((text, random) => Array.from({ length: random.integer(2, 40) }, () => text)),
  // Something else is said before it, or in its place.
  changing((text, random) => [`${random.pick(lines)}\r\n`, text]),
  changing((text, random, others) => [someText(others, random), text]),
  changing((_, random, others) => [someText(others, random)]),
  // One in the middle of another.
  changing((text, random, others) => {
    const at = place(text, random);
    return [text.slice(0, at) + someText(others, random) + text.slice(at)];
  }),
  // Two change places: answers come before their questions.
  (said, random) => {
    const [one, other] = [serverIndex(said, random), serverIndex(said, random)];
    if (one === undefined || other === undefined) return;
    [said[one], said[other]] = [said[other]!, said[one]!];
  },
  // The tags of two answers.
  (said, random) => {
    const at = serverIndex(said, random);
    if (at === undefined) return;
    const tag = random.pick(["a0", "a1", "a2", "a5", "a9", "*", "+", "A0", "a00"]);
    said[at] = fromServer(said[at]!.text.replace(/^\S+/, tag));
  },
  changing((text, random) => [
    text.replace(
      /^(\S+) (OK|NO|BAD)/,
      (_, tag: string) => `${tag} ${random.pick(["OK", "NO", "BAD", "BYE", "PREAUTH", ""])}`,
    ),
  ]),
  // The end.
  (said, random) => {
    const at = serverIndex(said, random);
    if (at === undefined) return;
    said[at] = fromServer(said[at]!.text.slice(0, place(said[at]!.text, random)));
    said.length = at + 1;
  },
];

/** A changed copy; `others` are what more can be said. */
export function mutateDialogue(said: readonly Said[], random: Random, others: readonly Said[]): Said[] {
  const changed = [...said];
  const times = random.pick([1, 1, 1, 2, 2, 3, 5, 10]);
  for (let i = 0; i < times && changed.length > 0; i++) {
    if (random.chance(0.35)) random.pick(ofDialogue)(changed, random, others);
    else changing((text) => [mutateText(text, random)])(changed, random, others);
  }
  return changed;
}

export function mutateText(text: string, random: Random): string {
  return random.pick(ofText)(text, random).slice(0, 200_000);
}
