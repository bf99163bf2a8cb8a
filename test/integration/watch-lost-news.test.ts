// --notify, and announcements that come at a bad moment, or not at all, or with wrong numbers: what they are about is on the
// other side a moment later all the same. Nobody would look by himself for an hour.

import assert from "node:assert/strict";
import { describe } from "node:test";
import { otherSide, type Side, sides } from "../../src/model/side.ts";
import { startDovecot } from "../support/dovecot.ts";
import { snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { inTurn } from "../support/turns.ts";
import { command, contents, deliver, mail, mails, type TwoStores } from "../support/two-stores.ts";
import { becomeIdentical, becomes, eventually, startWatching } from "../support/watching.ts";

const onOne = inTurn(sides);

const { slash, dot } = await startAll({ slash: startDovecot(), dot: startDovecot({ separator: "." }) });
const servers = { local: slash, remote: dot };
/** The minute that keeps a connection alive brings about looks, too. */
const args = ["--notify", "--watch=3600"];

/** Resolves when a server has said such a line. */
function told({ proxies }: TwoStores, side: Side, pattern: RegExp): Promise<unknown> {
  return eventually(`told ${pattern}`, () => proxies[side].serverLines.some((line) => pattern.test(line)));
}

async function names(stores: TwoStores, side: Side): Promise<string> {
  return [...(await snapshot(stores[side])).mailboxes.keys()].sort().join();
}

/** What Dovecot announces of a mailbox, and nothing that it answers. */
function announced(name: string): RegExp {
  return new RegExp(String.raw`^\* STATUS ${name} \(.*UNSEEN`);
}

describe("--notify, and what is announced badly", { concurrency: 3 }, () => {
  for (const side of sides) {
    const test = onOne(side);
    const other = otherSide(side);
    const { delimiter } = servers[side];

    test(`a mailbox created, and one renamed, while the ${side} server is asked for its delimiter`, async (t) => {
      const stores = await startWatching(t, servers, {
        args,
        prepare: async ({ local }) => {
          await command(local, "CREATE old");
          await deliver(local, "old", ...mails("m", 3));
        },
      });
      stores.hold(side, "client", {
        pattern: /^\S+ LIST "" ""$/,
        action: async () => {
          await command(stores[side], "CREATE fresh");
          await told(stores, side, /^\* LIST .* fresh$/);
        },
      });
      stores.daemon.kill("SIGUSR1");
      await becomes(() => names(stores, other), "INBOX,fresh,old");
      await stores.daemon.waits(3);
      stores.hold(side, "server", {
        pattern: /^\* LIST \(\\Noselect\) "." ""$/,
        action: async (line) => {
          await command(stores[side], "RENAME old new");
          return { instead: `* LIST () "${delimiter}" new ("OLDNAME" ("old"))\r\n${line}` };
        },
      });
      stores.daemon.kill("SIGUSR1");
      await becomes(() => names(stores, other), "INBOX,fresh,new");
      assert.deepEqual(
        stores.proxies[other].clientLines.filter((line) => line.includes("APPEND")),
        [],
      );
      await becomeIdentical(stores);
      await stores.daemon.stop();
    });

    test(`a mailbox outside of list-mailbox, created while the ${side} server lists, is left alone`, async (t) => {
      const stores = await startWatching(t, servers, {
        args,
        settings: { "list-mailbox": "INBOX Work" },
        prepare: ({ local }) => command(local, "CREATE Work"),
      });
      stores.hold(side, "client", {
        pattern: /^\S+ LIST "" \(INBOX Work\)/,
        action: async () => {
          await command(stores[side], "CREATE Private");
          await told(stores, side, /^\* LIST .* Private$/);
        },
      });
      stores.daemon.kill("SIGUSR1");
      await stores.daemon.waits(2);
      assert.equal(await names(stores, other), "INBOX,Work");
      // News of it are no reason to look, either.
      await deliver(stores[side], "Private", mail("secret"));
      await told(stores, side, announced("Private"));
      await deliver(stores[side], "Work", mail("public"));
      await becomes(() => contents(stores[other], "Work"), ["public"]);
      assert.equal((await stores.daemon.waits()).looks, 2);
      await stores.daemon.stop();
    });

    test(`a mailbox on the ${side} side of which only a message was announced`, async (t) => {
      const stores = await startWatching(t, servers, {
        args,
        beforeDaemon: (traps) => {
          const action = (): { instead: string } => ({ instead: "* OK nothing" });
          traps.hold(side, "server", { pattern: /^\* LIST \(.*\) "." fresh$/, action });
        },
      });
      await command(stores[side], "CREATE fresh");
      await told(stores, side, /^\* LIST .* fresh$/);
      await deliver(stores[side], "fresh", mail("one"));
      await becomes(() => names(stores, other), "INBOX,fresh");
      await becomes(() => contents(stores[other], "fresh"), ["one"]);
      await stores.daemon.stop();
    });

    test(`messages that the ${side} server announces with numbers that are too low: it is asked once`, async (t) => {
      const stores = await startWatching(t, servers, {
        args,
        prepare: ({ local }) => deliver(local, "INBOX", ...mails("m", 3)),
        beforeDaemon: (traps) => {
          const lie = "* STATUS INBOX (MESSAGES 1 UIDNEXT 1 HIGHESTMODSEQ 1 UNSEEN 1)";
          const instead = Array.from({ length: 5 }, () => lie).join("\r\n");
          traps.hold(side, "server", { pattern: announced("INBOX"), always: true, action: () => ({ instead }) });
        },
      });
      const asked = (): number =>
        stores.proxies[side].clientLines.filter((line) => /^\S+ (?:STATUS|SELECT) /.test(line)).length;
      const before = asked();
      let askedFirst = 0;
      stores.hold(side, "client", { pattern: /^\S+ SELECT /, action: () => void (askedFirst = asked() - before) });
      await deliver(stores[side], "INBOX", mail("late"));
      await becomes(() => contents(stores[other]), ["late", "m1", "m2", "m3"]);
      assert.ok(askedFirst <= 2, `${askedFirst}`);
      await becomeIdentical(stores);
      await stores.daemon.stop();
    });

    test(`a message that the ${side} server announces only when it is asked for a sign of life`, async (t) => {
      const stores = await startWatching(t, servers, {
        args: ["--notify", "--watch=1"],
        beforeDaemon: (traps) => {
          const action = (): { instead: string } => ({ instead: "* OK nothing" });
          traps.hold(side, "server", { pattern: announced("INBOX"), always: true, action });
        },
      });
      await deliver(stores[side], "INBOX", mail("late"));
      await becomes(() => contents(stores[other]), ["late"]);
      assert.equal((await stores.daemon.waits()).looks, 1);
      await stores.daemon.stop();
    });
  }
});
