// The flags that messages had at the last checkpoint, of sides that do not report which of them changed.

import { type FlagSet, flagsOfKey, noFlags } from "../model/flags.ts";
import { KnownFlags } from "../model/known-flags.ts";
import type { Side } from "../model/side.ts";
import { type FlagRun, readRuns, uidsInBlock, writeRuns } from "./flag-runs.ts";
import { maxTextOctets } from "./row-rules.ts";
import type { SparseTables } from "./sparse-tables.ts";
import type { Connection, SqlValue } from "./sqlite.ts";

/** One side of one mailbox. */
type MailboxSide = readonly [idx: number, side: Side];

interface SetRow {
  readonly number: SqlValue;
  readonly flags: SqlValue;
}

interface BlockRow {
  readonly block: SqlValue;
  readonly runs: SqlValue;
}

/** The number of {@link noFlags}, whose row is always there: an empty mailbox is known, too. */
const numberOfNone = 0;

const tables = ["flag_sets", "flag_blocks"] as const;

export class FlagsKnown {
  readonly #connection: Connection;
  readonly #sparse: SparseTables;

  constructor(connection: Connection, sparse: SparseTables) {
    this.#connection = connection;
    this.#sparse = sparse;
  }

  /** Undefined: nothing is recorded, or what cannot be. */
  read(idx: number, side: Side): KnownFlags | undefined {
    if (!this.#sparse.mayHave("flag_sets", idx)) return undefined;
    const sets = new Map(this.#sets([idx, side]).map(({ number, flags }) => [number, flagsFrom(flags)]));
    if (sets.get(numberOfNone) !== noFlags) return undefined;
    const known = new KnownFlags();
    for (const { block, runs } of this.#blocks([idx, side])) {
      if (!isWhole(block) || !Buffer.isBuffer(runs)) return undefined;
      const found = readRuns(block, runs);
      if (found === undefined) return undefined;
      for (const { first, last, set } of found) {
        const flags = sets.get(set);
        if (flags === undefined) return undefined;
        known.setAll(first, last, flags);
      }
    }
    return known;
  }

  /** In place of what was recorded. Writes what differs only; messages with flags of more octets than a row takes are left out. */
  save(idx: number, side: Side, known: KnownFlags): void {
    const before = this.#sparse.mayHave("flag_sets", idx);
    const sets = new SetNumbers(before ? this.#sets([idx, side]) : []);
    const blocks = new Map((before ? this.#blocks([idx, side]) : []).map(({ block, runs }) => [block, runs]));
    const changed: { readonly block: number; readonly runs: Buffer }[] = [];
    for (const { block, runs } of inBlocks(known, sets)) {
      const octets = writeRuns(block, runs);
      const there = blocks.get(block);
      if (!Buffer.isBuffer(there) || !there.equals(octets)) changed.push({ block, runs: octets });
      blocks.delete(block);
    }
    const { added, unused } = sets;
    if (changed.length + blocks.size + added.length + unused.length === 0) return;
    for (const table of tables) this.#sparse.note(table, idx);
    this.#connection.transaction(() => {
      const these = "idx = ? AND side = ?";
      const remove = (table: string, column: string, value: SqlValue): unknown =>
        this.#connection.run(`DELETE FROM ${table} WHERE ${these} AND ${column} = ?`, idx, side, value);
      const write = (table: string, number: number, value: SqlValue): unknown =>
        this.#connection.run(`INSERT OR REPLACE INTO ${table} VALUES (?, ?, ?, ?)`, idx, side, number, value);
      for (const number of unused) remove("flag_sets", "number", number);
      for (const { number, flags } of added) write("flag_sets", number, flags.key);
      for (const block of blocks.keys()) remove("flag_blocks", "block", block);
      for (const { block, runs } of changed) write("flag_blocks", block, runs);
    });
  }

  /** Of one side, or of both. */
  forget(idx: number, side?: Side): void {
    if (!this.#sparse.mayHave("flag_sets", idx)) return;
    this.#connection.transaction(() => {
      for (const table of tables)
        if (side === undefined) this.#connection.run(`DELETE FROM ${table} WHERE idx = ?`, idx);
        else this.#connection.run(`DELETE FROM ${table} WHERE idx = ? AND side = ?`, idx, side);
    });
  }

  #sets(mailbox: MailboxSide): SetRow[] {
    const sql = "SELECT number, flags FROM flag_sets WHERE idx = ? AND side = ? ORDER BY number";
    return this.#connection.rows<SetRow>(sql, ...mailbox);
  }

  #blocks(mailbox: MailboxSide): BlockRow[] {
    const sql = "SELECT block, runs FROM flag_blocks WHERE idx = ? AND side = ? ORDER BY block";
    return this.#connection.rows<BlockRow>(sql, ...mailbox);
  }
}

/** The columns may hold anything. */
function isWhole(value: SqlValue): value is number {
  return typeof value === "number" && value >>> 0 === value;
}

function flagsFrom(text: SqlValue): FlagSet | undefined {
  return typeof text === "string" ? flagsOfKey(text) : undefined;
}

/** Numbers sets of flags as they are recorded, and new ones with numbers that are free. */
class SetNumbers {
  readonly #numbers = new Map<FlagSet, number>();
  readonly #taken: ReadonlySet<SqlValue>;
  readonly #used = new Set<SqlValue>();
  readonly added: { readonly number: number; readonly flags: FlagSet }[] = [];
  #next = numberOfNone + 1;

  constructor(rows: readonly SetRow[]) {
    this.#taken = new Set(rows.map(({ number }) => number));
    for (const { number, flags: text } of rows) {
      const flags = flagsFrom(text);
      if (flags !== undefined && isWhole(number) && (number === numberOfNone) === (flags === noFlags))
        this.#numbers.set(flags, number);
    }
    this.of(noFlags);
  }

  /** Undefined: they are too long. */
  of(flags: FlagSet): number | undefined {
    let number = this.#numbers.get(flags);
    if (number === undefined) {
      if (Buffer.byteLength(flags.key) > maxTextOctets) return undefined;
      number = flags === noFlags ? numberOfNone : this.#free();
      this.#numbers.set(flags, number);
      this.added.push({ number, flags });
    }
    this.#used.add(number);
    return number;
  }

  /** Recorded, and of no message any more. */
  get unused(): SqlValue[] {
    return [...this.#taken].filter((number) => !this.#used.has(number));
  }

  #free(): number {
    while (this.#taken.has(this.#next)) this.#next++;
    return this.#next++;
  }
}

/** Ascending. */
function* inBlocks(
  known: KnownFlags,
  sets: SetNumbers,
): Generator<{ readonly block: number; readonly runs: readonly FlagRun[] }, void, undefined> {
  let [block, runs]: [number, { first: number; last: number; set: number }[]] = [0, []];
  for (const [uid, flags] of known.entries()) {
    const set = sets.of(flags);
    if (set === undefined) continue;
    const itsBlock = Math.floor(uid / uidsInBlock);
    if (itsBlock !== block) {
      if (runs.length > 0) yield { block, runs };
      [block, runs] = [itsBlock, []];
    }
    const run = runs.at(-1);
    if (run?.set === set && run.last === uid - 1) run.last = uid;
    else runs.push({ first: uid, last: uid, set });
  }
  if (runs.length > 0) yield { block, runs };
}
