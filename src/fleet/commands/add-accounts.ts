// `add` and `import`: accounts of a file, all of them or, where one is wrong, none.

import { readFileSync } from "node:fs";
import { InterimapError } from "../../model/errors.ts";
import { counted } from "../../util/counted.ts";
import { slices } from "../../util/slices.ts";
import type { Account, Phase } from "../accounts/account.ts";
import { accountFault } from "../accounts/check-account.ts";
import { readAccounts, readImapsyncList } from "../accounts/read-accounts.ts";
import { insertAccount, type Inserted } from "../accounts/stored-account.ts";
import type { Fleet } from "../fleet.ts";
import { currentKey } from "../secrets/stored-keys.ts";

export interface Adding {
  readonly path: string;
  readonly form: "columns" | "imapsync";
  readonly phase: Phase;
  readonly onlyChecks: boolean;
}

export interface Added {
  readonly lines: readonly string[];
  readonly isFine: boolean;
}

const atOnce = 500;

/** Lines that tell what was done, or all that is wrong. @throws InterimapError FILE_READ, DATABASE_READ */
export async function addAccounts(fleet: Fleet, { path, form, phase, onlyChecks }: Adding): Promise<Added> {
  const read = form === "columns" ? readAccounts : readImapsyncList;
  const sealing = await currentKey(fleet.database);
  const { accounts, faults } = read(textOf(path), { sealing, check: accountFault });
  if (faults.length > 0) {
    const lines = faults.map(({ line, message }) => `${path}:${String(line)}: ${message}`);
    return { lines: [...lines, `Nothing was added: ${counted(faults.length, "fault")}`], isFine: false };
  }
  const taken = await takenNames(fleet, accounts);
  if (taken.length > 0) {
    const lines = taken.map((name) => `${path}: "${name}" is in the fleet already`);
    return { lines: [...lines, "Nothing was added"], isFine: false };
  }
  const what = counted(accounts.length, "account");
  if (onlyChecks) return { lines: [`${path} is fine: ${what}`], isFine: true };
  await insertAll(fleet, accounts, phase);
  return { lines: [`Added ${what}, for ${phase}`], isFine: true };
}

async function takenNames({ database }: Fleet, accounts: readonly Account[]): Promise<string[]> {
  const rows = await database.rows<{ name: string }>(
    "select name from interimap_fleet.accounts where name = any($1) order by name",
    [accounts.map(({ name }) => name)],
  );
  return rows.map(({ name }) => name);
}

async function insertAll({ database, queue }: Fleet, accounts: readonly Account[], phase: Phase): Promise<void> {
  await database.transaction(async (queries) => {
    const inserted: Inserted[] = [];
    for (const account of accounts) {
      const row = await insertAccount(queries, account, phase);
      if (row === undefined)
        throw new InterimapError("USAGE", `"${account.name}" is in the fleet already; nothing was added`);
      inserted.push(row);
    }
    for (const slice of slices(inserted, atOnce))
      await queue.addAll(
        queries,
        slice.map(({ id, groupKey, priority }) => ({ account: id, groupKey, priority, afterSeconds: 0 })),
      );
  });
}

function textOf(path: string): string {
  try {
    return readFileSync(path === "-" ? 0 : path, "utf8");
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    throw new InterimapError("USAGE", `${path} cannot be read (${code})`, { cause: error });
  }
}
