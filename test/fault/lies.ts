// The lies of a server: pure functions from one of its responses to what is sent instead. What literals hold stays as it is,
// unless the whole response is left out or told twice. Who sends it, and when, is lying-proxy.ts.

export interface Response {
  /** Without the final line end; `literal` stands for the octets of each literal. */
  readonly text: string;
  readonly literals: readonly Buffer[];
}

/** Never part of a response of IMAP itself. */
export const literal = "\0";

/** What the server has said of the mailbox that is selected. */
export interface Around {
  readonly exists?: number;
  readonly uidNext?: number;
}

export interface Told {
  readonly responses: readonly Response[];
  /** They are held back until the next response, or the next tagged one, has gone out. */
  readonly late?: "next" | "tagged";
  /** They leave in so many pieces, with a pause between them: cut before these octets, counted from the end when negative. */
  readonly cuts?: readonly number[];
  /** What becomes of the connection: it ends, or the server says nothing any more and leaves it open. */
  readonly then?: "close" | "silence";
}

export interface Lie {
  readonly name: string;
  /** Undefined: this lie cannot be told of this response. */
  readonly tell: (response: Response, around: Around) => Told | undefined;
}

const tagged = /^[^*+ ]\S* (?:OK|NO|BAD)\b/;

export function isTagged({ text }: Response): boolean {
  return tagged.test(text);
}

/** The client waits for these. */
export function isOwed(response: Response): boolean {
  return isTagged(response) || response.text.startsWith("+");
}

/** As it goes over the wire. */
export function octetsOf({ text, literals }: Response): Buffer {
  const parts = text.split(literal);
  return Buffer.concat(
    parts.flatMap((part, i) => [
      Buffer.from(part, "latin1"),
      i < parts.length - 1 ? literals[i]! : Buffer.from("\r\n"),
    ]),
  );
}

function refused(word: "NO" | "BAD"): Lie["tell"] {
  return ({ text }) => {
    const [, tag] = /^([^*+ ]\S*) OK\b/.exec(text) ?? [];
    return tag === undefined ? undefined : { responses: [line(`${tag} ${word} Not now.`)] };
  };
}

/** Lines of which the server knows nothing, before a response. */
function addedLines(): Lie[] {
  const vanished = (range: (last: number) => string): ((around: Around) => string | undefined) => {
    return ({ uidNext = 1 }) => (uidNext > 1 ? `VANISHED ${range(uidNext - 1)}` : undefined);
  };
  const all = vanished((last) => `1:${last}`);
  const some = vanished((last) => `1:${Math.ceil(last / 2)}`);
  const earlier = (told: string | undefined): string | undefined => told?.replace("VANISHED", "VANISHED (EARLIER)");
  const wanted: Record<string, (around: Around) => string | undefined> = {
    "and VANISHED of all": all,
    "and VANISHED of some": some,
    "and VANISHED of the last": vanished((last) => String(last)),
    "and VANISHED of what never was": vanished((last) => `${last + 1}:${last + 9}`),
    "and VANISHED (EARLIER) of all": (around) => earlier(all(around)),
    "and VANISHED (EARLIER) of some": (around) => earlier(some(around)),
    "and 0 EXISTS": ({ exists = 0 }) => (exists > 0 ? "0 EXISTS" : undefined),
    "and fewer EXISTS": ({ exists = 0 }) => (exists > 1 ? `${exists - 1} EXISTS` : undefined),
    "and more EXISTS": ({ exists }) => (exists === undefined ? undefined : `${exists + 1} EXISTS`),
  };
  return Object.entries(wanted).map(([name, said]) => ({
    name,
    tell: (response, around) => {
      const text = said(around);
      return text === undefined ? undefined : { responses: [line(`* ${text}`), response] };
    },
  }));
}

