// `add` and `import`: accounts of a file, all of them or, where one is wrong, none.

import { readFileSync } from "node:fs";
import { InterimapError } from "../../model/errors.ts";
import { counted } from "../../util/counted.ts";
import { slices } from "../../util/slices.ts";
import type { Account, Phase } from "../accounts/account.ts";
import type { HostColumns } from "../accounts/account-row.ts";
import { accountFault } from "../accounts/check-account.ts";
import { readAccounts, readImapsyncList, workOf } from "../accounts/read-accounts.ts";
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
  const taken = [...(await takenNames(fleet, accounts)), ...(await takenWorks(fleet, accounts))];
  if (taken.length > 0)
    return { lines: [...taken.map((fault) => `${path}: ${fault}`), "Nothing was added"], isFine: false };
  const what = counted(accounts.length, "account");
  if (onlyChecks) return { lines: [`${path} is fine: ${what}`], isFine: true };
  await insertAll(fleet, accounts, phase);
  return { lines: [addedLine(accounts, phase)], isFine: true };
}

function addedLine(accounts: readonly Account[], phase: Phase): string {
  const pairs = accounts.filter(({ engine }) => engine === "sync").length;
  const copies = accounts.length - pairs;
  const parts = [
    ...(copies > 0 ? [`${counted(copies, "account")}, for ${phase}`] : []),
    ...(pairs > 0 ? [`${counted(pairs, "pair")}, to be kept in step`] : []),
  ];
  return `Added ${parts.join(", and ")}`;
}

async function takenNames({ database }: Fleet, accounts: readonly Account[]): Promise<string[]> {
  const rows = await database.rows<{ name: string }>(
    "select name from interimap_fleet.accounts where name = any($1) order by name",
    [accounts.map(({ name }) => name)],
  );
  return rows.map(({ name }) => `"${name}" is in the fleet already`);
}

/** Those that are in the fleet by another name: done at the same time, both would double mail. */
async function takenWorks({ database }: Fleet, accounts: readonly Account[]): Promise<string[]> {
  const ends = accounts.map(({ hosts: [source, target] }) => [source.user, target.user] as const);
  const rows = await database.rows<StoredWork>(
    `select name, host1, port1, user1, host2, port2, user2, options from interimap_fleet.accounts
     where (user1, user2) in (select * from unnest($1::text[], $2::text[])) and not name = any($3)`,
    [ends.map(([user1]) => user1), ends.map(([, user2]) => user2), accounts.map(({ name }) => name)],
  );
  const stored = new Map(rows.map((row) => [workOf(workIn(row)), row.name]));
  return accounts.flatMap((account) => {
    const twin = stored.get(workOf(account));
    return twin === undefined ? [] : [`"${account.name}" is in the fleet already, as "${twin}"`];
  });
}

interface StoredWork extends Pick<HostColumns, "host1" | "port1" | "user1" | "host2" | "port2" | "user2"> {
  readonly name: string;
  readonly options: readonly string[];
}

function workIn({ host1, port1, user1, host2, port2, user2, options }: StoredWork): Parameters<typeof workOf>[0] {
  const secret = { from: "file", path: "" } as const;
  return {
    hosts: [
      { host: host1, port: port1 ?? undefined, user: user1, secret },
      { host: host2, port: port2 ?? undefined, user: user2, secret },
    ],
    options,
  };
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
  let octets: Buffer;
  try {
    octets = readFileSync(path === "-" ? 0 : path);
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    throw new InterimapError("USAGE", `${path} cannot be read (${code})`, { cause: error });
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(octets);
  } catch {
    // Its passwords would become others.
    throw new InterimapError("USAGE", `${path} is not written in UTF-8`, {
      hint: "have your spreadsheet save it so, or convert it with iconv(1)",
    });
  }
}
