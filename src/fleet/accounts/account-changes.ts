// How an account differs from the one of its name that is in the fleet.

import type { Account, AccountHost } from "./account.ts";
import { type AccountRecord, type Column, columns, recordOf } from "./record.ts";

export interface ColumnChange {
  readonly column: Column;
  /** For people; without secrets. */
  readonly before: string;
  readonly after: string;
}

/** What may not change, in words: what is remembered of the account would be another's. */
export function withoutChange(before: Account, after: Account): string[] {
  const anew = "remove the account, and add it anew";
  if (before.engine !== after.engine) return [`engine: it cannot become another one; ${anew}`];
  if (after.engine !== "sync") return [];
  // A copy recognises by their headers what it has copied.
  return ([1, 2] as const).flatMap((number) => {
    const [one, other] = [before.hosts[number - 1]!, after.hosts[number - 1]!];
    const columns = [
      ...(one.host.toLowerCase() === other.host.toLowerCase() ? [] : ["host"]),
      ...(one.user === other.user ? [] : ["user"]),
    ];
    return columns.map((name) => `${name}${String(number)}: a pair is of the same two accounts for ever; ${anew}`);
  });
}

export function changesOf(before: Account, after: Account): ColumnChange[] {
  const [first, second] = [textsOf(before), textsOf(after)];
  return columns.flatMap((column) =>
    first[column] === second[column] ? [] : [{ column, before: shown(first[column]), after: shown(second[column]) }],
  );
}

/** `group: sales -> support` */
export function changeText({ column, before, after }: ColumnChange): string {
  return `${column}: ${before} -> ${after}`;
}

function shown(text: string | undefined): string {
  return text === undefined || text === "" ? "none" : text;
}

function textsOf(account: Account): AccountRecord {
  const [one, two] = account.hosts;
  return { ...recordOf(account), secret1: secretText(one), secret2: secretText(two) };
}

function secretText({ secret }: AccountHost): string {
  switch (secret.from) {
    case "file":
      return `file:${secret.path}`;
    case "credential":
      return `credential:${secret.name}`;
    case "command":
      return `command:${secret.command}`;
    case "sealed":
      // Each seal is another one, even of the same password.
      return `sealed ${secret.sealed.tag.slice(0, 6)}`;
  }
}
