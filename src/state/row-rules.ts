// What each column may hold. migrations/ says the same as CHECK constraints, but others can change the file without
// them, so these conditions are checked again before a mailbox's rows are used.

import { maxUid } from "../model/uid-set.ts";
import { lastBlock, maxRunOctets } from "./flag-runs.ts";
import { type SparseTable, sparseTables } from "./sparse-tables.ts";
import type { Connection } from "./sqlite.ts";

type Columns = Readonly<Record<string, string>>;

/** No time beyond the year 9999: it could not be written as ISO 8601. */
export const lastSecond = 253_402_300_799;
/** Octets of a text, or of a mailbox's name. */
export const maxTextOctets = 65_536;

/** Every table with rows of mailboxes, and of each column but idx the condition under which its value can be. */
export const rowRules = {
  mapping: { lUID: whole("lUID", 1, maxUid), rUID: whole("rUID", 1, maxUid) },
  local: stateColumns(),
  remote: stateColumns(),
  rounds: { lfloor: whole("lfloor", 1, maxUid), rfloor: whole("rfloor", 1, maxUid) },
  message_counts: { local: whole("local", 0, maxUid), remote: whole("remote", 0, maxUid) },
  synchronised: { at: whole("at", 0, lastSecond) },
  refused: {
    side: side(),
    UID: whole("UID", 1, maxUid),
    size: whole("size", 0, Number.MAX_SAFE_INTEGER),
    message_id: `(message_id IS NULL OR ${text("message_id")})`,
    reason: text("reason"),
    first_attempt: whole("first_attempt", 0, lastSecond),
    last_attempt: whole("last_attempt", 0, lastSecond),
    attempts: whole("attempts", 1, maxUid),
  },
  refused_changes: {
    side: side(),
    UID: whole("UID", 1, maxUid),
    what: "(what IN ('deletion', 'flags'))",
    reason: text("reason"),
    first_attempt: whole("first_attempt", 0, lastSecond),
    last_attempt: whole("last_attempt", 0, lastSecond),
    attempts: whole("attempts", 0, maxUid),
  },
  waits: {
    side: side(),
    first_UID: whole("first_UID", 1, maxUid),
    reason: text("reason"),
    since: whole("since", 0, lastSecond),
    next_attempt: whole("next_attempt", 0, lastSecond),
    attempts: whole("attempts", 1, maxUid),
  },
  unconfirmed: {
    side: side(),
    first_UID: whole("first_UID", 1, maxUid),
    last_UID: `(typeof(last_UID) = 'integer' AND last_UID BETWEEN first_UID AND ${maxUid})`,
    appends: whole("appends", 1, maxUid),
    since: whole("since", 0, lastSecond),
  },
  suspects: { side: side(), UID: whole("UID", 1, maxUid) },
  misread: { side: side() },
  stuck: { side: side() },
  stocks: { hour: whole("hour", 0, maxUid), known: whole("known", 0, maxUid) },
  emptied: { at: whole("at", 0, lastSecond) },
  mailbox_ids: {
    side: side(),
    // RFC 8474 section 7, objectid
    MAILBOXID: `(typeof(MAILBOXID) = 'text' AND octet_length(MAILBOXID) BETWEEN 1 AND 255
      AND MAILBOXID NOT GLOB '*[^-0-9A-Z_a-z]*')`,
  },
  unstable: { side: side(), changes: whole("changes", 1, maxUid), at: whole("at", 0, lastSecond) },
  lifted: { side: side(), UID: whole("UID", 1, maxUid) },
  unkept: { side: side(), flags: text("flags"), at: whole("at", 0, lastSecond) },
  flag_sets: { side: side(), number: whole("number", 0, maxUid), flags: text("flags") },
  flag_blocks: {
    side: side(),
    block: whole("block", 0, lastBlock),
    runs: `(typeof(runs) = 'blob' AND length(runs) BETWEEN 1 AND ${maxRunOctets})`,
  },
  remote_names: {
    name: `(typeof(name) = 'blob' AND length(name) BETWEEN 1 AND ${maxTextOctets})`,
    special_use: text("special_use"),
  },
} as const satisfies Readonly<Record<string, Columns>>;

export type CheckedTable = keyof typeof rowRules;

export const checkedTables = Object.keys(rowRules) as readonly CheckedTable[];

const impossible = new Map<CheckedTable, string>();

