// Opens the database of a configuration, and checks that it belongs to the accounts of that configuration.

import { existsSync } from "node:fs";
import { dirname } from "node:path";
import type { Config } from "../config/config.ts";
import { databaseName } from "../config/database-name.ts";
import { ensureDirectory } from "../config/directories.ts";
import { errorContext } from "../log/error-context.ts";
import type { Log } from "../log/log.ts";
import { type Account, accountOf } from "../model/account.ts";
import { InterimapError } from "../model/errors.ts";
import type { Hint } from "../model/remedy.ts";
import { type PerSide, perSide } from "../model/side.ts";
import { OtherAccounts } from "../state/accounts.ts";
import { openStore } from "../state/open-store.ts";
import type { Store } from "../state/state-store.ts";

export interface Wanted {
  readonly config: Config;
  readonly log: Log;
  /** By the user's word: the database's accounts are these, under other names. */
  readonly areSameAccounts: boolean;
  /** What to say and do where there is no database yet; undefined: it is made. */
  readonly missing?: Hint | undefined;
}

export interface Found {
  readonly store: Store;
  /** With the database that was found. */
  readonly config: Config;
}

/** @throws InterimapError that the store throws, or DATABASE_CREATE. */
export function openDatabase(wanted: Wanted): Found {
  const { config, log, areSameAccounts } = wanted;
  const { database, otherwise } = config;
  requireDatabase(wanted);
  ensureDirectory(dirname(database));
  try {
    const claim = { accounts: accountsOf(config), areTheSame: areSameAccounts };
    return { store: openStore({ path: database, claim }), config };
  } catch (error) {
    if (!(error instanceof InterimapError)) throw error;
    if (error.code === "DATABASE_LOCKED" && otherwise !== undefined) {
      const orElse = "; if it is for other accounts, name another file with the database setting";
      throw withHint(error, [error.hint ?? "", orElse].flat());
    }
    if (!(error instanceof OtherAccounts)) throw error;
    if (otherwise === undefined || !hasOtherName(error, config)) return { store: openDoubted(error, wanted), config };
    log.warn(`${error.message}; these accounts get their own, ${otherwise.database}`, errorContext(error));
    return openDatabase({ ...wanted, config: otherwise });
  }
}

/** The servers are asked whether they are others, if they can tell. @throws InterimapError OTHER_ACCOUNTS */
function openDoubted(error: OtherAccounts, { config }: Pick<Wanted, "config">): Store {
  const doubtful = withHint(error, otherAccountsHint);
  if (error.onOtherPorts === undefined) throw doubtful;
  const doubt = { sides: error.onOtherPorts, error: doubtful };
  const store = openStore({
    path: config.database,
    claim: { accounts: accountsOf(config), areTheSame: false, doubt },
  });
  // An outdated database cannot be compared, and is not upgraded for other accounts.
  if (!store.needsUpgrade) return store;
  store.close();
  throw doubtful;
}

/** Whether the name that is given now would tell the recorded accounts from these. If not, it is a question for the user. */
export function hasOtherName({ recorded }: OtherAccounts, config: Config): boolean {
  const accounts = accountsOf(config);
  return databaseName({ ...accounts, ...recorded }) !== databaseName(accounts);
}

/**
 * Whether a configuration can take the place of that for which a database is open.
 * @throws InterimapError OTHER_ACCOUNTS or DATABASE_CREATE.
 */
export function requireUsable({ config, missing }: Pick<Wanted, "config" | "missing">, open: Found): void {
  if (config.database !== open.config.database) {
    requireDatabase({ config, missing, areSameAccounts: false });
    return;
  }
  try {
    open.store.accounts.require(accountsOf(config));
  } catch (error) {
    // Its servers will be asked.
    if (!(error instanceof OtherAccounts) || error.onOtherPorts === undefined) throw error;
  }
}

export function accountsOf({ servers }: Config): PerSide<Account> {
  return perSide((side) => accountOf(servers[side]));
}

const otherAccountsHint: Hint = [
  "each pair of accounts needs its own: name another file with the database setting; or, if these are the same accounts " +
    "under new names or on moved servers, run once: ",
  { command: "same-accounts" },
];

/** Where one has to be there, a mistyped name must not make a new one, which would have nothing to do with it. */
function requireDatabase({
  config: { database },
  areSameAccounts,
  missing,
}: Pick<Wanted, "config" | "areSameAccounts" | "missing">): void {
  const hint = areSameAccounts ? "name the existing database with the database setting" : missing;
  if (hint === undefined || existsSync(database)) return;
  throw new InterimapError("DATABASE_CREATE", `${database}: there is no database yet`, { hint });
}

function withHint(error: InterimapError, hint: Hint): InterimapError {
  return new InterimapError(error.code, error.message, { hint, cause: error });
}
