// Cuts what a client sends into commands, and a command into words, strings and lists.

/** A string is an atom, upper or lower case as sent; `text` was quoted or a literal. */
export type Token = string | { readonly text: Buffer } | readonly Token[];

export interface ReadCommand {
  readonly tag: string;
  readonly name: string;
  readonly args: readonly Token[];
  /** Without literals' octets, for whoever looks for a pattern. */
  readonly line: string;
}

export interface CommandEvents {
  /** A synchronising literal is announced: it is awaited if true is returned, else the command is forgotten. */
  readonly onLiteral: (size: number, line: string) => boolean;
  readonly onCommand: (command: ReadCommand) => void;
  /** Neither a command nor a part of one. */
  readonly onLine: (line: string) => boolean;
}

/** RFC 7888 5: with LITERAL-, no more octets may come unasked. */
const mostUnasked = 4096;

/** A function that takes what arrives. */
export function commandReader({ onLiteral, onCommand, onLine }: CommandEvents): (chunk: Buffer) => void {
  let pending: Buffer = Buffer.alloc(0);
  let parts: (string | Buffer)[] = [];
  /** Octets of the literal that comes next. */
  let awaited: number | undefined;
  const takeLine = (text: string): void => {
    if (parts.length === 0 && onLine(text)) return;
    const [, start = text, size, plus] = /^(.*)\{(\d+)(\+?)\}$/s.exec(text) ?? [];
    parts.push(start);
    if (size === undefined) {
      const whole = parts;
      parts = [];
      onCommand(commandOf(whole));
      return;
    }
    if (plus === "+" && Number(size) > mostUnasked) throw new Error(`${size} octets came unasked`);
    if (plus === "+" || onLiteral(Number(size), String(parts[0]))) awaited = Number(size);
    else parts = [];
  };
  return (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    for (;;) {
      const end = awaited ?? pending.indexOf("\n") + 1;
      if (pending.length < end || (awaited === undefined && end === 0)) return;
      const taken = pending.subarray(0, end);
      pending = pending.subarray(end);
      if (awaited === undefined) {
        takeLine(taken.toString("latin1").replace(/\r?\n$/, ""));
        continue;
      }
      parts.push(taken);
      awaited = undefined;
    }
  };
}

function commandOf(parts: readonly (string | Buffer)[]): ReadCommand {
  const line = parts.map((part) => (typeof part === "string" ? part : "")).join("");
  const [tag = "", name = "", ...rest] = tokensOf(parts);
  if (typeof tag !== "string" || typeof name !== "string") throw new Error(`no command: ${line}`);
  const isByUid = name.toUpperCase() === "UID";
  const words = isByUid ? `UID ${textOf(rest.shift())}` : name;
  return { tag, name: words.toUpperCase(), args: rest, line };
}

function tokensOf(parts: readonly (string | Buffer)[]): Token[] {
  const outer: Token[] = [];
  const lists: Token[][] = [outer];
  const add = (token: Token): void => void lists.at(-1)!.push(token);
  for (const part of parts) {
    if (typeof part !== "string") {
      add({ text: part });
      continue;
    }
    for (const [word] of part.matchAll(/[()]|"(?:[^"\\]|\\.)*"|[^\s()"[]*\[[^\]]*\][^\s()]*|[^\s()"]+/g)) {
      if (word === "(") {
        const inner: Token[] = [];
        add(inner);
        lists.push(inner);
      } else if (word === ")") lists.pop();
      else if (word.startsWith('"')) add({ text: Buffer.from(word.slice(1, -1).replace(/\\(.)/g, "$1"), "latin1") });
      else add(word);
    }
  }
  return outer;
}

/** An atom or a string, one character an octet. */
export function textOf(token: Token | undefined): string {
  if (typeof token === "string") return token;
  if (token === undefined || !("text" in token)) throw new Error("a string is missing");
  return token.text.toString("latin1");
}

export function isList(token: Token | undefined): token is readonly Token[] {
  return Array.isArray(token);
}

export function listOf(token: Token | undefined): readonly Token[] {
  if (!isList(token)) throw new Error("a list is missing");
  return token;
}

/** What is in a set of numbers; `*` is the highest. */
export function inSet(token: Token | undefined, highest: number): (number: number) => boolean {
  const ranges = textOf(token)
    .split(",")
    .map((range) => range.split(":").map((end) => (end === "*" ? highest : Number(end))));
  if (ranges.some((ends) => ends.some((end) => !Number.isInteger(end)))) throw new Error("no set of numbers");
  return (number) =>
    ranges.some(([a = 0, b = a]) => (a <= b ? number >= a && number <= b : number >= b && number <= a));
}
