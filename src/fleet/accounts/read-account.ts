// What a line of a file says of an account, or changes of one that is in the fleet.

import type { KeyObject } from "node:crypto";
import type { Account } from "./account.ts";
import { changesOf, type ColumnChange, withoutChange } from "./account-changes.ts";
import { accountFault } from "./check-account.ts";
import { accountOf } from "./record.ts";
import type { WrittenLine } from "./written-lines.ts";

export interface ReadLine {
  readonly line: number;
  /** Undefined: too much is wrong. */
  readonly account: Account | undefined;
  /** Of the account that is in the fleet. */
  readonly changes: readonly ColumnChange[];
  readonly faults: readonly string[];
}

export interface ReadOptions {
  /** Undefined: passwords in the clear are faults. */
  readonly sealing: KeyObject | undefined;
  /** The account of that name, if those of the fleet are changed. */
  readonly stored?: Account | undefined;
}

export function readAccount({ line, record, faults: first }: WrittenLine, { sealing, stored }: ReadOptions): ReadLine {
  if (first.length > 0) return { line, account: undefined, changes: [], faults: first };
  const { account, faults: own } = accountOf(record, { sealing, stored });
  const faults = [...own, ...(stored === undefined ? [] : withoutChange(stored, account))];
  const options = faults.length > 0 ? undefined : accountFault(account);
  if (options !== undefined) faults.push(`options: ${options}`);
  return { line, account, changes: stored === undefined ? [] : changesOf(stored, account), faults };
}
