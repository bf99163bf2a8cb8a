// Brings a database of any known version to ours, in one transaction, with a copy of the old one kept.

import { randomInt } from "node:crypto";
import { InterimapError } from "../model/errors.ts";
import { type PerSide, sides } from "../model/side.ts";
import { foreignError } from "./database-error.ts";
import { keepCopy } from "./keep-copy.ts";
import { mailboxesToMend, mendRows } from "./mend-rows.ts";
import { loadMigrations, migrate, type Migration } from "./migrations.ts";
import { checkedTables, maxTextOctets } from "./row-rules.ts";
import { requireOurSchema } from "./schema.ts";
import type { Connection } from "./sqlite.ts";

/** The tables of the original program, the same in its versions 0 and 1. */
const originalTables = ["mailboxes", "local", "remote", "mapping"] as const;

/**
 * Creates the tables of a new database. Returns false for one of an older version, left as it is until {@link upgrade}.
 * Throws DATABASE_VERSION and DATABASE_READ (not ours); the database is then unchanged.
 */
export function initialise(connection: Connection): boolean {
  const { version } = connection;
  const migrations = loadMigrations();
  if (version > migrations.length) {
    throw new InterimapError(
      "DATABASE_VERSION",
      `the database ${connection.path} has version ${version}, but only versions up to ${migrations.length} are known`,
      { hint: "use the newer interimap that wrote it" },
    );
  }
  const isEmpty = connection.value("SELECT 1 FROM sqlite_schema") === undefined;
  // user_version is a signed number that any program may have set
  if (version < 0 || (isEmpty ? version > 0 : !hasOriginalTables(connection))) throw foreignError(connection.path);
  if (!isEmpty) requireOurSchema(connection, migrations);
  else {
    connection.transaction(() => {
      migrate(connection, migrations);
      identify(connection);
    });
  }
  return isEmpty || version === migrations.length;
}

export interface Upgrade {
  readonly from: number;
  readonly to: number;
  /** Path of the copy of the database as it was. */
  readonly backup: string;
}

/**
 * Upgrades a database of an older version. The names in one of version 0 hold the hierarchy delimiter that both servers
 * had to share. Throws DELIMITER_MISMATCH and DATABASE_UPGRADE; the database is then unchanged. `mended` has the idx of each
 * mailbox with rows that cannot be, and how many were dropped: our tables would not take them.
 */
export function upgrade(
  connection: Connection,
  delimiters: PerSide<string | null>,
): Upgrade & { readonly mended: ReadonlyMap<number, number> } {
  const { version } = connection;
  if (version === 0 && delimiters.local !== delimiters.remote) throw mismatch(connection.path, delimiters);
  const [original, ...ours] = loadMigrations();
  const backup = prepareUpgrade(connection);
  const mended = connection.transaction(() => {
    if (version === 0) upgradeNames(connection, original!, delimiters.local);
    const isBefore = ({ version }: Migration): boolean => version < firstChecked;
    const pending = ours.filter(({ version }) => version > connection.version);
    migrate(connection, pending.filter(isBefore));
    const mended = connection.version < firstChecked ? mendAll(connection) : new Map<number, number>();
    migrate(
      connection,
      pending.filter((one) => !isBefore(one)),
    );
    if (version <= lastOriginal) mark(connection, "SELECT idx FROM mailboxes");
    identify(connection);
    return mended;
  });
  return { from: version, to: connection.version, backup, mended };
}

/** From this version on the tables check every value for its type. */
const firstChecked = 4;

/** These versions are the original's, which notes nothing before it copies. */
const lastOriginal = 1;

/**
 * Of these there may be copies without a row: it may have been ended between an APPEND and its commit, be it in a `--repair`,
 * which copies what is old. So they are taken up like mailboxes whose round was cut short.
 */
function mark(connection: Connection, mailboxes: string): void {
  connection.run(
    `INSERT INTO rounds (idx, lfloor, rfloor) SELECT idx, 1, 1 FROM (${mailboxes}) WHERE true
     ON CONFLICT (idx) DO UPDATE SET lfloor = 1, rfloor = 1`,
  );
}

