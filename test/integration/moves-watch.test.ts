// Moved messages, and a daemon that hears of what it hears of: mostly of the loss first, or of nothing but the loss. It moves
// them nevertheless.

import assert from "node:assert/strict";
import { after, describe } from "node:test";
import { otherSide, type PerSide, type Side, sides } from "../../src/model/side.ts";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import type { MailServer } from "../support/mail-server.ts";
import { startAll } from "../support/start-all.ts";
import { type Profile, startStrictFilter, type StrictFilter } from "../support/strict-filter.ts";
import { inTurn } from "../support/turns.ts";
import { command, contents, deliver, expunge, mail, mails, type TwoStores, userNames } from "../support/two-stores.ts";
import { becomeIdentical, becomes, eventually, startWatching, type WatchedStores } from "../support/watching.ts";
import { assertNothingToChange } from "./converge.ts";

const onOne = inTurn(sides);

const { notifying, plain, cyrus, first, second } = await startAll({
  notifying: startDovecot(),
  plain: startDovecot({ withoutCapabilities: ["NOTIFY"] }),
  cyrus: startCyrus({ users: userNames }),
  first: startDovecot(),
  second: startDovecot(),
});
const lesser = (behind: MailServer, profile: Profile): Promise<StrictFilter> =>
  startStrictFilter(behind, { profile, without: ["NOTIFY"] });
const [noqresync, nocondstore] = [await lesser(first, "noqresync"), await lesser(second, "nocondstore")];
after(() => Promise.all([noqresync.stop(), nocondstore.stop()]));

/** Until the end of the test nobody looks by himself. */
const rarely = ["--notify", "--watch=3600"];

const movers: Readonly<Record<string, MailServer>> = {
  "with IDLE in INBOX alone": plain,
  "with IDLE in INBOX alone, without QRESYNC": noqresync.server,
  "with IDLE in INBOX alone, without mod-sequences": nocondstore.server,
  "with IDLE in INBOX alone, Cyrus": cyrus,
  "with NOTIFY, and of the arrival never": notifying,
};

interface Watched {
  readonly side: Side;
  readonly server: MailServer;
  readonly settings?: Readonly<Record<string, string>>;
}

async function watched(
  t: Parameters<typeof startWatching>[0],
  { side, server, settings = {} }: Watched,
): Promise<WatchedStores & { readonly box: string }> {
  const servers = { [side]: server, [otherSide(side)]: notifying } as unknown as PerSide<MailServer>;
  const box = "box";
  const stores = await startWatching(t, servers, {
    args: rarely,
    settings,
    prepare: async (stores) => {
      await command(stores[side], `CREATE ${box}`);
      await deliver(stores[side], "INBOX", ...mails("m", 6));
      await deliver(stores[side], box, mail("there"));
    },
  });
  if (server !== notifying) {
    const asks = /^\S+ STATUS "?(?:INBOX|box)\b/;
    await eventually("IDLE, and the question what happened before it", () =>
      stores.proxies[side].clientLines.some((line) => asks.test(line)),
    );
    await stores.daemon.waits();
  }
  return { ...stores, box };
}

/** The server says nothing of a mailbox until it is asked. */
function keepQuiet(stores: TwoStores, side: Side, box: string): void {
  const asks = /^\S+ (?:LIST|STATUS) /;
  const isAsked = (): boolean => stores.proxies[side].clientLines.some((line) => asks.test(line));
  stores.hold(side, "server", {
    pattern: new RegExp(`^\\* STATUS "?${box}"? `),
    always: true,
    action: () => (isAsked() ? undefined : { instead: "* OK quiet" }),
  });
}

async function assertMovedOnly(stores: WatchedStores, side: Side): Promise<void> {
  await becomeIdentical(stores);
  await stores.daemon.waits();
  const { counts } = stores.proxies[side];
  assert.deepEqual([counts.get("MOVE"), counts.get("APPEND"), counts.get("EXPUNGE")], [1, undefined, undefined]);
  stores.release(otherSide(side));
  await stores.daemon.stop();
  await assertNothingToChange(stores);
}

