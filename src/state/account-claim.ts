// Claims a database for the accounts to be synchronised, or refuses it.

import { type Account, isSameAccount } from "../model/account.ts";
import type { InterimapError } from "../model/errors.ts";
import { type PerSide, type Side, sides } from "../model/side.ts";
import { otherAccounts, recordAccounts, type RecordedAccounts, recordedAccounts } from "./accounts.ts";
import type { Connection } from "./sqlite.ts";
import { hasAccounts } from "./upgrade.ts";

/** Whose mail is going to be synchronised. */
export interface Claim {
  readonly accounts: PerSide<Account>;
  /** They are those that the database is about, by the user's word, whatever it says. */
  readonly areTheSame: boolean;
  /** They may be, as far as names go. */
  readonly doubt?: Doubt;
}

/** Of accounts that are to be compared with what is recorded before anything follows from it. */
export interface Doubt {
  readonly sides: readonly Side[];
  /** To be thrown when the servers do not show that they are the same. */
  readonly error: InterimapError;
}

/** Accounts that others took the place of. */
export type Replaced = Partial<PerSide<{ readonly before: Account; readonly now: Account }>>;

export class AccountClaim {
  readonly #connection: Connection;
  /** To be recorded once the servers have let us in. */
  #unrecorded:
    | { readonly accounts: PerSide<Account>; readonly recorded: RecordedAccounts; readonly doubt: Doubt | undefined }
    | undefined;

  constructor(connection: Connection, claim?: Claim) {
    this.#connection = connection;
    if (claim !== undefined) this.#claim(claim);
  }

  #claim({ accounts, areTheSame, doubt }: Claim): void {
    const { recorded, error } = this.#compare(accounts);
    if (error !== undefined && !areTheSame && doubt === undefined) throw error;
    const isComplete = sides.every((side) => recorded[side] !== undefined);
    if (error !== undefined || !isComplete) this.#unrecorded = { accounts, recorded, doubt };
  }

  /** What has to be found out before {@link Store.upgrade} and {@link record}; mostly nothing. */
  get doubt(): Doubt | undefined {
    return this.#unrecorded?.doubt;
  }

  /** @throws InterimapError OTHER_ACCOUNTS when the database is about others than these, or DATABASE_READ. */
  require(accounts: PerSide<Account>): void {
    const { error } = this.#compare(accounts);
    if (error !== undefined) throw error;
  }

  /**
   * To be called when both servers have let us in and reported their mailboxes: from now on the database is about the accounts for
   * which it was opened. Returns those that it was about before, and that these take the place of.
   */
  record(): Replaced {
    if (this.#unrecorded === undefined) return {};
    const { accounts, recorded } = this.#unrecorded;
    this.#unrecorded = undefined;
    recordAccounts(this.#connection, accounts);
    const replaced = sides.flatMap((side) => {
      const [before, now] = [recorded[side], accounts[side]];
      return before === undefined || isSameAccount(before, now) ? [] : [[side, { before, now }] as const];
    });
    return Object.fromEntries(replaced);
  }

  #compare(accounts: PerSide<Account>): { readonly recorded: RecordedAccounts; readonly error?: InterimapError } {
    if (!hasAccounts(this.#connection)) return { recorded: {} };
    const { recorded, flaw } = recordedAccounts(this.#connection);
    const error = flaw ?? otherAccounts(this.#connection.path, recorded, accounts);
    return { recorded, ...(error !== undefined && { error }) };
  }
}
