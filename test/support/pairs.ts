// What the database says is the same message on both servers, and whether it is.

import assert from "node:assert/strict";
import Database from "better-sqlite3";
import { type PerSide, perSide, sides } from "../../src/model/side.ts";
import { allDone } from "../../src/util/all-done.ts";
import type { MailServer } from "./mail-server.ts";
import { quoted } from "./raw-imap.ts";
import type { InterimapHome } from "./run-interimap.ts";
import { asClient } from "./two-stores.ts";

interface PairRow extends PerSide<number> {
  /** Octets in ASCII, NUL between levels. */
  readonly mailbox: string;
}

/** All mapping rows of a database that is whole. */
export function readPairs({ databaseFile }: InterimapHome, context = ""): PairRow[] {
  // Not read-only: such a reader leaves files behind.
  const database = new Database(databaseFile);
  try {
    assert.equal(database.pragma("integrity_check", { simple: true }), "ok", context);
    assert.deepEqual(database.pragma("foreign_key_check"), [], context);
    const sql =
      "SELECT CAST(mailbox AS TEXT) AS mailbox, lUID AS local, rUID AS remote FROM mapping JOIN mailboxes USING (idx)";
    return database.prepare<[], PairRow>(sql).all();
  } finally {
    database.close();
  }
}

interface Pair {
  readonly home: InterimapHome;
  readonly local: MailServer;
  readonly remote: MailServer;
}

/** Every message of a mailbox has a row, with one that has the same subject and text. Servers may alter header and line ends. */
export async function assertPairsAreAlike({ home, ...servers }: Pair, mailbox = "INBOX", context = ""): Promise<void> {
  const [local, remote] = await allDone(sides.map((side) => textsOf(servers[side], mailbox)));
  const texts = { local: local!, remote: remote! };
  const rows = readPairs(home, context).filter((row) => row.mailbox === mailbox);
  for (const row of rows) {
    const { local, remote } = perSide((side) => texts[side].get(row[side]));
    assert.equal(local, remote, `${String(row.local)} = ${String(row.remote)} ${context}`);
  }
  assert.deepEqual(
    perSide((side) => texts[side].size),
    { local: rows.length, remote: rows.length },
    context,
  );
}

function textsOf(server: MailServer, mailbox: string): Promise<ReadonlyMap<number, string>> {
  return asClient(server, async (imap) => {
    const texts = new Map<number, string>();
    assert.equal((await imap.send(`EXAMINE ${quoted(mailbox)}`)).status, "OK");
    await imap.run("UID FETCH 1:* (BODY.PEEK[])", ({ line, literals: [literal] }) => {
      const uid = Number(/\bUID (\d+)/.exec(line)?.[1]);
      const message = literal?.toString("latin1").replaceAll("\r\n", "\n") ?? "";
      const subject = /^subject:.*/imu.exec(message)?.[0] ?? "";
      texts.set(uid, `${subject}\n${message.slice(message.indexOf("\n\n")).trimEnd()}`);
    });
    return texts;
  });
}