for (const [name, server] of Object.entries(movers)) {
  describe(name, () => {
    for (const side of sides) {
      const test = onOne(side);
      const other = otherSide(side);

      test(`the ${side} server tells of the loss: messages are moved on the other side`, async (t) => {
        const stores = await watched(t, { side, server });
        for (const one of sides) stores.proxies[one].reset();
        if (server === notifying) keepQuiet(stores, side, stores.box);
        await command(stores[side], "SELECT INBOX", "UID MOVE 2:3 box");
        await becomes(() => contents(stores[other], "box"), ["m2", "m3", "there"]);
        await assertMovedOnly(stores, other);
        assert.equal(stores.daemon.said(/Added|Removed/).length, 0);
      });

      // Of a new mailbox it would tell.
      const skip = server === notifying;
      test(
        `the ${side} server tells of the loss: they are in a mailbox that was made for them`,
        { skip },
        async (t) => {
          const stores = await watched(t, { side, server });
          for (const one of sides) stores.proxies[one].reset();
          await command(stores[side], "CREATE new", "SELECT INBOX", "UID MOVE 2:3 new");
          await becomes(() => contents(stores[other], "new"), ["m2", "m3"]);
          await assertMovedOnly(stores, other);
        },
      );

      test(`the ${side} server tells of the loss of what was deleted: it is deleted, and no mailbox is opened for it`, async (t) => {
        const stores = await watched(t, { side, server });
        for (const one of sides) stores.proxies[one].reset();
        await expunge(stores[side], "2:3");
        await becomes(() => contents(stores[other]), ["m1", "m4", "m5", "m6"]);
        await stores.daemon.waits();
        const opened = stores.proxies[other].clientLines.filter((line) => /^\S+ SELECT /.test(line));
        assert.ok(
          opened.every((line) => line.includes("INBOX")),
          opened.join("\n"),
        );
        await stores.daemon.stop();
      });
    }
  });
}

for (const side of sides) {
  const test = onOne(side);
  const other = otherSide(side);

  test(`messages that the ${side} server has when it tells their number, and not when its mailbox is opened, are not gone for long`, async (t) => {
    const { server } = nocondstore;
    const stores = await watched(t, { side, server });
    let isMoved = false;
    stores.hold(side, "server", {
      pattern: /^\* STATUS "?INBOX\b/,
      action: async () => {
        isMoved = true;
        await command(stores[side], "CREATE new", "SELECT INBOX", "UID MOVE 2:3 new");
      },
    });
    await command(stores[side], "SELECT INBOX", "UID STORE 1 +FLAGS (\\Seen)");
    await becomes(() => contents(stores[other], "new"), ["m2", "m3"]);
    assert.ok(isMoved);
    await becomeIdentical(stores);
    await stores.daemon.stop();
  });
}

describe("of the arrival, and of the loss never", () => {
  for (const [name, server, settings] of [
    ["with IDLE in that mailbox alone", plain, { "idle-mailboxes": "box" }],
    ["with NOTIFY", notifying, {}],
  ] as const)
    for (const side of sides) {
      const test = onOne(side);
      const other = otherSide(side);

      test(`${name}, the ${side} server tells: the other one copies and deletes, and gets nothing`, async (t) => {
        const stores = await watched(t, { side, server, settings });
        for (const one of sides) stores.proxies[one].reset();
        if (server === notifying) keepQuiet(stores, side, "INBOX");
        await command(stores[side], "SELECT INBOX", "UID MOVE 2:3 box");
        await becomes(() => contents(stores[other], "box"), ["m2", "m3", "there"]);
        await becomes(() => contents(stores[other]), ["m1", "m4", "m5", "m6"]);
        await becomeIdentical(stores);
        const { counts } = stores.proxies[other];
        assert.deepEqual([counts.get("COPY"), counts.get("APPEND")], [1, undefined]);
        stores.release(side);
        await stores.daemon.waits();
        await stores.daemon.stop();
        await assertNothingToChange(stores);
      });
    }
});
