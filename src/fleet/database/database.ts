// PostgreSQL as the fleet uses it: rows as values, transactions, and one kind of error.

import { Pool, type PoolClient, types } from "pg";
import { InterimapError } from "../../model/errors.ts";

export interface Queries {
  /** @throws InterimapError DATABASE_READ */
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
}

const connectMs = 15_000;
/** bigint: ours are counts and numbers of leases, which stay below 2^53. */
const int8 = 20;

const parserOf = ((oid: number, format?: "text"): unknown =>
  oid === int8 ? Number : types.getTypeParser(oid, format)) as typeof types.getTypeParser;

export function openDatabase({ url, application, connections }: DatabaseOptions): Database {
  const pool = new Pool({
    ...(url !== "" && { connectionString: url }),
    ...{ application_name: application, max: connections, connectionTimeoutMillis: connectMs, keepAlive: true },
    types: { getTypeParser: parserOf },
  });
  // A server that goes away while a connection is idle: the next query makes a new one.
  pool.on("error", () => undefined);
  return {
    rows: (text, values) => asked(() => pool.query(text, values as unknown[])),
    transaction: async (work) => {
      const client = await connected(pool);
      let broken: Error | undefined;
      try {
        return await inTransaction(client, work);
      } catch (error) {
        if (error instanceof InterimapError && error.code === "DATABASE_READ") broken = error;
        throw error;
      } finally {
        client.release(broken);
      }
    },
    close: () => pool.end(),
  };
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
  const queries: Queries = { rows: (text, values) => asked(() => client.query(text, values as unknown[])) };
  await queries.rows("begin");
  try {
    const result = await work(queries);
    await queries.rows("commit");
    return result;
  } catch (error) {
    await queries.rows("rollback").catch(() => undefined);
    throw error;
  }
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

const hints: Readonly<Record<string, string>> = {
  ECONNREFUSED: "see whether PostgreSQL runs, and what --database or PGHOST says",
  ENOENT: "see whether PostgreSQL runs, and what --database or PGHOST says",
  "28P01": "see PGPASSFILE and what ~/.pgpass has",
  "28000": "see pg_hba.conf of the server",
  "3D000": "make it with createdb(1)",
  "42501": "the user of the database must own it, or be allowed to create schemas in it",
};

function databaseError(error: unknown): InterimapError {
  if (error instanceof InterimapError) return error;
  const { code, message } = error as { readonly code?: string; readonly message: string };
  const hint = hints[code ?? ""];
  const words = `the database of the fleet: ${message === "" ? (code ?? "no answer") : message}`;
  return new InterimapError("DATABASE_READ", words, { cause: error, ...(hint !== undefined && { hint }) });
}
