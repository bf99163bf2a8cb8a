// Moved messages, with servers that have less to move them by: no MOVE, no UIDPLUS, no mod-sequences, or labels in the place of
// mailboxes. Wherever the server can copy at all, no message is sent to it again.

import assert from "node:assert/strict";
import { after, describe } from "node:test";
import { otherSide, type PerSide, sides } from "../../src/model/side.ts";
import { isCourierInstalled, startCourier } from "../support/courier.ts";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import { startGmail } from "../support/gmail-server.ts";
import type { MailServer } from "../support/mail-server.ts";
import { runInterimap } from "../support/run-interimap.ts";
import { diffSnapshots, snapshot } from "../support/snapshot.ts";
import { type FilterOptions, startStrictFilter } from "../support/strict-filter.ts";
import { synchronisedStores } from "../support/synchronised-stores.ts";
import { inTurn } from "../support/turns.ts";
import { command, contents, deliver, mail, mails, type TwoStores, userNames } from "../support/two-stores.ts";

const onOne = inTurn(sides);

const dovecot = await startDovecot();
after(() => dovecot.stop());

interface Kind {
  readonly start: () => Promise<Pick<MailServer, "stop"> & MailServer>;
  /** What the program says to it to move messages. */
  readonly verb: "MOVE" | "COPY";
  readonly skip?: string | false;
  /** Messages are in further mailboxes of this server as well. */
  readonly leftOut?: readonly string[];
  /** All mailboxes are below INBOX. */
  readonly isNested?: true;
}

async function filtered(options: FilterOptions): Promise<MailServer> {
  const behind = await startDovecot();
  const filter = await startStrictFilter(behind, options);
  return {
    ...filter.server,
    stop: async () => {
      await filter.stop();
      await behind.stop();
    },
  };
}

const kinds: Readonly<Record<string, Kind>> = {
  "a server without MOVE": { start: () => filtered({ profile: "full", without: ["MOVE"] }), verb: "COPY" },
  "a server that only says that it has MOVE": {
    start: () => filtered({ profile: "full", without: ["MOVE"], falsely: ["MOVE"] }),
    verb: "COPY",
  },
  "a server without QRESYNC": { start: () => filtered({ profile: "noqresync" }), verb: "MOVE" },
  "a server without mod-sequences": { start: () => filtered({ profile: "nocondstore" }), verb: "MOVE" },
  "a server without UIDPLUS and MOVE": { start: () => filtered({ profile: "bare" }), verb: "COPY" },
  "a server with MOVE and without UIDPLUS": {
    start: () => filtered({ profile: "bare", also: ["MOVE"] }),
    verb: "MOVE",
  },
  Cyrus: { start: () => startCyrus({ users: userNames }), verb: "MOVE" },
  Courier: {
    start: () => startCourier(),
    verb: "COPY",
    skip: isCourierInstalled() ? false : "Courier is not installed",
    isNested: true,
  },
  "the Gmail model": {
    start: () => startGmail(),
    verb: "MOVE",
    leftOut: ["[Gmail]\0All Mail", "[Gmail]\0Important", "[Gmail]\0Starred"],
  },
};

for (const [name, { start, verb, skip = false, leftOut = [], isNested }] of Object.entries(kinds)) {
  describe(name, { skip }, () => {
    let server: MailServer | undefined;
    after(() => server?.stop());

    for (const side of sides) {
      const test = onOne(side);
      test(`is the ${side} one: moved there or on the other side, messages are moved and not sent again`, async (t) => {
        server ??= await start();
        const box = isNested === true ? `INBOX${dovecot.delimiter}box` : "box";
        const servers = { [side]: server, [otherSide(side)]: dovecot } as unknown as PerSide<MailServer>;
        const stores = await synchronisedStores(t, servers, {
          ...(isNested === true && { sections: { [side]: { "list-reference": undefined } } }),
          prepare: async (stores) => {
            await command(stores[otherSide(side)], `CREATE ${box}`);
            await deliver(stores[otherSide(side)], "INBOX", ...mails("m", 12, { flags: ["\\Seen"] }));
            await deliver(stores[otherSide(side)], box, mail("there"));
          },
        });
        const boxes = {
          [side]: isNested === true ? "INBOX.box" : await boxOf(stores[side]),
          [otherSide(side)]: box,
        } as unknown as PerSide<string>;
        for (const [mover, uids, toMove] of [
          [otherSide(side), "2:4,7", verb],
          [side, "9:10", "MOVE"],
        ] as const) {
          await moveAsClient(stores[mover], uids, boxes[mover]);
          const mover2 = otherSide(mover);
          for (const one of sides) stores.proxies[one].reset();
          await assertSame(stores, leftOut);
          const { counts } = stores.proxies[mover2];
          assert.deepEqual([counts.get(toMove), counts.get("APPEND")], [1, undefined], `moved on the ${mover} side`);
          await assertSame(stores, leftOut);
          assert.deepEqual([counts.get(toMove), counts.get("APPEND")], [1, undefined]);
        }
        assert.equal((await contents(stores[otherSide(side)], box.replace(dovecot.delimiter, "\0"))).length, 7);
      });
    }
  });
}

async function boxOf(server: MailServer): Promise<string> {
  const names = [...(await snapshot(server)).mailboxes.keys()];
  return names.find((name) => /(?:^|\0)box$/.test(name))!.replaceAll("\0", ".");
}

/** By means that every server has. */
function moveAsClient(server: MailServer, uids: string, box: string): Promise<void> {
  const mark = `UID STORE ${uids} +FLAGS.SILENT (\\Deleted)`;
  return command(server, "SELECT INBOX", `UID COPY ${uids} ${box}`, mark, "EXPUNGE");
}

async function assertSame({ home, local, remote }: TwoStores, leftOut: readonly string[]): Promise<void> {
  const { status, stderr } = await runInterimap(home);
  assert.equal(status, 0, stderr);
  const held = async (server: MailServer) => {
    const { mailboxes } = await snapshot(server, server.user, { withFinalLineEnd: true });
    const meant = [...mailboxes].filter(([one]) => !leftOut.includes(one));
    return {
      mailboxes: new Map(meant.map(([one, messages]) => [one.replace(/^INBOX\0/, ""), messages])),
      subscribed: new Set<string>(),
    };
  };
  assert.deepEqual(diffSnapshots(await held(local), await held(remote)), [], stderr);
}
