// SEARCH and UID SEARCH of the Gmail model, with and without RETURN (RFC 4731).

import type { Entry } from "./account.ts";
import type { Client, Handler } from "./client.ts";
import { flagsOf } from "./fetch-items.ts";
import { inSet, isList, textOf, type Token } from "./read-command.ts";
import { Refusal } from "./refusal.ts";

export const searchCommands: Readonly<Record<string, Handler>> = {
  SEARCH: (client, args) => search(client, args, false),
  "UID SEARCH": (client, args) => search(client, args, true),
};

interface Candidate {
  readonly entry: Entry;
  readonly number: number;
}

type Test = (candidate: Candidate) => boolean;

function search(client: Client, args: readonly Token[], byUid: boolean): undefined {
  const { mailbox, known } = client.selected();
  const rest = [...args];
  const isReturn = !isList(rest[0]) && textOf(rest[0]).toUpperCase() === "RETURN";
  const options = isReturn ? rest.splice(0, 2)[1] : undefined;
  if (!isList(rest[0]) && textOf(rest[0]).toUpperCase() === "CHARSET") rest.splice(0, 2);
  const highest = { uid: known.at(-1)?.uid ?? 0, number: known.length };
  const tests: Test[] = [];
  while (rest.length > 0) tests.push(takeKey(rest, highest));
  const present = new Set(mailbox.entries);
  const found = known
    .map((entry, at) => ({ entry, number: at + 1 }))
    .filter((one) => present.has(one.entry) && tests.every((test) => test(one)))
    .map(({ entry, number }) => (byUid ? entry.uid : number));
  if (options === undefined) {
    client.say(`* SEARCH${found.map((one) => ` ${one}`).join("")}`);
    return;
  }
  const names = isList(options) ? options.map((one) => textOf(one).toUpperCase()) : [];
  const wants = (name: string): boolean => names.includes(name) || (names.length === 0 && name === "ALL");
  const results = [
    ...(wants("MIN") && found.length > 0 ? [`MIN ${found[0]}`] : []),
    ...(wants("MAX") && found.length > 0 ? [`MAX ${found.at(-1)}`] : []),
    ...(wants("ALL") && found.length > 0 ? [`ALL ${rangesOf(found)}`] : []),
    ...(wants("COUNT") ? [`COUNT ${found.length}`] : []),
  ];
  client.say(`* ESEARCH (TAG "${client.tag}")${byUid ? " UID" : ""}${results.map((one) => ` ${one}`).join("")}`);
}

/** Takes one search key, with its arguments, from the front. */
function takeKey(rest: Token[], highest: { readonly uid: number; readonly number: number }): Test {
  const key = rest.shift();
  if (isList(key)) {
    const inner = [...key];
    const tests: Test[] = [];
    while (inner.length > 0) tests.push(takeKey(inner, highest));
    return (one) => tests.every((test) => test(one));
  }
  const name = textOf(key).toUpperCase();
  if (/^[\d*]/.test(name)) {
    const isIn = inSet(name, highest.number);
    return ({ number }) => isIn(number);
  }
  switch (name) {
    case "ALL":
      return () => true;
    case "UID": {
      const isIn = inSet(rest.shift(), highest.uid);
      return ({ entry }) => isIn(entry.uid);
    }
    case "NOT": {
      const inner = takeKey(rest, highest);
      return (one) => !inner(one);
    }
    case "OR": {
      const [a, b] = [takeKey(rest, highest), takeKey(rest, highest)];
      return (one) => a(one) || b(one);
    }
    case "KEYWORD":
    case "UNKEYWORD": {
      const flag = textOf(rest.shift()).toLowerCase();
      return (one) => hasFlag(one, flag) === (name === "KEYWORD");
    }
    case "MODSEQ": {
      const least = BigInt(textOf(rest.shift()));
      return ({ entry }) => entry.message.modSeq >= least;
    }
    case "X-GM-MSGID":
    case "X-GM-THRID": {
      const id = BigInt(textOf(rest.shift()));
      return ({ entry }) => entry.message.id === id;
    }
    case "HEADER": {
      const [field, text] = [textOf(rest.shift()).toLowerCase(), textOf(rest.shift()).toLowerCase()];
      return ({ entry }) =>
        entry.message.bytes
          .toString("latin1")
          .toLowerCase()
          .split("\r\n")
          .some((line) => line.startsWith(`${field}:`) && line.includes(text));
    }
    default:
      return byFlag(name);
  }
}

const systemFlags: readonly string[] = ["ANSWERED", "FLAGGED", "DRAFT", "DELETED", "SEEN"];

function byFlag(name: string): Test {
  const isNegated = name.startsWith("UN");
  const flag = isNegated ? name.slice(2) : name;
  if (!systemFlags.includes(flag)) throw new Refusal("BAD", `Could not parse command: ${name}`);
  return (one) => hasFlag(one, `\\${flag.toLowerCase()}`) !== isNegated;
}

function hasFlag({ entry }: Candidate, flag: string): boolean {
  return flagsOf(entry).some((one) => one.toLowerCase() === flag);
}

function rangesOf(numbers: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last?.[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}:${last}`)).join(",");
}
