// Accounts of a file, line by line: CSV with names of columns in its first line, JSON, or the usual CSV of those who run imapsync in
// a loop. A file may have a million of them; JSON alone is read as a whole.

import { type Options as CsvOptions, parse } from "csv-parse";
import { shellWord } from "../../util/shell-word.ts";
import { type AccountRecord, type Column, columns } from "./record.ts";

export interface WrittenLine {
  /** From 1. In JSON, which element it is. */
  readonly line: number;
  /** Columns that the file does not have are not there. */
  readonly record: AccountRecord;
  /** Of the line itself; its columns count for nothing then. */
  readonly faults: readonly string[];
}

export type FileForm = "columns" | "imapsync";

type Texts = AsyncIterable<string>;
type Lines = AsyncGenerator<WrittenLine, void, undefined>;

/**
 * `columns`, of `interimap-fleet add`: JSON if it begins like that, otherwise CSV with `,`, `;` or tabs. `imapsync`:
 * `host1;user1;password1;host2;user2;password2;` and, in a seventh column, options; `#` begins a comment.
 */
export async function* writtenLines(texts: Texts, form: FileForm): Lines {
  const { first, all } = await withFirstLine(texts);
  let isEmpty = true;
  for await (const line of form === "imapsync" ? listLines(first, all) : columnLines(first, all)) {
    isEmpty = false;
    yield line;
  }
  if (isEmpty) yield faultOf(1, "there is no account in it");
}

function faultOf(line: number, ...faults: string[]): WrittenLine {
  return { line, record: {}, faults };
}

/** The first line that is not empty; `all`: the texts from the beginning, without the mark of their encoding. */
async function withFirstLine(texts: Texts): Promise<{ readonly first: string; readonly all: Texts }> {
  const rest = texts[Symbol.asyncIterator]();
  let begun = "";
  let isOver = false;
  while (!isOver && !/\S[^\r\n]*[\r\n]/.test(begun) && begun.length < mostInLine) {
    const next = await rest.next();
    if (next.done === true) isOver = true;
    else begun += next.value;
  }
  const head = begun.replace(/^\uFEFF/, "");
  const all = async function* (): AsyncGenerator<string, void, undefined> {
    yield head;
    if (!isOver) yield* { [Symbol.asyncIterator]: () => rest };
  };
  return { first: /\S[^\r\n]*/.exec(head)?.[0] ?? "", all: all() };
}

/** A first line that is longer is none of ours. */
const mostInLine = 1 << 20;