function mendAll(connection: Connection): ReadonlyMap<number, number> {
  const there = tableNames(connection);
  const tables = checkedTables.filter((table) => there.has(table));
  // As octets, and one name once: the text 'INBOX' and the octets of INBOX are two values.
  connection.execute(
    `UPDATE OR IGNORE mailboxes SET mailbox = CAST(mailbox AS BLOB) WHERE typeof(mailbox) <> 'blob';
     UPDATE mailboxes SET subscribed = subscribed IS TRUE WHERE typeof(subscribed) <> 'integer' OR subscribed NOT IN (0, 1)`,
  );
  const nameless = `SELECT idx FROM mailboxes WHERE typeof(mailbox) <> 'blob' OR length(mailbox) NOT BETWEEN 1 AND ${maxTextOctets}`;
  for (const { idx } of connection.rows<{ idx: number }>(nameless)) {
    for (const table of [...tables, "mailboxes"]) connection.run(`DELETE FROM ${table} WHERE idx = ?`, idx);
  }
  // The original says so until its first copy of a mailbox is complete.
  for (const side of sides) {
    mark(connection, `SELECT idx FROM ${side} WHERE UIDNEXT = 0`);
    connection.run(`UPDATE ${side} SET UIDNEXT = 1 WHERE UIDNEXT = 0`);
  }
  return new Map(mailboxesToMend(connection, tables).map((idx) => [idx, mendRows(connection, idx, tables)]));
}

function identify(connection: Connection): void {
  connection.identity = randomInt(1, 2 ** 31);
}

/** From version 0 to version 1. */
function upgradeNames(connection: Connection, original: Migration, delimiter: string | null): void {
  const lastIdx = connection.value<number>("SELECT seq FROM sqlite_sequence WHERE name = 'mailboxes'");
  for (const table of originalTables) connection.execute(`ALTER TABLE ${table} RENAME TO old_${table}`);
  migrate(connection, [original]);
  copyMailboxes(connection, delimiter);
  for (const table of ["local", "remote"]) {
    connection.execute(`INSERT INTO ${table} SELECT idx, UIDVALIDITY, UIDNEXT, HIGHESTMODSEQ FROM old_${table}`);
  }
  connection.execute("INSERT INTO mapping SELECT idx, lUID, rUID FROM old_mapping");
  for (const table of originalTables) connection.execute(`DROP TABLE old_${table}`);
  // the idx of a mailbox that was deleted must not be given again
  connection.run("DELETE FROM sqlite_sequence WHERE name = 'mailboxes'");
  // a bigint, because the column has no type: a number would be stored as 9.0
  if (Number.isSafeInteger(lastIdx))
    connection.run("INSERT INTO sqlite_sequence VALUES ('mailboxes', ?)", BigInt(lastIdx!));
}

function copyMailboxes(connection: Connection, delimiter: string | null): void {
  // as octets: not every server's names are valid UTF-8
  const names = "SELECT idx, CAST(mailbox AS BLOB) AS name, subscribed FROM old_mailboxes";
  for (const { idx, name, subscribed } of connection.rows<{ idx: number; name: Buffer; subscribed: number }>(names)) {
    const octets = name.toString("latin1");
    const stored = delimiter === null ? octets : octets.replaceAll(delimiter, "\0");
    connection.run("INSERT INTO mailboxes VALUES (?, ?, ?)", idx, Buffer.from(stored, "latin1"), subscribed);
  }
}

function hasOriginalTables(connection: Connection): boolean {
  const there = tableNames(connection);
  return originalTables.every((table) => there.has(table));
}

/** Whether a database of an older version knows whose it is. */
export function hasAccounts(connection: Connection): boolean {
  return tableNames(connection).has("accounts");
}

function tableNames(connection: Connection): ReadonlySet<string> {
  const rows = connection.rows<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table'");
  return new Set(rows.map(({ name }) => name));
}

/** Returns the path of the copy. */
function prepareUpgrade(connection: Connection): string {
  const tables = connection.tablesWithOrphans();
  if (tables.length > 0) {
    throw new InterimapError(
      "DATABASE_UPGRADE",
      `the database ${connection.path} cannot be upgraded: it has rows of mailboxes it does not list (${tables.join(", ")})`,
      { hint: `sqlite3 ${connection.path} "PRAGMA foreign_key_check" lists them` },
    );
  }
  return keepCopy(connection);
}

function mismatch(path: string, { local, remote }: PerSide<string | null>): InterimapError {
  return new InterimapError(
    "DELIMITER_MISMATCH",
    `the hierarchy delimiters differ (local ${named(local)}, remote ${named(remote)}), but the old database ${path} ` +
      "is for servers with the same one",
    { hint: "make them equal for the run that upgrades the database" },
  );
}

function named(delimiter: string | null): string {
  return delimiter === null ? "none" : JSON.stringify(delimiter);
}
