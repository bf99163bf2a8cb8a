// The few Python expressions of an offlineimaprc that mean something without being run: literals, the usual ways to start a
// program, and the usual filters and translations of names.

import { shellWord } from "../../util/shell-word.ts";

type Taken<T> = readonly [value: T, rest: string];

const literal = /^\s*([urbURB]{0,2})(?:'''([^]*?)'''|"""([^]*?)"""|'((?:[^'\\\n]|\\[^])*)'|"((?:[^"\\\n]|\\[^])*)")/;

/** A string at the beginning of the text. */
function takeString(text: string): Taken<string> | undefined {
  const [whole, prefix = "", ...bodies] = literal.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const body = bodies.find((one) => one !== undefined) ?? "";
  return [/r/i.test(prefix) ? body : unescaped(body), text.slice(whole.length)];
}

const plainEscapes: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  "\n": "",
  "\\": "\\",
  "'": "'",
  '"': '"',
};

function unescaped(body: string): string {
  return body.replace(/\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[^])/g, (found) => {
    const rest = found.slice(1);
    return rest.length > 1 ? String.fromCharCode(parseInt(rest.slice(1), 16)) : (plainEscapes[rest] ?? found);
  });
}

/** Strings in `[]`, `()` or `{}`. */
function takeList(text: string): Taken<readonly string[]> | undefined {
  const opening = /^\s*([[({])/.exec(text);
  if (opening === null) return undefined;
  const closing = { "[": "]", "(": ")", "{": "}" }[opening[1] as "[" | "(" | "{"];
  const found: string[] = [];
  let rest = text.slice(opening[0].length);
  for (;;) {
    const end = /^\s*([\])}])/.exec(rest);
    if (end !== null) return end[1] === closing ? [found, rest.slice(end[0].length)] : undefined;
    const taken = takeString(rest);
    if (taken === undefined) return undefined;
    found.push(taken[0]);
    rest = taken[1].replace(/^\s*,/, "");
  }
}

/** `'text'` and nothing else. */
export function pythonString(text: string): string | undefined {
  const taken = takeString(text);
  return taken?.[1].trim() === "" ? taken[0] : undefined;
}

export function pythonList(text: string): readonly string[] | undefined {
  const taken = takeList(text);
  return taken?.[1].trim() === "" ? taken[0] : undefined;
}

const starts =
  /^\s*(?:str\s*\(\s*)?(?:os\.popen|(?:subprocess\.)?check_output|(?:subprocess\.|commands\.)?getoutput)\s*\(/;
const ends =
  /^(?:\s*,\s*(?:shell|text|universal_newlines)\s*=\s*True|\s*,\s*encoding\s*=\s*['"][\w-]+['"])*\s*\)\s*(?:\.(?:read|strip|rstrip|decode|splitlines|readline)\([^()]*\)|\[0\]|\[:-1\]|\))*\s*$/;

/** The command that `os.popen("…").read()`, `subprocess.check_output([…])` and the like run. Undefined: it is something else. */
export function pythonCommand(text: string): string | undefined {
  const start = starts.exec(text);
  if (start === null) return undefined;
  const inside = text.slice(start[0].length);
  const list = takeList(inside);
  const taken: Taken<string> | undefined =
    list === undefined ? takeString(inside) : [list[0].map(shellWord).join(" "), list[1]];
  return taken !== undefined && taken[0] !== "" && ends.test(taken[1]) ? taken[0] : undefined;
}

/** Which mailboxes a folderfilter lets through. */
export type PythonFilter =
  { readonly only: readonly string[] } | { readonly not: readonly string[] } | { readonly notMatching: string };

/** Undefined: it takes Python to know. `{ not: [] }`: all. */
export function pythonFilter(text: string): PythonFilter | undefined {
  const [, name = "", body = ""] = /^\s*lambda\s+(\w+)\s*:\s*([^]*)$/.exec(text) ?? [];
  if (name === "") return undefined;
  const expression = withoutBrackets(body.trim());
  if (expression === "True") return { not: [] };
  const [, not, list] = new RegExp(`^${name}\\s+(not\\s+)?in\\s+([^]*)$`).exec(expression) ?? [];
  const names = list === undefined ? undefined : pythonList(list);
  if (names !== undefined) return not === undefined ? { only: names } : { not: names };
  const [, sign, one] = new RegExp(`^${name}\\s*(==|!=)\\s*([^]*)$`).exec(expression) ?? [];
  const single = one === undefined ? undefined : pythonString(one);
  if (single !== undefined) return sign === "==" ? { only: [single] } : { not: [single] };
  const [, search] = /^not\s+re\.search\s*\(([^]*)$/.exec(expression) ?? [];
  const [pattern, rest] = (search === undefined ? undefined : takeString(search)) ?? [];
  if (pattern !== undefined && new RegExp(`^\\s*,\\s*${name}\\s*\\)\\s*$`).test(rest!)) return { notMatching: pattern };
  return undefined;
}

/** What a nametrans does: other names for some mailboxes, or a beginning that it takes off. */
export type PythonTranslation = { readonly names: ReadonlyMap<string, string> } | { readonly withoutPrefix: string };

/** Undefined: it takes Python to know. */
export function pythonTranslation(text: string): PythonTranslation | undefined {
  const [, name = "", body = ""] = /^\s*lambda\s+(\w+)\s*:\s*([^]*)$/.exec(text) ?? [];
  if (name === "") return undefined;
  const expression = withoutBrackets(body.trim());
  if (expression === name) return { names: new Map() };
  const [, dictionary] =
    new RegExp(`^(\\{[^]*\\})\\s*\\.get\\(\\s*${name}\\s*,\\s*${name}\\s*\\)$`).exec(expression) ?? [];
  const names = dictionary === undefined ? undefined : pairs(dictionary);
  if (names !== undefined) return { names };
  const [, inside] = /^re\.sub\s*\(([^]*)$/.exec(expression) ?? [];
  const [pattern, rest] = (inside === undefined ? undefined : takeString(inside)) ?? [];
  const isRemoved = new RegExp(`^\\s*,\\s*(?:''|"")\\s*,\\s*${name}\\s*\\)$`).test(rest ?? "");
  const [, prefix] = /^\^((?:\w|\\[./])+)$/.exec(pattern ?? "") ?? [];
  return isRemoved && prefix !== undefined && /[./]$/.test(prefix)
    ? { withoutPrefix: prefix.replace(/\\/g, "") }
    : undefined;
}

function pairs(dictionary: string): ReadonlyMap<string, string> | undefined {
  const found = new Map<string, string>();
  let rest = dictionary.slice(1, -1);
  while (rest.trim() !== "") {
    const key = takeString(rest);
    const value = key === undefined || !/^\s*:/.test(key[1]) ? undefined : takeString(key[1].replace(/^\s*:/, ""));
    if (key === undefined || value === undefined || !/^\s*(?:,|$)/.test(value[1])) return undefined;
    found.set(key[0], value[0]);
    rest = value[1].replace(/^\s*,/, "");
  }
  return found;
}

function withoutBrackets(expression: string): string {
  const [, inside] = /^\(([^()]*)\)$/.exec(expression) ?? [];
  return inside?.trim() ?? expression;
}
