// What this browser remembers of earlier runs: servers and logins, never passwords.

import type { KnownAccounts } from "../form/form-model.ts";

const key = "imapsync.accounts";
const maxKnown = 20;

export interface Remembered extends KnownAccounts {
  readonly last: Readonly<Record<"host1" | "user1" | "host2" | "user2", string>> | undefined;
}

const nothing: Remembered = { hosts: [], users: [], last: undefined };

/** Nothing where the browser keeps nothing, or something else is kept there. */
export function remembered(): Remembered {
  try {
    return { ...nothing, ...(JSON.parse(localStorage.getItem(key) ?? "{}") as Partial<Remembered>) };
  } catch {
    return nothing;
  }
}

export function remember(last: NonNullable<Remembered["last"]>): void {
  const { hosts, users } = remembered();
  const value: Remembered = {
    hosts: newestFirst([last.host1, last.host2, ...hosts]),
    users: newestFirst([last.user1, last.user2, ...users]),
    last,
  };
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // A private window, or a full store: then nothing is remembered.
  }
}

export function forget(): void {
  try {
    localStorage.removeItem(key);
  } catch {
    // There was nothing.
  }
}

function newestFirst(values: readonly string[]): readonly string[] {
  return [...new Set(values)].slice(0, maxKnown);
}
