// What the database says of both servers, beside what they say themselves to somebody who has nothing to do with us.

import assert from "node:assert/strict";
import { type Side, sides } from "../../src/model/side.ts";
import type { MailServer } from "../support/mail-server.ts";
import { quoted } from "../support/raw-imap.ts";
import { asClient, type TwoStores } from "../support/two-stores.ts";
import { dump } from "../unit/state/databases.ts";

/** `UIDVALIDITY UIDNEXT HIGHESTMODSEQ` by mailbox, the delimiter shown as a slash. */
type States = Readonly<Record<string, string>>;

/** The stored state of every mailbox is what STATUS says, empty ones included. */
export async function assertStatesSaved(stores: TwoStores, context: string): Promise<void> {
  for (const side of sides) {
    assert.deepEqual(savedStates(stores, side), await toldStates(stores[side]), `${side}, after: ${context}`);
  }
}

function savedStates({ home }: TwoStores, side: Side): States {
  const { rows } = dump(home.databaseFile);
  const states = new Map((rows[side] ?? []).map(([idx, ...state]) => [idx, state.join(" ")]));
  const names = (rows["mailboxes"] ?? []).map(([idx, name]): [string, string] => [
    String(name).replaceAll("\0", "/"),
    states.get(idx) ?? "never synchronised",
  ]);
  return Object.fromEntries(names);
}

/** One STATUS a mailbox, over a connection that has selected none. */
export function toldStates(server: MailServer): Promise<States> {
  const items = ["UIDVALIDITY", "UIDNEXT", "HIGHESTMODSEQ"];
  return asClient(server, async (imap) => {
    const states: Record<string, string> = {};
    for (const { name, attributes } of await imap.list()) {
      if (attributes.includes("\\noselect") || attributes.includes("\\nonexistent")) continue;
      const { untagged } = await imap.run(`STATUS ${quoted(name)} (${items.join(" ")})`);
      const line = untagged.find((response) => response.line.startsWith("* STATUS "))?.line ?? "";
      const numbers = items.map((item) => new RegExp(`\\b${item} (\\d+)`).exec(line)?.[1]);
      states[name.replaceAll(server.delimiter, "/")] = numbers.join(" ");
    }
    return states;
  });
}
