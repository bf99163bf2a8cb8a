// Cyrus 3.6.1 can put raw memory into its answers. Octets that belong to no character set, wherever a server sends
// them, disturb neither the run nor what is copied.

import assert from "node:assert/strict";
import { sides } from "../../../src/model/side.ts";
import { startCyrus } from "../../support/cyrus.ts";
import { startDovecot } from "../../support/dovecot.ts";
import { runInterimap } from "../../support/run-interimap.ts";
import { startAll } from "../../support/start-all.ts";
import { inTurn } from "../../support/turns.ts";
import { contents, deliver, mails, store, twoStores, userNames } from "../../support/two-stores.ts";
import { assertConverges } from "../converge.ts";

const onOne = inTurn(sides);

const servers = await startAll({ local: startDovecot(), remote: startCyrus({ users: userNames }) });

/** Everything but CR, LF and what ends a quoted string or a list. */
const garbage = String.fromCharCode(...Array.from({ length: 255 }, (_, octet) => octet + 1)).replace(
  /[\r\n"\\()[\]{}]/g,
  "",
);

const spoiled: readonly (readonly [pattern: RegExp, spoil: (line: string) => string])[] = [
  [/^\* OK \[CAPABILITY/, (line) => `${line} ${garbage}`],
  [/^\* LIST .*INBOX/, (line) => `* OK [X-MEMORY ${garbage}] ${garbage}\r\n${line}`],
  [/^\* STATUS /, (line) => line.replace(/\)$/, ` MAILBOXID (${garbage}))`)],
  [/^\* OK \[UIDVALIDITY/, (line) => line.replace(/\].*/, `] ${garbage}`)],
  [/^\* FLAGS/, (line) => `${line}\r\n* OK [MAILBOXID (${garbage})]`],
  [/^\* \d+ FETCH/, (line) => `* X-DUMP ${garbage}\r\n${line}`],
  [/^\S+ OK \[APPENDUID/, (line) => line.replace(/\].*/, `] ${garbage}`)],
];

for (const side of sides) {
  const test = onOne(side);
  test(`garbage from the ${side} server is passed over`, async (t) => {
    const stores = await twoStores(t, servers);
    await deliver(stores.local, "INBOX", ...mails("here", 2));
    await deliver(stores.remote, "INBOX", ...mails("there", 2));
    const sent = new Set<RegExp>();
    spoilAll();
    await assertConverges(stores);
    await store(stores.local, "1 +FLAGS (\\Seen)");
    spoilAll();
    await assertConverges(stores);
    const unsent = spoiled.map(([pattern]) => pattern).filter((pattern) => !sent.has(pattern));
    assert.deepEqual(unsent, [], "every kind of garbage was sent");
    assert.deepEqual(await contents(stores.remote), ["here1 \\seen", "here2", "there1", "there2"]);
    await store(stores.local, "2 +FLAGS (\\Flagged)");
    stores.hold(side, "server", { pattern: /^\* FLAGS/, action: () => ({ instead: `* BYE ${garbage}`, cutAfter: 0 }) });
    const cutOff = await runInterimap(stores.home);
    assert.equal(cutOff.status, 75, cutOff.stderr);
    assert.match(cutOff.stderr, new RegExp(`^${side}: connection lost: [^\\p{Cc}]+; run again: [^\\p{Cc}]+\n$`, "u"));
    await assertConverges(stores);

    function spoilAll(): void {
      for (const [pattern, spoil] of spoiled) {
        const action = (line: string) => {
          sent.add(pattern);
          return { instead: spoil(line) };
        };
        stores.hold(side, "server", { pattern, action });
      }
    }
  });
}
