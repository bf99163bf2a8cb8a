// The one way to SQLite: opens and locks the file, keeps prepared statements, turns failures into InterimapError.
//
// Nothing else in the process may open the database's file: closing any descriptor of it drops SQLite's POSIX locks.

import Database from "better-sqlite3";
import type { Fence } from "../model/fence.ts";
import { addOnError } from "./add-on.ts";
import { databaseError } from "./database-error.ts";

export type SqlValue = number | bigint | string | Buffer | null;

/** Long enough for a backup tool's short read, too short for a person to wonder. */
const busyTimeoutMs = 100;

/** The first time that anything of SQLite's native code is needed. */
function loaded(path: string): Database.Database {
  try {
    return new Database(path, { fileMustExist: true, timeout: busyTimeoutMs });
  } catch (error) {
    throw addOnError(error) ?? error;
  }
}

export class Connection {
  readonly path: string;
  readonly #database: Database.Database;
  readonly #fence: Fence | undefined;
  readonly #statements = new Map<string, Database.Statement<SqlValue[]>>();
  #mustSignLog = false;
  #isOurs = false;
  /** better-sqlite3 makes four functions of each that it is given. */
  #inTransaction: ((work: () => unknown) => unknown) | undefined;

  /**
   * Opens an existing file and locks it against every other process, readers too, until {@link close} or the end of
   * the process. Changes nothing in the file. `fence`: asked before each commit; what it says is thrown. Throws
   * DATABASE_LOCKED or DATABASE_READ.
   */
  constructor(path: string, fence?: Fence) {
    this.path = path;
    this.#fence = fence;
    this.#database = this.#guard(() => loaded(path));
    try {
      this.#guard(() => {
        // Order matters: set before the first access to the file, it also makes WAL do without a -shm file.
        this.#database.pragma("locking_mode = EXCLUSIVE");
        this.#database.exec("BEGIN EXCLUSIVE; COMMIT");
        // What the file says of itself is no reason to run anything, or to read beyond a page.
        this.#database.pragma("trusted_schema = OFF");
        this.#database.pragma("cell_size_check = ON");
        // docs/adr/0001-journal-mode.md; see durably()
        this.#database.pragma("synchronous = NORMAL");
        // off until the tables are those of our version, see useForeignKeys
        this.#database.pragma("foreign_keys = OFF");
      });
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  get version(): number {
    return this.#guard(() => this.#database.pragma("user_version", { simple: true }) as number);
  }

  set version(version: number) {
    this.#guard(() => this.#database.pragma(`user_version = ${version}`));
  }

  /** Tells this database from all others, for leftover-log.ts. */
  set identity(number: number) {
    this.#guard(() => this.#database.pragma(`application_id = ${number}`));
  }

  /** Writes to the file's header if it has another journal mode. */
  useWriteAheadLog(): void {
    this.#guard(() => this.#database.pragma("journal_mode = WAL"));
    this.#mustSignLog = true;
  }

  /** It consists of what our version makes: from now on a statement that fails is a defect of ours. */
  trust(): void {
    this.#isOurs = true;
  }

  /** Writes a copy to a file that is not there yet; the database itself stays as it is. */
  copyTo(path: string): void {
    this.#guard(() => this.#statement("VACUUM INTO ?").run(path));
  }

  /** Not within a transaction. */
  useForeignKeys(): void {
    this.#guard(() => this.#database.pragma("foreign_keys = ON"));
  }

  /** Any number of statements, for schema changes. */
  execute(script: string): void {
    this.#guard(() => this.#database.exec(script));
  }

  /** Returns the rowid of the last inserted row, which only an INSERT's caller may look at. */
  run(sql: string, ...values: SqlValue[]): number {
    this.#beforeChange();
    return this.#guard(() => Number(this.#statement(sql).run(...values).lastInsertRowid));
  }

  /** Returns how many rows were changed. */
  changes(sql: string, ...values: SqlValue[]): number {
    this.#beforeChange();
    return this.#guard(() => this.#statement(sql).run(...values).changes);
  }

  rows<Row>(sql: string, ...values: SqlValue[]): Row[] {
    return this.#guard(() => this.#statement(sql).all(...values) as Row[]);
  }

  row<Row>(sql: string, ...values: SqlValue[]): Row | undefined {
    return this.#guard(() => this.#statement(sql).get(...values) as Row | undefined);
  }

  /** Integers come as bigint, exact up to 64 bits. */
  exactRows<Row>(sql: string, ...values: SqlValue[]): Row[] {
    return this.#guard(
      () =>
        this.#statement(sql)
          .safeIntegers()
          .all(...values) as Row[],
    );
  }

  /** The first column of the first row. */
  value<Value extends SqlValue>(sql: string, ...values: SqlValue[]): Value | undefined {
    return this.#guard(
      () =>
        this.#statement(sql)
          .pluck()
          .get(...values) as Value | undefined,
    );
  }

  /** The first column of each row. */
  values<Value extends SqlValue>(sql: string, ...values: SqlValue[]): Value[] {
    return this.#guard(
      () =>
        this.#statement(sql)
          .pluck()
          .all(...values) as Value[],
    );
  }

  /** Commits what `work` did, or nothing of it if it throws. May be nested. */
  transaction<T>(work: () => T): T {
    this.#beforeChange();
    this.#inTransaction ??= this.#database.transaction((inner: () => unknown) => inner());
    const run = this.#inTransaction;
    return this.#guard(() => run(work) as T);
  }

  /** As transaction(), and waits for the disk: this commit and all before it survive the loss of power. Not nested. */
  durably<T>(work: () => T): T {
    this.#guard(() => this.#database.pragma("synchronous = FULL"));
    try {
      return this.transaction(work);
    } finally {
      this.#guard(() => this.#database.pragma("synchronous = NORMAL"));
    }
  }

  /** What is wrong in the file, if anything is. A value that breaks a constraint of ours is no damage to the file. */
  damage(): string | undefined {
    return this.#guard(() => {
      this.#database.pragma("ignore_check_constraints = ON");
      try {
        const found = this.#database.pragma("integrity_check(1)", { simple: true }) as string;
        return found === "ok" ? undefined : found;
      } finally {
        this.#database.pragma("ignore_check_constraints = OFF");
      }
    });
  }

  /** Tables with rows for mailboxes that are not there, in alphabetical order. */
  tablesWithOrphans(): string[] {
    const sql = 'SELECT DISTINCT "table" AS name FROM pragma_foreign_key_check ORDER BY 1';
    return this.rows<{ name: string }>(sql).map(({ name }) => name);
  }

  /** Leaves a single file behind: SQLite folds the write-ahead log into it. */
  close(): void {
    this.#guard(() => this.#database.close());
  }

  /** Not asked within a transaction: nothing is waited for there. */
  #beforeChange(): void {
    if (this.#database.inTransaction) return;
    const refusal = this.#fence?.();
    if (refusal !== undefined) throw refusal;
    this.#signLog();
  }

  /** The log begins with the page that has the identity, by which leftover-log.ts recognises it. */
  #signLog(): void {
    if (!this.#mustSignLog) return;
    // Writes that page, although nothing changes.
    this.version = this.version;
    this.#mustSignLog = false;
  }

  #statement(sql: string): Database.Statement<SqlValue[]> {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare<SqlValue[]>(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw databaseError(this.path, error, this.#isOurs);
    }
  }
}
