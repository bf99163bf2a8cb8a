// What is known when a command leaves is asked for along with it: each answer that is waited for costs a distant server's
// whole round trip.

import assert from "node:assert/strict";
import { sides } from "../../src/model/side.ts";
import { startDovecot } from "../support/dovecot.ts";
import { startAll } from "../support/start-all.ts";
import { synchronisedStores } from "../support/synchronised-stores.ts";
import { inTurn } from "../support/turns.ts";
import { command, deliver, expunge, mails } from "../support/two-stores.ts";
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
}
