// PostgreSQL as the fleet uses it: rows as values, transactions, and one kind of error.

import { defaults, Pool, type PoolClient, types } from "pg";
import { InterimapError } from "../../model/errors.ts";
import { databasePassword } from "./pgpass.ts";
import { storable } from "./storable.ts";

export interface Queries {
  /** @throws InterimapError DATABASE_READ, or USAGE where the URL is none */
  rows<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

export interface Database extends Queries {
  /** All of it or nothing; what `work` throws, it throws, after undoing what was done. */
  transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** A URL without a password, or "": libpq's environment decides (PGHOST, PGSERVICE, PGPASSFILE and so on). */
  readonly url: string;
  /** By which pg_stat_activity calls it. */
  readonly application: string;
  readonly connections: number;
  /** No answer may take longer: the machine of the database may be gone without a word. Undefined: any time. */
  readonly answerMs?: number | undefined;
}

const connectMs = 15_000;
/** A process that was stopped in the middle of a transaction must not keep all others waiting for what it has locked. */
const idleInTransactionMs = 30_000;
/** Of a transaction that others were in the way of. */
const mostAttempts = 5;
/** bigint: ours are counts and numbers of leases, which stay below 2^53. */
const int8 = 20;

const parserOf = ((oid: number, format?: "text"): unknown =>
  oid === int8 ? Number : types.getTypeParser(oid, format)) as typeof types.getTypeParser;

/** Where neither the URL nor PGPASSWORD has one. pg's own way to the file of passwords is to go. */
(defaults as { password?: unknown }).password = databasePassword;

/** Nothing is connected to before something is asked. */
export function openDatabase(options: DatabaseOptions): Database {
  const pool = poolOf(options);
  // A server that goes away while a connection is idle: the next query makes a new one.
  pool.on("error", () => undefined);
  return {
    rows: (text, values) => asked(() => pool.query(text, storableValues(values))),
    transaction: async (work) => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await transact(pool, work);
        } catch (error) {
          if (attempt === mostAttempts || !isConflict(error)) throw error;
        }
      }
    },
    close: () => pool.end(),
  };
}

function poolOf({ url, application, connections, answerMs }: DatabaseOptions): Pool {
  return new Pool({
    ...(url !== "" && { connectionString: url }),
    ...{ application_name: application, max: connections, connectionTimeoutMillis: connectMs, keepAlive: true },
    ...{ idle_in_transaction_session_timeout: idleInTransactionMs, types: { getTypeParser: parserOf } },
    ...(answerMs !== undefined && { query_timeout: answerMs }),
  });
}

async function transact<T>(pool: Pool, work: (queries: Queries) => Promise<T>): Promise<T> {
  const client = await connected(pool);
  let broken: Error | undefined;
  try {
    return await inTransaction(client, work);
  } catch (error) {
    if (error instanceof InterimapError && error.code === "DATABASE_READ") broken = error;
    throw error;
  } finally {
    // A broken connection is closed, and with it the transaction ends.
    client.release(broken);
  }
}

async function connected(pool: Pool): Promise<PoolClient> {
  try {
    const client = await pool.connect();
    // Without a listener, a connection that breaks between two queries would end the process.
    if (client.listenerCount("error") === 0) client.on("error", () => undefined);
    return client;
  } catch (error) {
    throw databaseError(error);
  }
}

async function inTransaction<T>(client: PoolClient, work: (queries: Queries) => Promise<T>): Promise<T> {
  const queries: Queries = { rows: (text, values) => asked(() => client.query(text, storableValues(values))) };
  await queries.rows("begin");
  try {
    const result = await work(queries);
    await queries.rows("commit");
    return result;
  } catch (error) {
    // A database that gives no answer gives none to this, either.
    if (!(error instanceof InterimapError) || error.code !== "DATABASE_READ")
      await queries.rows("rollback").catch(() => undefined);
    throw error;
  }
}

function storableValues(values: readonly unknown[] = []): unknown[] {
  return values.map((value) => (typeof value === "string" ? storable(value) : value));
}

interface Answer {
  readonly rows: unknown[];
}

async function asked<Row>(query: () => Promise<Answer | readonly Answer[]>): Promise<Row[]> {
  try {
    // A text of several statements has several answers.
    return [await query()].flat().flatMap(({ rows }) => rows) as Row[];
  } catch (error) {
    throw databaseError(error);
  }
}

const untrusted = "name the certificate of its authority in the URL: &sslrootcert=/PATH/ca.pem";

const hints: Readonly<Record<string, string>> = {
  ECONNREFUSED: "see whether PostgreSQL runs, and what --database or PGHOST says",
  ENOENT: "see whether PostgreSQL runs, and what --database or PGHOST says",
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  "28P01": "see PGPASSFILE and what ~/.pgpass has",
  "28000": "see pg_hba.conf of the server",
  "3D000": "make it with createdb(1)",
  "42501": "the user of the database must own it, or be allowed to create schemas in it",
};

/** Another transaction was in the way (deadlock, serialization): the same again may go well. */
function isConflict(error: unknown): boolean {
  return /^40(?:001|P01)$/.test(sqlState(error));
}

/** It is what was to be written that cannot be: the same again fails again. */
export function isAboutValues(error: unknown): boolean {
  return /^(?:2[123]|42|54)/.test(sqlState(error));
}

/** Appendix A of PostgreSQL's manual; empty where the error is another one. */
function sqlState(error: unknown): string {
  if (!(error instanceof InterimapError) || error.code !== "DATABASE_READ") return "";
  const { code } = (error.cause ?? {}) as { readonly code?: unknown };
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) ? code : "";
}

function databaseError(error: unknown): InterimapError {
  if (error instanceof InterimapError) return error;
  const { code, message } = error as { readonly code?: string; readonly message: string };
  if (code === "ERR_INVALID_URL")
    return new InterimapError("USAGE", "the URL of the database cannot be read", {
      hint: "it is written like postgresql://USER@HOST/DATABASE",
    });
  const hint = hints[code ?? ""];
  const words = `the database of the fleet: ${message === "" ? (code ?? "no answer") : message}`;
  return new InterimapError("DATABASE_READ", words, { cause: error, ...(hint !== undefined && { hint }) });
}
