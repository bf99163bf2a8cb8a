// What a client may say, and hears, where an extension is absent. Extensions are named as in CAPABILITY, in upper case.

export type HasExtension = (...anyOf: readonly string[]) => boolean;

const commands: Readonly<Record<string, string>> = {
  "UID EXPUNGE": "UIDPLUS",
  MOVE: "MOVE",
  "UID MOVE": "MOVE",
  UNSELECT: "UNSELECT",
  IDLE: "IDLE",
  NAMESPACE: "NAMESPACE",
  ID: "ID",
  NOTIFY: "NOTIFY",
  ENABLE: "ENABLE",
  COMPRESS: "COMPRESS=DEFLATE",
  SORT: "SORT",
  "UID SORT": "SORT",
  REPLACE: "REPLACE",
  "UID REPLACE": "REPLACE",
  GETMETADATA: "METADATA",
  SETMETADATA: "METADATA",
  GETQUOTA: "QUOTA",
  GETQUOTAROOT: "QUOTA",
};

const modSeqs = ["CONDSTORE", "QRESYNC"] as const;

/** Of a command with one of these words behind its mailbox, or among its items: what it needs, any of them. */
const words: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  SELECT: { QRESYNC: ["QRESYNC"], CONDSTORE: modSeqs },
  EXAMINE: { QRESYNC: ["QRESYNC"], CONDSTORE: modSeqs },
  STATUS: { HIGHESTMODSEQ: modSeqs, SIZE: ["STATUS=SIZE"], MAILBOXID: ["OBJECTID"] },
  FETCH: { VANISHED: ["QRESYNC"], CHANGEDSINCE: modSeqs, MODSEQ: modSeqs, BINARY: ["BINARY"], EMAILID: ["OBJECTID"] },
  STORE: { UNCHANGEDSINCE: modSeqs },
  SEARCH: { RETURN: ["ESEARCH"], MODSEQ: modSeqs },
  CREATE: { USE: ["CREATE-SPECIAL-USE"] },
};

const string = String.raw`(?:"(?:[^"\\]|\\.)*"|\{\d+\+?\}|[^ (){"]+)`;
const firstString = new RegExp(`^${string}`);
const plainList = new RegExp(`^${string} ${string}$`);
const isLiteralAnnounced = /\{\d+(\+?)\}$/;

/** The extension that a command needs and the server lacks. Literals show as their {size}, as far as the command is sent. */
export function lacking(command: string, has: HasExtension): string | undefined {
  const [, first = "", afterFirst = ""] = /^\S+ (\S+) ?(.*)$/.exec(command.toUpperCase()) ?? [];
  const [, second = "", afterSecond = ""] = (first === "UID" && /^(\S+) ?(.*)$/.exec(afterFirst)) || [];
  const verb = first === "UID" ? `UID ${second}` : first;
  const rest = first === "UID" ? afterSecond : afterFirst;
  const needed = commands[verb];
  if (needed !== undefined && !has(needed)) return needed;
  if (isLiteralAnnounced.exec(command)?.[1] === "+" && !has("LITERAL+")) return "LITERAL+";
  if (verb === "AUTHENTICATE") return rest.includes(" ") && !has("SASL-IR") ? "SASL-IR" : undefined;
  if (verb === "APPEND")
    return (rest.match(/\{\d+\+?\}/g) ?? []).length > 1 + nameLiterals(rest) && !has("MULTIAPPEND")
      ? "MULTIAPPEND"
      : undefined;
  if (verb === "LIST") return lackingForList(rest, has);
  const forWords = words[verb.replace("UID ", "")] ?? {};
  const operands = verb.endsWith("SEARCH") ? rest : rest.replace(firstString, "");
  const said = new Set(operands.match(/[A-Z][A-Z0-9.-]*/g));
  return Object.entries(forWords).find(([word, anyOf]) => said.has(word) && !has(...anyOf))?.[1][0];
}

/** The mailbox of an APPEND may be a literal, too. */
function nameLiterals(rest: string): number {
  return /^\{\d+\+?\}/.test(rest) ? 1 : 0;
}

function lackingForList(rest: string, has: HasExtension): string | undefined {
  // What is not sent yet, says nothing.
  if (plainList.test(rest) || isLiteralAnnounced.test(rest)) return undefined;
  if (!has("LIST-EXTENDED")) return "LIST-EXTENDED";
  const [, options = ""] = / RETURN \((.*)\)$/.exec(rest) ?? [];
  if (options.includes("SPECIAL-USE") && !has("SPECIAL-USE")) return "SPECIAL-USE";
  if (options.includes("STATUS") && !has("LIST-STATUS")) return "LIST-STATUS";
  return options.includes("HIGHESTMODSEQ") && !has(...modSeqs) ? "CONDSTORE" : undefined;
}

const uses = String.raw`All|Archive|Drafts|Flagged|Important|Junk|Sent|Trash`;

/** What an extension adds to responses: where none of these extensions is there, the first text becomes the second. */
const additions: readonly { readonly anyOf: readonly string[]; readonly text: RegExp; readonly instead: string }[] = [
  { anyOf: modSeqs, text: /^\* OK \[(?:HIGHESTMODSEQ \d+|NOMODSEQ)\].*/i, instead: "" },
  { anyOf: modSeqs, text: /^(\S+ (?:OK|NO) )\[(?:HIGHESTMODSEQ|MODIFIED) [^\]]*\] /i, instead: "$1" },
  { anyOf: modSeqs, text: /^(\* \d+ FETCH \(.*?) ?\bMODSEQ \(\d+\)/i, instead: "$1" },
  { anyOf: modSeqs, text: /^(\* STATUS .*\(.*?) ?\bHIGHESTMODSEQ \d+/i, instead: "$1" },
  { anyOf: ["QRESYNC"], text: /^\* OK \[CLOSED\].*/i, instead: "" },
  { anyOf: ["UIDPLUS"], text: /^\* OK \[(?:COPYUID|UIDNOTSTICKY)\b.*/i, instead: "" },
  { anyOf: ["UIDPLUS"], text: /^(\S+ OK )\[(?:APPENDUID|COPYUID) [^\]]*\] /i, instead: "$1" },
  { anyOf: ["LIST-EXTENDED"], text: /^(\* (?:LIST|LSUB) \([^)]*)\\NonExistent\b/i, instead: String.raw`$1\Noselect` },
  {
    anyOf: ["LIST-EXTENDED", "CHILDREN"],
    text: /^(\* (?:LIST|LSUB) \([^)]*?) ?\\Has(?:No)?Children\b/i,
    instead: "$1",
  },
  {
    anyOf: ["SPECIAL-USE"],
    text: new RegExp(String.raw`^(\* (?:LIST|LSUB) \([^)]*?) ?\\(?:${uses})\b`, "i"),
    instead: "$1",
  },
];

/** A line of the server as it would be without the extensions; undefined: there would be none. */
export function withoutAdditions(line: string, has: HasExtension): string | undefined {
  let left = line;
  for (const { anyOf, text, instead } of additions) {
    if (!has(...anyOf)) left = left.replace(text, instead);
  }
  // An item that went from the front leaves its space.
  return left === "" && line !== "" ? undefined : left.replace(/^(\* (?:\d+ FETCH|LIST|LSUB) \() /i, "$1");
}
