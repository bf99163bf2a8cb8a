// Public keys in the database: the newest one seals.

import { createPublicKey, type KeyObject } from "node:crypto";
import { InterimapError } from "../../model/errors.ts";
import type { HostColumns } from "../accounts/account-row.ts";
import type { Database, Queries } from "../database/database.ts";
import type { SecretReference } from "./reference.ts";
import { keyId, open, publicOf, rawPublic, seal } from "./seal.ts";

export interface StoredKey {
  readonly id: string;
  readonly added: Date;
  /** How many secrets are sealed for it. */
  readonly secrets: number;
}

/** @throws InterimapError DATABASE_READ */
export async function currentKey(queries: Queries): Promise<KeyObject | undefined> {
  const [row] = await queries.rows<{ public: Buffer }>(
    "select public from interimap_fleet.keys order by added desc limit 1",
  );
  return row === undefined ? undefined : publicOf(row.public);
}

/** Seals from now on. Returns its identifier. */
export async function storeKey(queries: Queries, privateKey: KeyObject): Promise<string> {
  const id = keyId(createPublicKey(privateKey));
  await queries.rows(
    "insert into interimap_fleet.keys (id, public) values ($1, $2) on conflict (id) do update set added = now()",
    [id, rawPublic(privateKey)],
  );
  return id;
}

/** The newest first. */
export function storedKeys(queries: Queries): Promise<StoredKey[]> {
  return queries.rows<StoredKey>(
    `select id, added, (
       select count(*) from interimap_fleet.accounts, lateral (values (secret1), (secret2)) as one (secret)
       where secret -> 'sealed' ->> 'key' = keys.id
     ) as secrets from interimap_fleet.keys order by added desc`,
  );
}

const atOnce = 200;

/** Seals all secrets for the newest key. Returns how many. @throws InterimapError CREDENTIALS where a key is missing */
export async function resealAll(database: Database, keys: ReadonlyMap<string, KeyObject>): Promise<number> {
  const current = await currentKey(database);
  if (current === undefined)
    throw new InterimapError("CREDENTIALS", "there is no key yet", { hint: "run: interimap-fleet keys new FILE" });
  let resealed = 0;
  for (let last = 0; ;) {
    const rows = await database.rows<HostColumns>(
      "select * from interimap_fleet.accounts where id > $1 order by id limit $2",
      [last, atOnce],
    );
    if (rows.length === 0) return resealed;
    for (const row of rows) {
      const both = [
        { secret: row.secret1, purpose: { host: row.host1, port: row.port1 ?? undefined, user: row.user1 } },
        { secret: row.secret2, purpose: { host: row.host2, port: row.port2 ?? undefined, user: row.user2 } },
      ].map(({ secret, purpose }): SecretReference => {
        if (secret.from !== "sealed" || secret.sealed.key === keyId(current)) return secret;
        const key = keys.get(secret.sealed.key);
        if (key === undefined)
          throw new InterimapError("CREDENTIALS", `the key ${secret.sealed.key} is missing`, {
            hint: "name its file with --key-file",
          });
        resealed++;
        return { from: "sealed", sealed: seal(open(secret.sealed, key, purpose), current, purpose) };
      });
      // What was changed meanwhile stays.
      await database.rows(
        `update interimap_fleet.accounts set secret1 = $2, secret2 = $3
         where id = $1 and secret1 = $4 and secret2 = $5`,
        [row.id, ...both, row.secret1, row.secret2].map((value) =>
          typeof value === "number" ? value : JSON.stringify(value),
        ),
      );
    }
    last = rows.at(-1)!.id;
  }
}
