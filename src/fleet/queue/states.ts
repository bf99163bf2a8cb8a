// States at home: what engines remember between runs, in versions. Who takes one out and does not bring it back leaves word that the
// servers may be ahead of it.

import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { brotliCompress, brotliDecompress, constants } from "node:zlib";
import type { Queries } from "../database/database.ts";
import type { Fleet } from "../fleet.ts";
import type { Lease } from "./take.ts";

/** What an engine's file is to be from now on. */
export type StateAfter =
  /** The run did not end in order: the database has a former version. */
  | { readonly kind: "lost" }
  /** As it was taken out, or still none. */
  | { readonly kind: "as before" }
  | { readonly kind: "new"; readonly digest: Buffer; readonly compressed: Buffer };

export interface StateTaken {
  /** The engine's file; undefined: there is none. */
  readonly file: Buffer | undefined;
  readonly version: number | undefined;
  readonly digest: Buffer | undefined;
  /** A run that did not come back has had it, or it is not the last version. */
  readonly mayBeOlder: boolean;
  /** Versions that have turned out not to be what was stored; they are not given out again. */
  readonly damaged: readonly number[];
  /** There were versions, and each is damaged. */
  readonly isLost: boolean;
}

/** Of a file. A million messages take about 60 MB. */
export const mostStateOctets = 256 << 20;
/** The number of versions that are kept. */
const versions = 2;
/** Higher ones take far longer, and save little. */
const quality = 4;

const compress = promisify(brotliCompress);
const decompress = promisify(brotliDecompress);

export async function newState(file: Buffer): Promise<StateAfter & { readonly kind: "new" }> {
  const compressed = await compress(file, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } });
  return { kind: "new", digest: digestOf(file), compressed };
}

export function digestOf(file: Buffer): Buffer {
  return createHash("sha256").update(file).digest();
}

/** Undefined: the lease is lost. @throws InterimapError DATABASE_READ */
export async function takeState(fleet: Fleet, { account, number }: Lease): Promise<StateTaken | undefined> {
  const out = await fleet.database.transaction((queries) => noteOut(queries, { account, number }));
  if (out === undefined) return undefined;
  const damaged: number[] = [];
  for (const version of out.versions) {
    const stored = await storedState(fleet.database, account, version);
    if (stored !== undefined) {
      const mayBeOlder = out.wasOut || version !== out.newest;
      return { ...stored, version, mayBeOlder, damaged, isLost: false };
    }
    await noteDamage(fleet.database, account, version);
    damaged.push(version);
  }
  const none = { file: undefined, version: undefined, digest: undefined };
  return { ...none, mayBeOlder: out.wasOut, damaged, isLost: out.newest !== undefined };
}

interface Out {
  readonly wasOut: boolean;
  /** The newest first, without those that are known to be damaged. */
  readonly versions: readonly number[];
  /** Damaged or not; undefined: there is none. */
  readonly newest: number | undefined;
}

async function noteOut(
  queries: Queries,
  { account, number }: Pick<Lease, "account" | "number">,
): Promise<Out | undefined> {
  const [before] = await queries.rows<{ out: number | null }>(
    `select state_out as out from interimap_fleet.accounts where id = $1
     and exists (select from interimap_fleet.leases where account = $1 and number = $2) for no key update`,
    [account, number],
  );
  if (before === undefined) return undefined;
  await queries.rows("update interimap_fleet.accounts set state_out = $2 where id = $1", [account, number]);
  const rows = await queries.rows<{ version: number; is_damaged: boolean }>(
    "select version, is_damaged from interimap_fleet.states where account = $1 order by version desc",
    [account],
  );
  const sound = rows.filter(({ is_damaged }) => !is_damaged).map(({ version }) => version);
  return { wasOut: before.out !== null, versions: sound, newest: rows[0]?.version };
}

async function storedState(
  queries: Queries,
  account: number,
  version: number,
): Promise<{ readonly file: Buffer; readonly digest: Buffer } | undefined> {
  const [row] = await queries.rows<{ content: Buffer; digest: Buffer | null }>(
    "select content, digest from interimap_fleet.states where account = $1 and version = $2",
    [account, version],
  );
  if (row === undefined) return undefined;
  try {
    const file = await decompress(row.content, { maxOutputLength: mostStateOctets });
    const digest = digestOf(file);
    // Those of earlier programs have none.
    return row.digest?.equals(digest) === false ? undefined : { file, digest };
  } catch {
    return undefined;
  }
}

/** It is kept, but not given out again. @throws InterimapError DATABASE_READ */
export async function noteDamage(queries: Queries, account: number, version: number): Promise<void> {
  await queries.rows("update interimap_fleet.states set is_damaged = true where account = $1 and version = $2", [
    account,
    version,
  ]);
}

/** Within the transaction that ends the lease, which is held. @throws InterimapError DATABASE_READ */
export async function bringHome(queries: Queries, { account, number }: Lease, state: StateAfter): Promise<void> {
  if (state.kind === "lost") return;
  await queries.rows("update interimap_fleet.accounts set state_out = null where id = $1", [account]);
  if (state.kind === "as before") return;
  await queries.rows(
    `insert into interimap_fleet.states (account, version, lease, content, digest)
     select $1, coalesce(max(version), 0) + 1, $2, $3, $4 from interimap_fleet.states where account = $1`,
    [account, number, state.compressed, state.digest],
  );
  // Damaged ones stay as long as what was there before them.
  await queries.rows(
    `delete from interimap_fleet.states where account = $1 and version <
       (select min(version) from (select version from interimap_fleet.states
        where account = $1 and not is_damaged order by version desc limit $2) kept)`,
    [account, versions],
  );
}
