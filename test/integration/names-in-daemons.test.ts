// Daemons follow mailboxes that are renamed and deleted, with whatever their servers can report.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { otherSide, type PerSide, perSide, sides } from "../../src/model/side.ts";
import { act } from "../support/act.ts";
import { isCourierInstalled, startCourier } from "../support/courier.ts";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import { startGmail } from "../support/gmail-server.ts";
import { held as heldBy } from "../support/held.ts";
import type { MailServer } from "../support/mail-server.ts";
import { startAll } from "../support/start-all.ts";
import { type Profile, startStrictFilter } from "../support/strict-filter.ts";
import { synchronisedStores } from "../support/synchronised-stores.ts";
import { userNames } from "../support/two-stores.ts";
import { becomes, startDaemon } from "../support/watching.ts";

const { slash, dot, cyrus, gmail } = await startAll({
  slash: startDovecot(),
  dot: startDovecot({ separator: "." }),
  cyrus: startCyrus({ users: userNames }),
  gmail: startGmail(),
});
const courier = isCourierInstalled() ? await startCourier() : undefined;
after(() => courier?.stop());

/** With accounts of its own. */
async function lesser(profile: Profile): Promise<MailServer> {
  const server = await startDovecot();
  after(() => server.stop());
  const filter = await startStrictFilter(server, { profile });
  after(() => filter.stop());
  return filter.server;
}

interface Kind {
  readonly server: MailServer | undefined;
  /** Courier gives a renamed mailbox another UIDVALIDITY. */
  readonly keepsValidity: boolean;
}

const kinds: Readonly<Record<string, Kind>> = {
  Dovecot: { server: dot, keepsValidity: true },
  Cyrus: { server: cyrus, keepsValidity: true },
  Courier: { server: courier, keepsValidity: false },
  "the model of Gmail": { server: gmail, keepsValidity: true },
  "a server without QRESYNC": { server: await lesser("noqresync"), keepsValidity: true },
  "a server without mod-sequences": { server: await lesser("nocondstore"), keepsValidity: true },
};

/** By mailbox, without those that a server always has, and without Courier's prefix. */
async function held(server: MailServer): Promise<Record<string, string>> {
  const isMeant = (name: string): boolean => !/^(?:INBOX|(?:INBOX.)?Deleted Mailboxes|\[Gmail\].*)$/s.test(name);
  const all = await heldBy(server, isMeant);
  return Object.fromEntries(Object.entries(all).map(([name, those]) => [name.replace(/^INBOX\//, ""), those]));
}

const ways = [["--watch=1"], ["--notify", "--watch=1"]] as const;

for (const [kind, { server, keepsValidity }] of Object.entries(kinds))
  for (const args of ways) {
    const skip = server === undefined ? "it is not installed" : false;

    test(
      `with ${kind}, ${args.join(" ")}: what is renamed and deleted on either server is so on the other`,
      { skip },
      async (t) => {
        const pair: PerSide<MailServer> = perSide((side) => (side === "remote" ? server! : slash));
        const stores = await synchronisedStores(t, pair, {
          prepare: ({ local }) =>
            act(local, ...["a", "b", "rest"].flatMap((name) => [`create ${name}`, `append ${name} ${name} 2`])),
          settings: { "follow-deletions": "YES" },
        });
        const daemon = startDaemon(t, stores.home, { args: [...args] });
        await daemon.waits();
        const names = { local: "a", remote: "b" };
        const rest: Record<string, string> = { rest: "rest1 rest2" };
        const now: PerSide<Record<string, string>> = perSide(() => ({ a: "a1 a2", b: "b1 b2", ...rest }));
        for (const side of sides) {
          const name = names[side];
          const isRenamed = side === "local" || keepsValidity;
          const before = isRenamed ? `new-${name}` : name;
          if (isRenamed) {
            await act(stores[side], `rename ${name} new-${name}`);
            for (const one of sides) {
              now[one][`new-${name}`] = now[one][name]!;
              delete now[one][name];
            }
            for (const one of sides) await becomes(() => held(stores[one]), now[one]);
          }
          await daemon.waits();
          await act(stores[side], `delete ${before}`);
          const there = otherSide(side);
          now[there][`Deleted Mailboxes/${before}`] = now[there][before]!;
          for (const one of sides) delete now[one][before];
          for (const one of sides) await becomes(() => held(stores[one]), now[one]);
          await daemon.waits();
        }
        const { stderr } = await daemon.stop();
        assert.doesNotMatch(stderr, /skipped/);
      },
    );
  }
