// Subscriptions are to names, and stay with the old one when a client renames a mailbox (RFC 3501 6.3.5). Where the rename is
// followed they go along, on the server where it happened, too.

import assert from "node:assert/strict";
import { otherSide, type PerSide, sides } from "../../src/model/side.ts";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import type { MailServer } from "../support/mail-server.ts";
import { quoted } from "../support/raw-imap.ts";
import { runInterimap } from "../support/run-interimap.ts";
import { snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { synchronisedStores } from "../support/synchronised-stores.ts";
import { inTurn } from "../support/turns.ts";
import { command, deliver, mails, type TwoStores, userNames } from "../support/two-stores.ts";
import { becomeIdentical, becomes, keepsAlive, startDaemon, startWatching } from "../support/watching.ts";
import { assertNothingToDo } from "./converge.ts";

const onOne = inTurn(sides);

const { slash, dot, cyrus } = await startAll({
  slash: startDovecot(),
  dot: startDovecot({ separator: "." }),
  cyrus: startCyrus({ users: userNames }),
});

/** Dovecot reports a rename when it is asked for something. */
const args = ["--notify", "--watch=1"];

/** `rename FROM TO`, `subscribe NAME` and so on, as another client would. */
function act(server: MailServer, ...lines: readonly string[]): Promise<void> {
  const onServer = (name: string): string => quoted(name.replaceAll("/", server.delimiter));
  return command(
    server,
    ...lines.map((line) => {
      const [verb = "", ...names] = line.split(" ");
      return [verb.toUpperCase(), ...names.map(onServer)].join(" ");
    }),
  );
}

async function subscriptions(server: MailServer): Promise<string[]> {
  const { subscribed } = await snapshot(server);
  return [...subscribed]
    .map((name) => name.replaceAll("\0", "/"))
    .filter((name) => name !== "INBOX")
    .sort();
}

async function onBoth(stores: PerSide<MailServer>): Promise<PerSide<string[]>> {
  return { local: await subscriptions(stores.local), remote: await subscriptions(stores.remote) };
}

function both(...names: readonly string[]): PerSide<readonly string[]> {
  return { local: names, remote: names };
}

/** `a`, `a/b`, `a/c` and `other` on both sides, the first two and the last subscribed. */
async function fill({ local }: TwoStores): Promise<void> {
  await act(local, "create a", "create a/b", "create a/c", "create other");
  await act(local, "subscribe a", "subscribe a/b", "subscribe other");
  for (const name of ["a", "a/b", "other"])
    await deliver(local, name.replaceAll("/", local.delimiter), ...mails(name.replace("/", ""), 2));
}

for (const side of sides) {
  const test = onOne(side);
  test(`renamed on the ${side} side, and told by its server`, async (t) => {
    const stores = await startWatching(t, { local: slash, remote: dot }, { args, prepare: fill });
    await act(stores[side], "rename a x/y");
    await becomes(() => onBoth(stores), both("other", "x/y", "x/y/b"));
    await becomeIdentical(stores);
    await keepsAlive(stores, 2);
    assert.deepEqual(await onBoth(stores), both("other", "x/y", "x/y/b"));
    const { stderr } = await stores.daemon.stop();
    assert.doesNotMatch(stderr, /ubscribed/);
    await assertNothingToDo(stores);
  });

  for (const step of ["RENAME", "SUBSCRIBE", "UNSUBSCRIBE"]) {
    // Where it was renamed no server is asked to do that.
    for (const of of step === "RENAME" ? [otherSide(side)] : sides) {
      test(`the same, and killed before ${step} of the ${of} side`, async (t) => {
        const stores = await startWatching(t, { local: slash, remote: dot }, { args, prepare: fill });
        const isReached = new Promise<void>((resolve) => {
          stores.hold(of, "client", {
            pattern: new RegExp(`^\\S+ ${step} `),
            action: () => {
              stores.daemon.kill("SIGKILL");
              resolve();
              return "cut";
            },
          });
        });
        await act(stores[side], "rename a x/y");
        await isReached;
        await stores.daemon.finished;
        stores.release(of);
        startDaemon(t, stores.home, { args });
        await becomes(() => onBoth(stores), both("other", "x/y", "x/y/b"));
        await becomeIdentical(stores);
      });
    }
  }

  for (const [name, servers] of [
    ["two Dovecots", { local: slash, remote: dot }],
    ["Dovecot and Cyrus", { local: dot, remote: cyrus }],
  ] as const) {
    test(`renamed on the ${side} side, and on the other by the command that is advised (${name})`, async (t) => {
      const stores = await synchronisedStores(t, servers, { prepare: fill, settings: { "follow-renames": "NO" } });
      await act(stores[side], "rename a x");
      const { status, stderr } = await runInterimap(stores.home);
      assert.equal(status, 1, stderr);
      const [, targets = ""] = /interimap (--target=\S+) --rename a x$/m.exec(stderr) ?? [];
      const renamed = await runInterimap(stores.home, [targets, "--rename", "a", "x"]);
      assert.equal(renamed.status, 0, renamed.stderr);
      assert.deepEqual(await onBoth(stores), both("other", "x", "x/b"));
      // Cyrus counts on when it renames.
      assert.equal((await runInterimap(stores.home)).status, 0);
      await assertNothingToDo(stores);
    });

    for (const { client, more, after } of [
      {
        client: "takes subscriptions along",
        more: ["subscribe other", "subscribe other/b", "unsubscribe a", "unsubscribe a/b"],
        after: ["other", "other/b"],
      },
      // Both names are there: what is subscribed is the name. That of what is below is there no more.
      { client: "leaves subscriptions as they are", more: [], after: ["a", "other/b"] },
    ]) {
      test(`exchanged on the ${side} side, by a client that ${client} (${name})`, async (t) => {
        const stores = await synchronisedStores(t, servers, { prepare: fill });
        await act(stores[otherSide(side)], "unsubscribe other");
        const { status, stderr } = await runInterimap(stores.home);
        assert.equal(status, 0, stderr);
        await act(stores[side], "rename a t", "rename other a", "rename t other", ...more);
        const exchanged = await runInterimap(stores.home);
        assert.equal(exchanged.status, 0, exchanged.stderr);
        assert.deepEqual(await onBoth(stores), both(...after));
        await assertNothingToDo(stores);
      });
    }
  }
}
