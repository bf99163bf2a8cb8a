// The accounts that the database belongs to. They are compared with the configuration when the database is opened: the
// UIDs of one account mean nothing in another.

import { type Account, accountText, differInPort, isSameAccount } from "../model/account.ts";
import { InterimapError } from "../model/errors.ts";
import { type PerSide, type Side, sides } from "../model/side.ts";
import { impossibleValue } from "./read-values.ts";
import { maxTextOctets, showImpossible, side as sideRule, text } from "./row-rules.ts";
import type { Connection } from "./sqlite.ts";

export type RecordedAccounts = Partial<PerSide<Account>>;

interface Row {
  readonly side: Side;
  readonly server: string;
  readonly username: string | null;
  readonly list_reference: Buffer;
}

const rules = {
  side: sideRule(),
  server: `(${text("server")} AND server <> '')`,
  username: `(username IS NULL OR ${text("username")})`,
  list_reference: `(typeof(list_reference) = 'blob' AND length(list_reference) <= ${maxTextOctets})`,
} as const;

const isPossible = Object.values(rules).join(" AND ");

export interface Recorded {
  /** Without rows that cannot be. */
  readonly recorded: RecordedAccounts;
  /** DATABASE_READ, if there is such a row. */
  readonly flaw: InterimapError | undefined;
}

export function recordedAccounts(connection: Connection): Recorded {
  const rows = connection.rows<Row & { readonly isPossible: number }>(
    `SELECT side, server, username, list_reference, ${isPossible} AS isPossible FROM accounts`,
  );
  const sound = rows.filter((row) => row.isPossible === 1);
  return {
    recorded: Object.fromEntries(
      sound.map(({ side, server, username, list_reference }) => [
        side,
        { server, username: username ?? undefined, listReference: list_reference.toString("latin1") },
      ]),
    ),
    flaw: sound.length < rows.length ? impossibleAccount(connection) : undefined,
  };
}

/** In place of what was recorded. */
export function recordAccounts(connection: Connection, accounts: PerSide<Account>): void {
  connection.transaction(() => {
    connection.run("DELETE FROM accounts");
    for (const side of sides) {
      const { server, username, listReference } = accounts[side];
      connection.run(
        "INSERT INTO accounts (side, server, username, list_reference) VALUES (?, ?, ?, ?)",
        ...[side, server, username ?? null, Buffer.from(listReference, "latin1")],
      );
    }
  });
}

/** The database is about others than those of the configuration. */
export class OtherAccounts extends InterimapError {
  readonly recorded: RecordedAccounts;
  /** The sides that differ if it is by their ports only: whether they are others, their servers can tell. */
  readonly onOtherPorts: readonly Side[] | undefined;

  constructor(message: string, { recorded, onOtherPorts }: Pick<OtherAccounts, "recorded" | "onOtherPorts">) {
    super("OTHER_ACCOUNTS", message);
    this.recorded = recorded;
    this.onOtherPorts = onOtherPorts;
  }
}

/** Undefined when they are the recorded ones, or nothing is recorded. */
export function otherAccounts(
  path: string,
  recorded: RecordedAccounts,
  accounts: PerSide<Account>,
): OtherAccounts | undefined {
  const others = sides.flatMap((side) => {
    const [before, now] = [recorded[side], accounts[side]];
    return before === undefined || isSameAccount(before, now) ? [] : [{ side, before, now }];
  });
  if (others.length === 0) return undefined;
  const differences = others.map(({ side, before, now }) => `${side} ${difference(before, now)}`);
  const message = `the database ${path} belongs to other accounts: ${differences.join(", and ")}`;
  const onOtherPorts = others.every(({ before, now }) => differInPort(before, now))
    ? others.map(({ side }) => side)
    : undefined;
  return new OtherAccounts(message, { recorded, onOtherPorts });
}

/** Two commands may begin alike, and nothing else of them is known. */
function difference(before: Account, now: Account): string {
  const [known, configured] = [accountText(before), accountText(now)];
  return known === configured ? `${known} with another command` : `${known}, not ${configured}`;
}

function impossibleAccount(connection: Connection): InterimapError {
  const found = showImpossible(connection, { table: "accounts", rules, of: "TRUE" });
  const place = { table: "accounts", column: found?.column ?? "side" };
  return new InterimapError("DATABASE_READ", impossibleValue(connection.path, place, found?.value).message, {
    hint: ["if it belongs to these accounts, record them again; run once: ", { command: "same-accounts" }],
  });
}