async function* columnLines(first: string, all: Texts): Lines {
  if (/^[[{]/.test(first)) {
    let text = "";
    for await (const part of all) text += part;
    yield* jsonLines(text);
  } else yield* csvLines(first, all);
}

async function* csvLines(first: string, all: Texts): Lines {
  let names: readonly string[] | undefined;
  for await (const row of rowsOf(all, { delimiter: [";", "\t"].find((one) => first.includes(one)) ?? "," })) {
    if ("faults" in row) {
      yield row;
      if (names === undefined) return;
      continue;
    }
    const { cells, line } = row;
    if (names === undefined) {
      names = cells.map((cell) => cell.trim().toLowerCase());
      const faults = headingFaults(names);
      if (faults.length === 0) continue;
      yield faultOf(line, ...faults);
      return;
    }
    if (isBlank(cells)) continue;
    const record = Object.fromEntries(names.map((name, i) => [name, cells[i] ?? ""]));
    const isSurplus = cells.some((cell, i) => (names?.[i] ?? "") === "" && cell.trim() !== "");
    yield { line, record, faults: isSurplus ? ["it has more columns than the first line has names"] : [] };
  }
}

const listColumns = ["host1", "user1", "password1", "host2", "user2", "password2", "options"] as const;

async function* listLines(first: string, all: Texts): Lines {
  if (isHeading(first)) {
    yield faultOf(1, "this is a file with names of columns; it is added with: interimap-fleet add");
    return;
  }
  for await (const row of rowsOf(all, { delimiter: ";", comment: "#", comment_no_infix: true, quote: null })) {
    if ("faults" in row) yield row;
    else if (!isBlank(row.cells)) yield listLine(row);
  }
}

function listLine({ cells, line }: Row): WrittenLine {
  // The wrappers of the original read passwords with blanks at their ends.
  const record = Object.fromEntries(listColumns.map((name, i) => [name, cells[i] ?? ""]));
  const surplus = cells.slice(listColumns.length).some((cell) => cell.trim() !== "");
  const missing = cells.length < 6 ? [`6 columns with ; between them are needed, not ${String(cells.length)}`] : [];
  return { line, record, faults: surplus ? ["there are more than seven columns"] : missing };
}

interface Row {
  readonly cells: readonly string[];
  readonly line: number;
}

async function* rowsOf(all: Texts, options: CsvOptions): AsyncGenerator<Row | WrittenLine, void, undefined> {
  /** Of the last row that can be read: an error is in the one behind it, wherever the parser notices. */
  let end = 0;
  const parser = parse({
    ...{ relax_column_count: true, skip_empty_lines: true, info: true },
    // A file that several programs have written may have all of them.
    record_delimiter: ["\r\n", "\n", "\r"],
    ...options,
    on_record: (row: string[], { lines }) => {
      end = lines;
      return row;
    },
  });
  // What the file itself throws is thrown here.
  let thrown: unknown;
  const fed = feed(all, parser).catch((error: unknown) => {
    thrown = error;
    parser.destroy(error as Error);
  });
  try {
    const rows = parser as AsyncIterable<{
      readonly record: readonly string[];
      readonly info: { readonly lines: number };
    }>;
    for await (const { record, info } of rows) {
      const more = record.join("").match(/\r\n|\n|\r/g)?.length ?? 0;
      // A mark in one password, and one in another, would make a cell of all that lies between them.
      yield more === 0 ? { cells: record, line: info.lines } : faultOf(info.lines - more, misplacedMark);
    }
  } catch (error) {
    if (thrown !== undefined) throw thrown as Error;
    const { lines = 1, code = "unreadable" } = error as { readonly lines?: number; readonly code?: string };
    // Its own words quote the line, and with it a password.
    yield code.includes("QUOTE") ? faultOf(end + 1, misplacedMark) : faultOf(lines, `this is no CSV (${code})`);
  }
  await fed;
}

const misplacedMark =
  'quotation marks stand around a whole cell, within one line; those in it are written twice: "a""b"';

type Parser = ReturnType<typeof parse>;

async function feed(all: Texts, parser: Parser): Promise<void> {
  for await (const text of all) {
    if (parser.destroyed) return;
    if (!parser.write(text)) await roomIn(parser);
  }
  parser.end();
}

function roomIn(parser: Parser): Promise<void> {
  return new Promise((resolve) => {
    for (const event of ["drain", "close", "error"]) parser.once(event, resolve);
  });
}

function isBlank(cells: readonly string[]): boolean {
  return cells.every((cell) => cell.trim() === "");
}

function isHeading(first: string): boolean {
  const cells = first.split(/[;,]/);
  return cells.length > 2 && cells.every((cell) => isColumn(cell.trim().toLowerCase().replaceAll('"', "")));
}

/** Where none is known, there may be no heading at all: what stands there may be a password. */
function headingFaults(names: readonly string[]): string[] {
  const known = `there are ${columns.join(", ")}`;
  if (!names.some(isColumn))
    return [
      `the first line has no name of a column; ${known}. A list without names is added with: interimap-fleet import`,
    ];
  const unknown = names
    .filter((name) => name !== "" && !isColumn(name))
    .map((name) => `there is no column "${name}"; ${known}`);
  const twice = names
    .filter((name, i) => name !== "" && names.indexOf(name) < i)
    .map((name) => `there are two columns "${name}"`);
  return [...unknown, ...twice];
}

function* jsonLines(text: string): Generator<WrittenLine, void, undefined> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Its own words quote the text.
    yield faultOf(1, "this is no JSON");
    return;
  }
  for (const [i, one] of [value].flat().entries()) yield jsonLine(i + 1, one);
}

function jsonLine(line: number, one: unknown): WrittenLine {
  if (typeof one !== "object" || one === null) return faultOf(line, "it is no object");
  const entries = Object.entries(one as Readonly<Record<string, unknown>>);
  const faults = entries.flatMap(([name, cell]) => {
    if (!isColumn(name)) return [`there is no column "${name}"; there are ${columns.join(", ")}`];
    return isCell(name, cell) ? [] : [`${name}: neither a text nor a number`];
  });
  return { line, record: Object.fromEntries(entries.map(([name, cell]) => [name, cellText(cell)])), faults };
}

function isColumn(name: string): name is Column {
  return (columns as readonly string[]).includes(name);
}

function isCell(name: Column, cell: unknown): boolean {
  if (name === "options" && Array.isArray(cell)) return cell.every((one) => typeof one === "string");
  return cell === null || typeof cell === "string" || typeof cell === "number";
}

function cellText(cell: unknown): string {
  if (Array.isArray(cell)) return cell.map((one) => shellWord(String(one))).join(" ");
  return typeof cell === "string" || typeof cell === "number" ? String(cell) : "";
}
