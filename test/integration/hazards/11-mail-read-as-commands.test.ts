// Dovecot answers BAD to an APPEND whose date or keyword it cannot read, and takes the message behind it for commands.
// So a date or a keyword that no command can have never gets as far.

import assert from "node:assert/strict";
import { otherSide, sides } from "../../../src/model/side.ts";
import { startDovecot } from "../../support/dovecot.ts";
import { runInterimap } from "../../support/run-interimap.ts";
import { startAll } from "../../support/start-all.ts";
import { inTurn } from "../../support/turns.ts";
import { asClient, contents, deliver, mail, store, twoStores } from "../../support/two-stores.ts";
import { assertNothingToDo } from "../converge.ts";

const onOne = inTurn(sides);

const servers = await startAll({ local: startDovecot(), remote: startDovecot() });

const odd = mail("odd", { flags: ["\\Seen"], body: "z1 CREATE made-by-mail\r\nz2 SUBSCRIBE made-by-mail\r\n" });

const tellings: readonly (readonly [what: string, tell: (line: string) => string, warning: RegExp])[] = [
  ...["NIL", '"01-Jan-99999 00:00:00 +0000"'].map(
    (date) =>
      [
        `the date ${date}`,
        (line: string) => line.replace(/INTERNALDATE "[^"]*"/, `INTERNALDATE ${date}`),
        /\(INBOX\): 1 message got the current time as the date/,
      ] as const,
  ),
  [
    "a keyword in another character set",
    (line) => line.replace(/FLAGS \(([^)]*)\)/, "FLAGS ($1 Caf\xe9)"),
    /\(INBOX\): These flags cannot be stored here .*: Caf/,
  ],
  [
    "more keywords than a line may have",
    (line) =>
      line.replace(/FLAGS \(([^)]*)\)/, (_, flags: string) => {
        const many = Array.from({ length: 5_000 }, (_, i) => `keyword-${String(i)}`);
        return `FLAGS (${[flags, ...many].join(" ")})`;
      }),
    /\(INBOX\): These flags cannot be stored here .*: keyword-/,
  ],
];

for (const source of sides) {
  const test = onOne(source);
  for (const [what, tell, warning] of tellings) {
    test(`${what} on the ${source} side`, async (t) => {
      const stores = await twoStores(t, servers);
      const target = otherSide(source);
      await deliver(stores[source], "INBOX", mail("one"), odd, mail("three"));
      const trap = { pattern: /^\* 2 FETCH .*BODY\[\]/, action: (line: string) => ({ instead: tell(line) }) };
      stores.hold(source, "server", trap);
      const { status, stderr } = await runInterimap(stores.home);
      assert.equal(status, 0, stderr);
      assert.match(stderr, warning);
      for (const side of sides) {
        const { untagged } = await asClient(stores[side], (imap) => imap.run('LIST "" "*"'));
        assert.ok(!untagged.some(({ line }) => line.includes("made-by-mail")));
      }
      const there = (await contents(stores[target])).map((line) => line.split(" ").slice(0, 2).join(" "));
      assert.deepEqual(there, ["odd \\seen", "one", "three"]);
      await store(stores[target], "1 +FLAGS (\\Flagged)");
      assert.equal((await runInterimap(stores.home)).status, 0);
      assert.deepEqual(await contents(stores[source]), ["odd \\seen", "one \\flagged", "three"]);
      await assertNothingToDo(stores);
    });
  }
}