/** The condition under which a row of the table is one that cannot be. */
export function isImpossible(table: CheckedTable): string {
  const known = impossible.get(table);
  if (known !== undefined) return known;
  const condition = `NOT (${Object.values<string>(rowRules[table]).join(" AND ")})`;
  impossible.set(table, condition);
  return condition;
}

/** A value that cannot be, and where it is. */
export interface Impossibility {
  readonly table: CheckedTable;
  readonly column: string;
  /** As SQL shows it, cut. */
  readonly value: string;
}

/**
 * What a mailbox's rows hold that cannot be; undefined when they are sound. Does not read the mapping: see
 * {@link mappingEnds}. `mayHave`: whether a table that is mostly empty need be looked at.
 */
export function findImpossible(
  connection: Connection,
  idx: number,
  mayHave: (table: SparseTable) => boolean,
): Impossibility | undefined {
  const sparse = sparseTables.filter(mayHave).map(asSearch);
  const table =
    search(connection, idx, (searchAlways ??= everySearch())) ??
    (sparse.length === 0 ? undefined : search(connection, idx, any(sparse)));
  if (table === undefined) return undefined;
  const found = showImpossible(connection, { table, rules: rowRules[table], of: `idx = ${String(idx)}` });
  return { table, column: found?.column ?? "idx", value: found?.value ?? "" };
}

interface Rules {
  readonly table: string;
  readonly rules: Columns;
  /** SQL: which rows are meant. */
  readonly of: string;
}

/** The first value that cannot be. */
export function showImpossible(
  connection: Connection,
  { table, rules, of }: Rules,
): Pick<Impossibility, "column" | "value"> | undefined {
  const parts = Object.entries(rules).map(
    ([column, rule]) =>
      `SELECT '${column}' AS "column", substr(quote(substr(${column}, 1, 40)), 1, 60) AS value
       FROM ${table} WHERE ${of} AND NOT (${rule})`,
  );
  return connection.row(`${parts.join(" UNION ALL ")} LIMIT 1`);
}

/** Texts and blobs sort behind all numbers, so it is enough to look at both ends of each index; what is between is checked when read. */
const mappingEnds = ["lUID", "rUID"]
  .flatMap((uid) => [`${uid} < 1`, `${uid} > ${maxUid}`])
  .map((condition) => `SELECT 'mapping' AS name WHERE EXISTS (SELECT 1 FROM mapping WHERE idx = ? AND ${condition})`);

interface Search {
  readonly sql: string;
  /** How often the mailbox is named. */
  readonly parts: number;
}

function search(connection: Connection, idx: number, { sql, parts }: Search): CheckedTable | undefined {
  return connection.value<string>(sql, ...Array<number>(parts).fill(idx)) as CheckedTable | undefined;
}

function any(searches: readonly string[]): Search {
  return { sql: `${searches.join(" UNION ALL ")} LIMIT 1`, parts: searches.length };
}

function asSearch(table: CheckedTable): string {
  return `SELECT '${table}' WHERE EXISTS (SELECT 1 FROM ${table} WHERE idx = ? AND ${isImpossible(table)})`;
}

const isSparse = (table: CheckedTable): boolean => sparseTables.some((sparse) => sparse === table);
/** Of what is always looked at. Most runs do not visit any mailbox. */
let searchAlways: Search | undefined;

function everySearch(): Search {
  return any([
    ...mappingEnds,
    ...checkedTables.filter((table) => table !== "mapping" && !isSparse(table)).map(asSearch),
  ]);
}

/** A server may have written as much as it liked; UTF-8 takes up to three octets for each of these. */
export function boundedText(text: string): string {
  return text.slice(0, Math.floor(maxTextOctets / 3));
}

/** SQL for a count that goes up by one, and stays at its end. */
export function oneMore(column: string): string {
  return `min(${column} + 1, ${maxUid})`;
}

function stateColumns() {
  return {
    UIDVALIDITY: whole("UIDVALIDITY", 1, maxUid),
    UIDNEXT: whole("UIDNEXT", 1, maxUid),
    // of 64 bits, whatever they are
    HIGHESTMODSEQ: "typeof(HIGHESTMODSEQ) = 'integer'",
  };
}

export function whole(column: string, least: number, most: number): string {
  return `(typeof(${column}) = 'integer' AND ${column} BETWEEN ${least} AND ${most})`;
}

export function text(column: string): string {
  return `(typeof(${column}) = 'text' AND octet_length(${column}) <= ${maxTextOctets})`;
}

export function side(): string {
  return "(side IN ('local', 'remote'))";
}
