// Accounts of a file: CSV with names of columns in its first line, JSON, or the usual CSV of those who run imapsync in a loop.

import type { KeyObject } from "node:crypto";
import { type Options as CsvOptions, parse } from "csv-parse/sync";
import type { Account } from "./account.ts";
import { accountOf, type AccountRecord, type Column, columns } from "./record.ts";

export interface WrittenAccounts {
  readonly accounts: readonly Account[];
  readonly faults: readonly Fault[];
}

export interface Fault {
  /** From 1. In JSON, which element it is. */
  readonly line: number;
  readonly message: string;
}

export interface ReadOptions {
  /** Undefined: passwords in the clear are faults. */
  readonly sealing: KeyObject | undefined;
  /** What is wrong with the options of an account, in words. */
  readonly check: (account: Account) => string | undefined;
}

interface Line {
  readonly line: number;
  readonly record: AccountRecord;
}

/** `interimap-fleet add`: JSON if it begins like that, otherwise CSV with `,` or `;`. */
export function readAccounts(text: string, options: ReadOptions): WrittenAccounts {
  return collected(/^\uFEFF?\s*[[{]/.test(text) ? jsonLines(text) : csvLines(text), options);
}

/** `host1;user1;password1;host2;user2;password2;` and, in a seventh column, options; `#` begins a comment. */
export function readImapsyncList(text: string, options: ReadOptions): WrittenAccounts {
  if (hasHeading(text)) {
    const message = "this is a file with names of columns; it is added with: interimap-fleet add";
    return { accounts: [], faults: [{ line: 1, message }] };
  }
  const names = ["host1", "user1", "password1", "host2", "user2", "password2", "options"] as const;
  return collected(
    cellsOf(text, { delimiter: ";", comment: "#", comment_no_infix: true, quote: null }, (cells, line) => {
      if (cells.every((cell) => cell.trim() === "")) return undefined;
      // The wrappers of the original read passwords with blanks at their ends.
      const record = Object.fromEntries(names.map((name, i) => [name, cells[i] ?? ""]));
      const surplus = cells.slice(names.length).some((cell) => cell.trim() !== "");
      const missing = cells.length < 6 ? [`6 columns with ; between them are needed, not ${String(cells.length)}`] : [];
      return { line, record, faults: surplus ? ["there are more than seven columns"] : missing };
    }),
    options,
  );
}

type Found = Line & { readonly faults: readonly string[] };

function collected(found: readonly Found[] | Fault, { sealing, check }: ReadOptions): WrittenAccounts {
  if ("message" in found) return { accounts: [], faults: [found] };
  const names = new Map<string, number>();
  const works = new Map<string, Account>();
  const accounts: Account[] = [];
  const faults: Fault[] = [];
  for (const { line, record, faults: first } of found) {
    const { account, faults: own } = first.length > 0 ? { account: undefined, faults: [] } : accountOf(record, sealing);
    const all = [...first, ...own];
    if (account !== undefined) {
      const before = names.get(account.name);
      if (before !== undefined) all.push(`"${account.name}" is in line ${String(before)} as well`);
      else names.set(account.name, line);
      const twin = works.get(workOf(account));
      if (twin === undefined) works.set(workOf(account), account);
      // Done at the same time, it would double mail.
      else if (before === undefined && own.length === 0)
        all.push(`it is the same as "${twin.name}": both users, servers and options`);
      const fault = all.length === 0 ? check(account) : undefined;
      if (fault !== undefined) all.push(`options: ${fault}`);
      accounts.push(account);
    }
    faults.push(...all.map((message) => ({ line, message })));
  }
  if (found.length === 0) faults.push({ line: 1, message: "there is no account in it" });
  return { accounts, faults };
}

/** What is done for it, whatever it is called. */
export function workOf({ hosts, options }: Pick<Account, "hosts" | "options">): string {
  return JSON.stringify([hosts.map(({ host, port, user }) => [host.toLowerCase(), port ?? null, user]), options]);
}

interface CsvRow {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

function cellsOf(
  text: string,
  options: CsvOptions,
  make: (cells: readonly string[], line: number) => Found | undefined,
): readonly Found[] | Fault {
  try {
    const rows: unknown = parse(text, {
      ...{ bom: true, relax_column_count: true, skip_empty_lines: true, info: true },
      // A file that several programs have written may have all of them.
      record_delimiter: ["\r\n", "\n", "\r"],
      ...options,
    });
    return (rows as readonly CsvRow[]).flatMap(({ record, info }) => make(record, info.lines) ?? []);
  } catch (error) {
    const { lines = 1, code = "unreadable" } = error as { readonly lines?: number; readonly code?: string };
    // Its own words quote the line, and with it a password.
    return { line: lines, message: `this is no CSV (${code})` };
  }
}

function csvLines(text: string): readonly Found[] | Fault {
  const [first = ""] = text
    .replace(/^\uFEFF/, "")
    .trimStart()
    .split(/[\r\n]/, 1);
  const delimiter = first.includes(";") ? ";" : ",";
  let names: readonly string[] | undefined;
  const found = cellsOf(text, { delimiter }, (cells, line) => {
    if (names === undefined) {
      names = cells.map((cell) => cell.trim().toLowerCase());
      return { line, record: {}, faults: headingFaults(names) };
    }
    if (cells.every((cell) => cell.trim() === "")) return undefined;
    const record = Object.fromEntries(names.map((name, i) => [name, cells[i] ?? ""]));
    const isSurplus = cells.some((cell, i) => (names?.[i] ?? "") === "" && cell.trim() !== "");
    return { line, record, faults: isSurplus ? ["it has more columns than the first line has names"] : [] };
  });
  if ("message" in found) return found;
  const [heading, ...accounts] = found;
  return heading !== undefined && heading.faults.length > 0 ? [heading] : accounts;
}

function hasHeading(text: string): boolean {
  const cells = /^\uFEFF?\s*([^\r\n]*)/.exec(text)![1]!.split(/[;,]/);
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

function jsonLines(text: string): readonly Found[] | Fault {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    // Its own words quote the text.
    return { line: 1, message: "this is no JSON" };
  }
  return [value].flat().map((one, i): Found => {
    const line = i + 1;
    if (typeof one !== "object" || one === null) return { line, record: {}, faults: ["it is no object"] };
    const entries = Object.entries(one as Readonly<Record<string, unknown>>);
    const faults = entries.flatMap(([name, cell]) => {
      if (!isColumn(name)) return [`there is no column "${name}"; there are ${columns.join(", ")}`];
      return isCell(name, cell) ? [] : [`${name}: neither a text nor a number`];
    });
    return { line, record: Object.fromEntries(entries.map(([name, cell]) => [name, cellText(cell)])), faults };
  });
}

function isColumn(name: string): name is Column {
  return (columns as readonly string[]).includes(name);
}

function isCell(name: Column, cell: unknown): boolean {
  if (name === "options" && Array.isArray(cell)) return cell.every((one) => typeof one === "string");
  return cell === null || typeof cell === "string" || typeof cell === "number";
}

function cellText(cell: unknown): string {
  if (Array.isArray(cell)) return cell.map((one) => `'${String(one).replaceAll("'", String.raw`'\''`)}'`).join(" ");
  return typeof cell === "string" || typeof cell === "number" ? String(cell) : "";
}