/** Where a number stands, as the group `n`; or a set of numbers, which all change. */
const numbers: Readonly<Record<string, RegExp>> = {
  EXISTS: /^\* (?<n>\d+) EXISTS/d,
  "sequence number": /^\* (?<n>\d+) FETCH/d,
  UID: /^\* \d+ FETCH \((?:.*? )?UID (?<n>\d+)/ds,
  "RFC822.SIZE": /^\* \d+ FETCH .*?RFC822.SIZE (?<n>\d+)/ds,
  MODSEQ: /\bMODSEQ \((?<n>\d+)\)/d,
  MESSAGES: /^\* STATUS .*\bMESSAGES (?<n>\d+)/d,
  UIDNEXT: /\bUIDNEXT (?<n>\d+)/d,
  UIDVALIDITY: /\bUIDVALIDITY (?<n>\d+)/d,
  HIGHESTMODSEQ: /\bHIGHESTMODSEQ (?<n>\d+)/d,
  "UIDVALIDITY of APPENDUID": /\[APPENDUID (?<n>\d+)/d,
  "UIDs of APPENDUID": /\[APPENDUID \d+ (?<n>[\d:,]+)\]/d,
  "last UID of APPENDUID": /\[APPENDUID \d+ [\d:,]*[:,](?<n>\d+)\]/d,
  "first of VANISHED": /^\* VANISHED (?:\(EARLIER\) )?(?<n>\d+)/d,
  "last of VANISHED": /^\* VANISHED (?:\(EARLIER\) )?[\d:,]*[:,](?<n>\d+)$/d,
  "UIDs of MODIFIED": /\[MODIFIED (?<n>[\d:,]+)\]/d,
  "first of SEARCH": /^\* SEARCH (?<n>\d+)/d,
  "UIDs of ESEARCH": /^\* ESEARCH .*\bALL (?<n>[\d:,]+)/d,
};

const changes: Readonly<Record<string, (n: bigint) => bigint>> = {
  "is 0": () => 0n,
  "is lower": (n) => n - 1n,
  "is higher": (n) => n + 1n,
  "is far higher": (n) => n + 1000n,
};

function changedNumbers(): Lie[] {
  return Object.entries(numbers).flatMap(([item, where]) =>
    Object.entries(changes).map(([how, change]) => ({
      name: `${item} ${how}`,
      tell: (response: Response): Told | undefined => {
        const [start, end] = where.exec(response.text)?.indices?.groups?.["n"] ?? [];
        if (start === undefined || end === undefined) return undefined;
        const before = response.text.slice(start, end);
        const after = before.replace(/\d+/g, (n) => String(change(BigInt(n))));
        // One less than 1 is the lie before.
        if (after === before || /-/.test(after) || (how === "is lower" && /(^|\D)0(?!\d)/.test(after)))
          return undefined;
        return { responses: [{ ...response, text: response.text.slice(0, start) + after + response.text.slice(end) }] };
      },
    })),
  );
}

/** A FETCH with several items beside the UID becomes two for the same message. */
function splitFetch({ text, literals }: Response): Response[] | undefined {
  const [, start, inside] = /^(\* \d+ FETCH) \((.*)\)$/s.exec(text) ?? [];
  if (start === undefined || inside === undefined) return undefined;
  const words = wordsOf(inside);
  const items = words.flatMap((word, i) => (i % 2 === 0 ? [`${word} ${words[i + 1] ?? ""}`] : []));
  const uid = items.filter((item) => item.startsWith("UID "));
  const others = items.filter((item) => !item.startsWith("UID "));
  if (others.length < 2) return undefined;
  const half = Math.ceil(others.length / 2);
  const left = [...literals];
  return [others.slice(0, half), others.slice(half)].map((some) => {
    const told = `${start} (${[...uid, ...some].join(" ")})`;
    return { text: told, literals: left.splice(0, told.split(literal).length - 1) };
  });
}

/** Cut at blanks that are neither in brackets nor in quotes. */
function wordsOf(text: string): string[] {
  const words = [""];
  let [depth, isQuoted] = [0, false];
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === " " && depth === 0 && !isQuoted) {
      words.push("");
      continue;
    }
    words[words.length - 1] += c;
    if (isQuoted && c === "\\") words[words.length - 1] += text[++i] ?? "";
    else if (c === '"') isQuoted = !isQuoted;
    else if (!isQuoted && /[([]/.test(c)) depth++;
    else if (!isQuoted && /[)\]]/.test(c)) depth--;
  }
  return words;
}

/** Each range in a line of its own, and a lone one in two. */
function splitVanished({ text }: Response): Response[] | undefined {
  const [, start, set] = /^(\* VANISHED (?:\(EARLIER\) )?)([\d:,]+)$/.exec(text) ?? [];
  if (start === undefined || set === undefined) return undefined;
  let ranges = set.split(",");
  if (ranges.length === 1) {
    const [first, last] = set.split(":").map(Number) as [number, number?];
    if (last === undefined || last <= first) return undefined;
    const middle = (first + last) >> 1;
    ranges = [`${first}:${middle}`, `${middle + 1}:${last}`];
  }
  return ranges.map((range) => line(start + range));
}

function middleOf(response: Response): number {
  return octetsOf(response).length >> 1;
}

function line(text: string): Response {
  return { text, literals: [] };
}

export const lies: readonly Lie[] = [
  { name: "left out", tell: () => ({ responses: [] }) },
  { name: "twice", tell: (response) => ({ responses: [response, response] }) },
  {
    name: "in two",
    tell: (response) => {
      const parts = splitVanished(response) ?? splitFetch(response);
      return parts && { responses: parts };
    },
  },
  { name: "in pieces", tell: (response) => ({ responses: [response], cuts: [1, middleOf(response), -1] }) },
  { name: "behind the next", tell: (response) => ({ responses: [response], late: "next" }) },
  {
    name: "behind the tagged answer",
    tell: (response) => (isOwed(response) ? undefined : { responses: [response], late: "tagged" }),
  },
  { name: "NO", tell: refused("NO") },
  { name: "BAD", tell: refused("BAD") },
  { name: "BYE, and the end", tell: () => ({ responses: [line("* BYE Shutting down.")], then: "close" }) },
  { name: "BYE, and silence", tell: () => ({ responses: [line("* BYE Shutting down.")], then: "silence" }) },
  ...addedLines(),
  ...changedNumbers(),
];
