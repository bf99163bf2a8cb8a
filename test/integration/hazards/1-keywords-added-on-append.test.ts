// Some servers add keywords of their own to what is appended (Dovecot 2.4: $HasAttachment), and announce them to nobody.
// Simulated by a proxy that changes the flags of APPEND on the way to the server.

import assert from "node:assert/strict";
import { otherSide, sides } from "../../../src/model/side.ts";
import { startCyrus } from "../../support/cyrus.ts";
import { startDovecot } from "../../support/dovecot.ts";
import { startAll } from "../../support/start-all.ts";
import { inTurn } from "../../support/turns.ts";
import { contents, deliver, mail, twoStores, userNames } from "../../support/two-stores.ts";
import { assertConverges, assertNothingToDo } from "../converge.ts";

const onOne = inTurn(sides);

const servers = await startAll({ local: startDovecot(), remote: startCyrus({ users: userNames }) });

const messages = [mail("one", { flags: ["\\Seen"] }), mail("two"), mail("three", { flags: ["\\Flagged", "work"] })];

for (const side of sides) {
  const test = onOne(side);
  for (const [name, change, outcome] of [
    [
      "a keyword that the SIDE server adds to copies reaches the other side",
      (flags: string) => `${flags} $HasAttachment`.trim(),
      ["one $hasattachment \\seen", "three $hasattachment \\flagged work", "two $hasattachment"],
    ],
    [
      "a keyword that the SIDE server drops from copies is set again, and not lost on the other side",
      (flags: string) => flags.replace(" work", ""),
      ["one \\seen", "three \\flagged work", "two"],
    ],
    [
      "keywords that the SIDE server exchanges are united",
      (flags: string) => flags.replace("work", "$Work"),
      ["one \\seen", "three $work \\flagged work", "two"],
    ],
  ] as const) {
    test(name.replace("SIDE", side), async (t) => {
      const stores = await twoStores(t, servers);
      await deliver(stores[otherSide(side)], "INBOX", ...messages);
      for (let i = 0; i < messages.length; i++) {
        stores.hold(side, "client", {
          pattern: /\(.*\) "[ 0]1-Feb-2020 [^"]*" \{\d+\+?\}$/,
          action: (line) => ({ instead: line.replace(/\((.*)\)/, (_, flags: string) => `(${change(flags)})`) }),
        });
      }
      await assertConverges(stores);
      assert.deepEqual(await contents(stores[side]), outcome);
      await assertNothingToDo(stores);
    });
  }
}
