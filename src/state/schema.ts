// What a database may consist of: the tables that our migrations make, and nothing that acts by itself. A trigger, a
// view in place of a table or a computed column would let whoever made the file answer our queries, or change what we
// write.

import { strangeError } from "./database-error.ts";
import type { Migration } from "./migrations.ts";
import { impossibleValue, largestIdx } from "./read-values.ts";
import type { Connection } from "./sqlite.ts";

interface SchemaRow {
  readonly type: string;
  readonly name: string;
  /** Null for an index that belongs to a constraint. */
  readonly sql: string | null;
}

/** Tables that SQLite makes for itself, word by word: for AUTOINCREMENT, and for ANALYZE in its versions. */
const ofSqlite: ReadonlyMap<string, string> = new Map(
  [
    "sqlite_sequence(name,seq)",
    "sqlite_stat1(tbl,idx,stat)",
    "sqlite_stat2(tbl,idx,sampleno,sample)",
    "sqlite_stat3(tbl,idx,neq,nlt,ndlt,sample)",
    "sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)",
  ].map((table) => [table.replace(/\(.*/, ""), `CREATE TABLE ${table}`]),
);

/** From this version on all tables are ours, word by word. Those before may be the original's, in its own words. */
const firstOfOurOwn = 4;

/**
 * @throws InterimapError DATABASE_READ when the database has anything that no version of ours makes, or lacks a table. An
 * empty one has nothing to look at.
 */
export function requireOurSchema(connection: Connection, migrations: readonly Migration[]): void {
  const { version, path } = connection;
  const tables = tablesOf(migrations.filter((one) => one.version <= Math.max(1, version)));
  const rows = connection.rows<SchemaRow>("SELECT type, name, sql FROM sqlite_schema");
  const found = new Set<string>();
  for (const { type, name, sql } of rows) {
    if (type === "index" && sql === null) continue;
    if (type === "table" && sql !== null && sql === ofSqlite.get(name)) {
      found.add(name);
      continue;
    }
    const expected = tables.get(name);
    const isOurs =
      type === "table" &&
      expected !== undefined &&
      (version < firstOfOurOwn
        ? isPlain(sql) && hasColumns(connection, name, expected)
        : sql === expected || words(sql ?? "") === words(expected));
    if (!isOurs) throw strangeError(path, `${type} ${name}`);
    found.add(name);
  }
  for (const name of [...tables.keys(), "sqlite_sequence"])
    if (!found.has(name)) throw strangeError(path, `no table ${name}`);
  requireSoundSequence(connection);
}

/** Where it is at its end, SQLite can give no number to a new mailbox, and says that the disk is full. */
function requireSoundSequence(connection: Connection): void {
  const sql = `SELECT quote(substr(seq, 1, 40)) FROM sqlite_sequence
    WHERE typeof(seq) <> 'integer' OR seq NOT BETWEEN 0 AND ${largestIdx}`;
  const value = connection.value<string>(sql);
  if (value !== undefined) throw impossibleValue(connection.path, { table: "sqlite_sequence", column: "seq" }, value);
}

/** By name, as the last migration that makes it does: one that changes a table makes it anew. */
function tablesOf(migrations: readonly Migration[]): ReadonlyMap<string, string> {
  const scripts = migrations.map(({ script }) => script).join("\n");
  const created = scripts.matchAll(/^(CREATE TABLE (\w+) \(.*?\n\)[^;]*);/gms);
  return new Map([...created].map(([, sql, name]) => [name!, sql!]));
}

/** To ask a virtual table for its columns would be to start it. */
function isPlain(sql: string | null): boolean {
  return /^CREATE TABLE\b/.test(sql ?? "");
}

/** None of them hidden, as those that are computed are. */
function hasColumns(connection: Connection, table: string, sql: string): boolean {
  const expected = [...sql.matchAll(/^ {2}(\w+) (?!KEY|\()/gm)].map(([, name]) => name);
  const columns = connection.rows<{ name: string; hidden: number }>(
    "SELECT name, hidden FROM pragma_table_xinfo(?) ORDER BY cid",
    table,
  );
  return (
    columns.length === expected.length && columns.every(({ name, hidden }, i) => hidden === 0 && name === expected[i])
  );
}

function words(sql: string): string {
  return sql.replace(/\s+/g, " ").trim();
}
