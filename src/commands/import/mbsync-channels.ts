// Which mailboxes the channels of an mbsyncrc take.

import type { Notes } from "./imported.ts";
import { ignoring, mailboxWord, patternExpression } from "./mailbox-words.ts";
import type { MbsyncEntry, MbsyncOptions } from "./mbsync-lines.ts";

/** Mailboxes that one channel takes: by patterns, or one with its two names. */
export type Selection = { readonly patterns: readonly string[] } | { readonly local: string; readonly remote: string };

/** `:store:mailbox` */
export interface MbsyncPlace {
  readonly store: string;
  readonly mailbox: string;
}

export function placeOf(entry: MbsyncEntry | undefined): MbsyncPlace | undefined {
  const [, store, mailbox = ""] = /^:([^:]*):(.*)$/s.exec(entry?.words[0] ?? "") ?? [];
  return store === undefined ? undefined : { store, mailbox };
}

/** Settings above the first section, of all channels between the same two stores. */
export function mailboxSettings(selections: readonly Selection[]): readonly (readonly [string, string])[] {
  const named = selections.flatMap((one) => ("local" in one ? [one] : []));
  const patterns = selections.flatMap((one) => ("patterns" in one ? one.patterns : []));
  const wanted = [...new Set([...patterns.filter((one) => !one.startsWith("!")), ...named.map(({ local }) => local)])];
  const isAll = wanted.length === 0 || wanted.includes("*");
  const list = isAll ? ["*"] : wanted.map(mailboxWord);
  const ignored = exclusions(
    patterns,
    named.map(({ local }) => local),
  );
  return [
    ...(isAll ? [] : [["list-mailbox", list.join(" ")] as const]),
    ...(ignored === undefined ? [] : [["ignore-mailbox", ignored] as const]),
    ...named.flatMap(({ local, remote }) =>
      local === remote ? [] : [["map-mailbox", `${mailboxWord(local)} = ${mailboxWord(remote)}`] as const],
    ),
  ];
}

/** Later patterns count for more: what one of them takes in again is not left out. */
function exclusions(patterns: readonly string[], always: readonly string[]): string | undefined {
  const excluded = patterns.flatMap((pattern, index) => {
    if (!pattern.startsWith("!")) return [];
    const later = patterns.slice(index + 1).filter((one) => !one.startsWith("!"));
    const but = later.length === 0 ? "" : `(?!(?:${later.map(patternExpression).join("|")})$)`;
    return [`${but}${patternExpression(pattern.slice(1))}`];
  });
  return excluded.length === 0 ? undefined : ignoring(excluded, always.map(patternExpression));
}

/** Whether it works in both directions, as we do; else a note says what it does. */
export function isTwoWay(options: MbsyncOptions, name: string, notes: Notes): boolean {
  const entry = options.last("sync");
  const words = (entry?.words ?? []).map((word) => word.toLowerCase());
  const cells = new Set(words.flatMap(cellsOf));
  const isWhole =
    words.length === 0 || words.includes("all") || words.includes("full") || cells.size === allCells.length;
  if (!isWhole)
    notes.add(
      entry?.line,
      `Channel ${name} was left out: "Sync ${(entry?.words ?? []).join(" ")}" carries over a part only, and interimap everything, both ways. ` +
        "imapsync copies in one direction",
    );
  return isWhole;
}

const directions = ["pull", "push"];
const types = ["new", "delete", "flags"];
const allCells = directions.flatMap((direction) => types.map((type) => `${direction} ${type}`));

/** ReNew is about placeholders, which we do not make. */
function cellsOf(word: string, _: number, words: readonly string[]): string[] {
  const [, direction, type] = /^(pull|push)?(new|renew|delete|flags)?$/.exec(word) ?? [];
  if (type === "renew") return [];
  if (direction !== undefined && type !== undefined) return [`${direction} ${type}`];
  const isCompound = words.some((one) => /^(?:pull|push)(?:new|renew|delete|flags)$/.test(one));
  const given = (choices: readonly string[]): readonly string[] => {
    const found = choices.filter((one) => words.includes(one));
    return found.length === 0 ? choices : found;
  };
  if (direction !== undefined) return (isCompound ? types : given(types)).map((one) => `${direction} ${one}`);
  if (type !== undefined) return (isCompound ? directions : given(directions)).map((one) => `${one} ${type}`);
  return [];
}

/** What a channel does otherwise. */
export function tellDifferences(options: MbsyncOptions, name: string, notes: Notes): void {
  for (const { line, keyword, words } of options.entries) {
    const lower = keyword.toLowerCase();
    if (lower in reasons) notes.add(line, `${keyword} was not taken over: ${reasons[lower]!}`);
    else if (!keywords.has(lower))
      notes.add(
        line,
        `${keyword} ${words.length > 0 ? "..." : ""} was not taken over: interimap has nothing like it`.replace(
          "  ",
          " ",
        ),
      );
  }
  const create = options.last("create");
  const creates = create?.words[0]?.toLowerCase() ?? "none";
  if (creates !== "both")
    notes.add(
      create?.line ?? options.last("near", "slave")?.line,
      `Channel ${name} has no "Create Both"; interimap creates missing mailboxes on both sides`,
    );
  const expunge = options.last("expunge");
  if (expunge !== undefined && expunge.words[0]?.toLowerCase() !== "none")
    notes.add(
      expunge.line,
      "Expunge was not taken over: a message that is expunged on one side is expunged on the other; one that is only marked as deleted stays",
    );
  const remove = options.last("remove");
  if (remove !== undefined && remove.words[0]?.toLowerCase() !== "none")
    notes.add(
      remove.line,
      "Remove was not taken over: interimap deletes no mailbox by itself; its report has the command",
    );
}

const keywords = new Set(
  "far near master slave pattern patterns sync create remove expunge copyarrivaldate syncstate fsync".split(" "),
);
const reasons: Readonly<Record<string, string>> = {
  maxmessages: "interimap keeps all messages on both sides",
  maxsize: "all messages are copied in full",
  expireunread: "interimap keeps all messages on both sides",
  expireside: "interimap keeps all messages on both sides",
  expungesolo: "a message that is expunged on one side is expunged on the other",
};
