// `keys`: what seals the secrets of accounts.

import { textTable } from "../../service/text-table.ts";
import { counted } from "../../util/counted.ts";
import { usage } from "../command/options.ts";
import type { Fleet } from "../fleet.ts";
import { makeKeyFile, readKeyFiles } from "../secrets/key-file.ts";
import { resealAll, storedKeys, storeKey } from "../secrets/stored-keys.ts";

/** Ends with a line break. @throws InterimapError USAGE, FILE_CREATE, CREDENTIALS, DATABASE_READ */
export async function keysCommand(
  { database }: Fleet,
  [verb, file]: readonly string[],
  keyFiles: readonly string[],
): Promise<string> {
  if (verb === "new" && file !== undefined) {
    const id = await storeKey(database, makeKeyFile(file));
    return `Made the key ${id}: secrets are sealed for it from now on, and workers need --key-file ${file}\n`;
  }
  if (verb === "list" && file === undefined) {
    const rows = (await storedKeys(database)).map(({ id, added, secrets }) => [
      id,
      added.toISOString(),
      String(secrets),
    ]);
    const columns = [{ title: "Key" }, { title: "Added" }, { title: "Secrets", isNumber: true }];
    return rows.length === 0 ? "There is no key yet\n" : `${textTable(columns, rows).join("\n")}\n`;
  }
  if (verb === "rotate" && file === undefined) {
    const resealed = await resealAll(database, readKeyFiles(keyFiles));
    return `Sealed ${counted(resealed, "secret")} anew\n`;
  }
  throw usage("keys: new FILE, list or rotate");
}
