// --notify with servers that announce changes again and again where there are none: they are asked less and less often, and
// what happens elsewhere is carried over as always.

import assert from "node:assert/strict";
import { describe } from "node:test";
import { otherSide, type Side, sides } from "../../src/model/side.ts";
import { startDovecot } from "../support/dovecot.ts";
import { snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { inTurn } from "../support/turns.ts";
import { command, contents, deliver, mail, mails, type TwoStores } from "../support/two-stores.ts";
import { becomes, eventually, startWatching } from "../support/watching.ts";

const onOne = inTurn(sides);

const { slash, dot } = await startAll({ slash: startDovecot(), dot: startDovecot({ separator: "." }) });
const servers = { local: slash, remote: dot };

/** Each time that the server says such a line, it says something else. */
function always(stores: TwoStores, side: Side, trap: { pattern: RegExp; say: (line: string) => string }): void {
  stores.hold(side, "server", { pattern: trap.pattern, always: true, action: (line) => ({ instead: trap.say(line) }) });
}

const noises: readonly (readonly [what: string, set: (stores: TwoStores, side: Side) => void])[] = [
  [
    "announces a mailbox, a rename and lost announcements after each LIST",
    (stores, side) => {
      const delimiter = JSON.stringify(servers[side].delimiter);
      const noise = [
        `* LIST () ${delimiter} INBOX`,
        `* LIST () ${delimiter} nowhere ("OLDNAME" ("neverwhere"))`,
        "* NO NOTIFY error, some events may have got lost",
      ];
      always(stores, side, { pattern: /^\S+ OK List completed/, say: (line) => [line, ...noise].join("\r\n") });
    },
  ],
  [
    "has a higher HIGHESTMODSEQ in STATUS than in SELECT",
    (stores, side) => {
      const raised = (_: string, number: string): string => `HIGHESTMODSEQ ${Number(number) + 1}`;
      const say = (line: string): string => line.replace(/HIGHESTMODSEQ (\d+)/, raised);
      always(stores, side, { pattern: /^\* STATUS INBOX .*HIGHESTMODSEQ/, say });
    },
  ],
  [
    "announces what cannot be read after each STATUS",
    (stores, side) => {
      const say = (line: string): string => `${line}\r\n* STATUS INBOX`;
      always(stores, side, { pattern: /^\S+ OK Status completed/, say });
    },
  ],
];

describe("--notify, and much noise", { concurrency: 3 }, () => {
  for (const side of sides) {
    const test = onOne(side);
    const other = otherSide(side);
    for (const [what, set] of noises)
      test(`the ${side} server ${what}`, async (t) => {
        const stores = await startWatching(t, servers, {
          args: ["--notify", "--watch=1"],
          prepare: async ({ local }) => {
            await command(local, "CREATE box");
            await deliver(local, "INBOX", ...mails("m", 3));
          },
        });
        set(stores, side);
        await deliver(stores[side], "INBOX", mail("n"));
        stores.daemon.kill("SIGUSR1");
        await becomes(() => contents(stores[other]), ["m1", "m2", "m3", "n"]);
        // A connection is kept alive only where nothing has been done for a second.
        await eventually("a pause", () => {
          const last = stores.proxies[other].clientLines.slice(-2);
          return last.length === 2 && last.every((line) => /^\S+ STATUS INBOX /.test(line));
        });
        const asked = stores.proxies[side].clientLines.filter((line) => /^\S+ (?:LIST|SELECT|STATUS) /.test(line));
        assert.ok(asked.length < 60, `${asked.length} times`);
        await deliver(stores[other], "box", mail("elsewhere"));
        await becomes(() => contents(stores[side], "box"), ["elsewhere"]);
        await command(stores[other], "CREATE fresh");
        await eventually("created", async () => (await snapshot(stores[side])).mailboxes.has("fresh"));
        const { looks } = await stores.daemon.waits();
        stores.daemon.kill("SIGUSR1");
        await stores.daemon.waits(looks + 1);
        await stores.daemon.stop();
      });
  }
});
