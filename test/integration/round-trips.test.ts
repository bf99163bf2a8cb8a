// What is known when a command leaves is asked for along with it: each answer that is waited for costs a distant server's
// whole round trip.

import assert from "node:assert/strict";
import Database from "better-sqlite3";
import { otherSide, sides } from "../../src/model/side.ts";
import { startDovecot } from "../support/dovecot.ts";
import { startAll } from "../support/start-all.ts";
import { synchronisedStores } from "../support/synchronised-stores.ts";
import { inTurn } from "../support/turns.ts";
import { command, deliver, expunge, mails, type TwoStores } from "../support/two-stores.ts";
import { assertConverges } from "./converge.ts";

const servers = await startAll({ local: startDovecot(), remote: startDovecot() });
const onOne = inTurn(sides);

for (const side of sides) {
  onOne(side)(`a mailbox that lost messages on the ${side} side is selected once there`, async (t) => {
    const stores = await synchronisedStores(t, servers, {
      prepare: ({ local }) => deliver(local, "INBOX", ...mails("m", 6)),
    });
    await expunge(stores[side], "2:3");
    stores.proxies[side].reset();
    await assertConverges(stores);
    assert.equal(stores.proxies[side].counts.get("SELECT"), 1);
  });

  onOne(side)(`what may have been moved to a mailbox on the ${side} side is asked for with SELECT`, async (t) => {
    const stores = await synchronisedStores(t, servers, {
      prepare: async ({ local }) => {
        await command(local, "CREATE box");
        await deliver(local, "INBOX", ...mails("m", 3));
      },
    });
    await command(stores[side], "SELECT INBOX", "UID MOVE 1 box");
    const asked = new Promise<void>((resolve) => {
      stores.hold(side, "client", { pattern: /UID FETCH 1 .*MESSAGE-ID/, action: () => resolve() });
    });
    stores.hold(side, "client", {
      pattern: /SELECT box$/,
      action: () => stores.hold(side, "server", { pattern: /^\S+ OK .*Select/, action: () => asked }),
    });
    await assertConverges(stores);
  });

  onOne(side)(`what arrived in many mailboxes on the ${side} side is asked for at once`, async (t) => {
    const stores = await synchronisedStores(t, servers, { prepare: fillMany });
    await expunge(stores[side], "1");
    for (const box of boxes) await deliver(stores[side], box, ...mails(`new-${box}`, 1));
    const askedForAll = new Promise<void>((resolve) => {
      const last = new RegExp(`SELECT ${boxes.at(-1)}$`);
      stores.hold(side, "client", { pattern: last, action: () => resolve() });
    });
    // By then it is known how the server closes mailboxes.
    stores.hold(side, "client", {
      pattern: new RegExp(`SELECT ${boxes[2]}$`),
      action: () => stores.hold(side, "server", { pattern: /^\S+ OK .*Fetch/, action: () => askedForAll }),
    });
    await assertConverges(stores);
  });

  onOne(side)(
    `what vanished in many mailboxes on the ${side} side, and arrived in others, is compared once`,
    async (t) => {
      const stores = await synchronisedStores(t, servers, { prepare: fillMany });
      // As after the original program: nothing says what messages look like.
      const database = new Database(stores.home.databaseFile);
      database.exec("UPDATE mapping SET lprint = NULL, rprint = NULL");
      database.close();
      for (const box of boxes) {
        await command(
          stores[side],
          `SELECT ${box}`,
          "UID MOVE 1 INBOX",
          "UID STORE 2 +FLAGS.SILENT (\\Deleted)",
          "EXPUNGE",
        );
        await deliver(stores[side], box, ...mails(`new-${box}`, 1));
      }
      const { counts } = stores.proxies[otherSide(side)];
      stores.proxies[otherSide(side)].reset();
      await assertConverges(stores);
      assert.equal(counts.get("MOVE"), boxes.length);
      assert.equal(counts.get("APPEND"), boxes.length);
      const fetches = counts.get("FETCH") ?? 0;
      assert.ok(fetches < boxes.length * (boxes.length - 1), `${fetches} times`);
    },
  );
}

const boxes = Array.from({ length: 8 }, (_, i) => `box${i}`);

async function fillMany({ local }: Pick<TwoStores, "local">): Promise<void> {
  await deliver(local, "INBOX", ...mails("m", 2));
  for (const box of boxes) {
    await command(local, `CREATE ${box}`);
    await deliver(local, box, ...mails(`old-${box}`, 4));
  }
}
