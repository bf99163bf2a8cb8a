// follow-deletions: a mailbox that was deleted on one server is taken from the other one, and kept there, or comes back.

import assert from "node:assert/strict";
import { after } from "node:test";
import { otherSide, type PerSide, perSide, sides } from "../../src/model/side.ts";
import { act, wireNameOn } from "../support/act.ts";
import { isCourierInstalled, startCourier } from "../support/courier.ts";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import { startGmail } from "../support/gmail-server.ts";
import { held as heldBy } from "../support/held.ts";
import type { MailServer } from "../support/mail-server.ts";
import { runInterimap, type SectionSettings, startInterimap } from "../support/run-interimap.ts";
import { snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { startStrictFilter } from "../support/strict-filter.ts";
import { synchronisedStores } from "../support/synchronised-stores.ts";
import { inTurn } from "../support/turns.ts";
import { store, type TwoStores, userNames } from "../support/two-stores.ts";
import { becomes, startDaemon } from "../support/watching.ts";

const onOne = inTurn(sides);

const { slash, dot, cyrus, gmail, other } = await startAll({
  slash: startDovecot(),
  dot: startDovecot({ separator: "." }),
  cyrus: startCyrus({ users: userNames }),
  gmail: startGmail(),
  other: startDovecot(),
});
const courier = isCourierInstalled() ? await startCourier() : undefined;
after(() => courier?.stop());
const flagless = await startStrictFilter(other, { profile: "nocondstore" });
after(() => flagless.stop());

const two: PerSide<MailServer> = { local: slash, remote: dot };

/** By mailbox, without those that a server always has, and without Courier's prefix. */
async function held(server: MailServer): Promise<Record<string, string>> {
  const isMeant = (name: string): boolean => !/^(?:INBOX|(?:INBOX.)?Deleted Mailboxes|\[Gmail\].*)$/s.test(name);
  const all = await heldBy(server, isMeant);
  return Object.fromEntries(Object.entries(all).map(([name, those]) => [name.replace(/^INBOX\//, ""), those]));
}

const before = [
  "create box",
  "create box/sub",
  "create rest",
  "append box b 2",
  "append box/sub s 2",
  "append rest r 2",
];

function filled(
  t: Parameters<typeof synchronisedStores>[0],
  servers: PerSide<MailServer> = two,
  settings: SectionSettings = {},
): Promise<TwoStores> {
  return synchronisedStores(t, servers, {
    prepare: ({ local }) => act(local, ...before),
    settings: { "follow-deletions": "YES", ...settings },
  });
}

async function run({ home }: TwoStores, status: number, ...args: readonly string[]): Promise<string> {
  const result = await runInterimap(home, args);
  assert.equal(result.status, status, result.stderr);
  return result.stderr;
}

const rest = { rest: "r1 r2" };
const all = { box: "b1 b2", "box/sub": "s1 s2", ...rest };
const kept = { "Deleted Mailboxes/box": "b1 b2", "Deleted Mailboxes/box/sub": "s1 s2", ...rest };

const servers: readonly (readonly [kind: string, server: MailServer | undefined])[] = [
  ["Dovecot", dot],
  ["Cyrus", cyrus],
  ["Courier", courier],
  ["the model of Gmail", gmail],
  ["a server without mod-sequences", flagless.server],
];

for (const [kind, server] of servers)
  for (const where of sides) {
    const skip = server === undefined ? "it is not installed" : false;
    const pair = perSide((side) => (side === where && server !== undefined ? server : slash));

    for (const side of sides)
      onOne(side)(
        `with ${kind} as the ${where} server: what is deleted on the ${side} server is kept on the other`,
        { skip },
        async (t) => {
          const stores = await filled(t, pair);
          await act(stores[side], "delete box/sub", "delete box");
          await run(stores, 0);
          assert.deepEqual(await held(stores[side]), rest);
          assert.deepEqual(await held(stores[otherSide(side)]), kept);
          assert.equal(await run(stores, 0), "");
        },
      );
  }

for (const side of sides) {
  const test = onOne(side);
  const there = otherSide(side);

  test(`a second mailbox of the name that is deleted on the ${side} server is kept beside the first`, async (t) => {
    const stores = await filled(t);
    await act(stores[side], "delete box/sub");
    await run(stores, 0);
    await act(stores[side], "create box/sub", "append box/sub new 2");
    await run(stores, 0);
    await act(stores[side], "delete box/sub");
    await run(stores, 0);
    assert.deepEqual(await held(stores[there]), {
      "Deleted Mailboxes/box/sub": "s1 s2",
      "Deleted Mailboxes/box/sub (2)": "new1 new2",
      box: "b1 b2",
      ...rest,
    });
    assert.equal(await run(stores, 0), "");
  });

  for (const [what, change] of [
    ["got a message", (server: MailServer) => act(server, "append box/sub late 2")],
    ["got a flag", (server: MailServer) => store(server, "1 +FLAGS (\\Flagged)", wireNameOn(server, "box/sub"))],
  ] as const)
    for (const pair of [two, perSide((one) => (one === there ? flagless.server : slash))])
      test(`one that ${what} comes back to the ${side} server (${pair[there] === flagless.server ? "without mod-sequences" : "with"})`, async (t) => {
        const stores = await filled(t, pair);
        await act(stores[side], "delete box/sub");
        await change(stores[there]);
        await run(stores, 0);
        const messages = what === "got a message" ? "late1 late2 s1 s2" : "s1 s2";
        for (const one of sides) assert.deepEqual(await held(stores[one]), { ...all, "box/sub": messages });
        assert.equal(await run(stores, 0), "");
      });

  test(`without a trash-mailbox what is deleted on the ${side} server is deleted on the other; subscriptions end`, async (t) => {
    const stores = await filled(t, two, { "trash-mailbox": "" });
    await act(stores.local, "subscribe box", "subscribe box/sub");
    await run(stores, 0);
    await act(stores[side], "delete box/sub", "delete box");
    await run(stores, 0);
    for (const one of sides) {
      assert.deepEqual(await held(stores[one]), rest);
      const { subscribed } = await snapshot(stores[one]);
      assert.deepEqual(
        [...subscribed].filter((name) => name !== "INBOX"),
        [],
      );
    }
    assert.equal(await run(stores, 0), "");
  });

  test(`one whose name another got on the ${side} server makes room for that one on the other; subscriptions go along`, async (t) => {
    const stores = await filled(t);
    await act(stores.local, "create new", "append new n 2", "subscribe new", "subscribe box/sub");
    await run(stores, 0);
    await act(stores[side], "delete rest", "delete box/sub", "rename new box/sub", "unsubscribe new");
    const lines = await run(stores, 0);
    assert.match(lines, new RegExp(`^${there}\\(new\\): Renamed to "box.sub"$`, "m"));
    const now = { box: "b1 b2", "box/sub": "n1 n2" };
    assert.deepEqual(await held(stores[side]), now);
    const keptThere = { "Deleted Mailboxes/box/sub": "s1 s2", "Deleted Mailboxes/rest": "r1 r2" };
    assert.deepEqual(await held(stores[there]), { ...keptThere, ...now });
    for (const one of sides) assert.deepEqual([...(await snapshot(stores[one])).subscribed], ["box\0sub"]);
    assert.equal(await run(stores, 0), "");
  });

  test(`one that changed on the ${there} server, and whose name another got on the ${side} one, stays with a line`, async (t) => {
    const stores = await filled(t);
    await act(stores[side], "delete rest", "delete box/sub", "rename box rest");
    await act(stores[there], "append rest late");
    assert.match(await run(stores, 1), /has another mailbox of that name/);
    assert.equal((await held(stores[there]))["rest"], "late1 r1 r2");
    assert.deepEqual(await held(stores[side]), { rest: "b1 b2" });
  });

  test(`with EMPTY only what holds nothing follows the ${side} server`, async (t) => {
    const stores = await filled(t, two, { "follow-deletions": "EMPTY" });
    await act(stores.local, "create void");
    await run(stores, 0);
    await act(stores[side], "delete void", "delete box/sub");
    const stderr = await run(stores, 1);
    assert.match(stderr, /\(box\/sub\): .*it is not empty/);
    assert.deepEqual(await held(stores[there]), { "Deleted Mailboxes/void": "", ...all });
  });

  test(`what has mailboxes below it that stay is left alone when it is deleted on the ${side} server`, async (t) => {
    const stores = await filled(t);
    await act(stores[there], "create box/new", "append box/new n 2");
    await act(stores[side], "delete box/sub", "delete box");
    const stderr = await run(stores, 1);
    assert.match(stderr, /\(box\): .*mailboxes below it stay; to delete it everywhere/);
    const { box, "box/sub": sub, ...left } = await held(stores[there]);
    assert.deepEqual([box, sub, left["box/new"]], ["b1 b2", undefined, "n1 n2"]);
  });

  test(`a mailbox that the ${side} server hides once, and one that answers, is there`, async (t) => {
    const stores = await filled(t);
    stores.hold(side, "server", {
      always: true,
      pattern: /^\* LIST .*sub/,
      action: () => ({ instead: "* OK nothing" }),
    });
    await run(stores, 1);
    stores.release(side);
    for (const one of sides) assert.deepEqual(await held(stores[one]), all);
    assert.equal(await run(stores, 0), "");
  });

  test(`most of all mailboxes are gone from the ${side} server: none follows until that is allowed`, async (t) => {
    const stores = await filled(t);
    const many = Array.from({ length: 6 }, (_, number) => `m${number}`);
    await act(stores.local, ...many.map((name) => `create ${name}`));
    await run(stores, 0);
    await act(stores[side], ...many.map((name) => `delete ${name}`), "append rest more 2");
    const stderr = await run(stores, 65);
    assert.match(stderr, /6 of 10 mailboxes have disappeared from the \w+ server; nothing was deleted/);
    const now = await held(stores[there]);
    assert.ok(many.every((name) => name in now));
    assert.equal(now["rest"], "more1 more2 r1 r2", "all else is done");
    await run(stores, 0, "--allow-mass-delete");
    const left = Object.keys(await held(stores[there]));
    assert.deepEqual(
      left.filter((name) => name.includes("m")),
      many.map((name) => `Deleted Mailboxes/${name}`),
    );
  });

  test(`more messages than may be deleted, gone from the ${side} server with their mailbox, are held back`, async (t) => {
    const stores = await filled(t, two, { "max-delete": "3" });
    await act(stores[side], "delete box/sub", "delete box");
    await run(stores, 65);
    assert.deepEqual(await held(stores[there]), all);
    await run(stores, 0, "--allow-mass-delete");
    assert.deepEqual(await held(stores[there]), kept);
  });

  test(`where the ${there} server refuses to keep it, the mailbox is left alone, with a line`, async (t) => {
    const stores = await filled(t);
    stores.hold(there, "client", {
      pattern: / RENAME /,
      action: (line) => ({ instead: `${line.split(" ")[0]!} RENAME nowhere refused` }),
    });
    await act(stores[side], "delete box/sub");
    assert.match(await run(stores, 1), /\(box\/sub\): .*cannot be kept below "Deleted Mailboxes"/);
    assert.deepEqual(await held(stores[there]), all);
    await run(stores, 0);
    assert.equal((await held(stores[there]))["box/sub"], undefined);
  });

  test(`a dry run tells what is deleted on the ${there} server, and does nothing`, async (t) => {
    const stores = await filled(t);
    await act(stores[side], "delete box/sub");
    const stderr = await run(stores, 0, "--dry-run");
    assert.match(
      stderr,
      new RegExp(`^${there}\\(box/sub\\): Would delete mailbox, which is kept as "Deleted Mailboxes/box/sub"$`, "m"),
    );
    assert.deepEqual(await held(stores[there]), all);
  });

  test(`killed when the ${there} server has kept it, the next run forgets it`, async (t) => {
    const stores = await filled(t);
    await act(stores[side], "delete box/sub", "delete box");
    const running = startInterimap(stores.home);
    stores.hold(there, "server", {
      pattern: /^\S+ OK Rename/,
      action: async () => {
        running.child.kill("SIGKILL");
        await running.finished;
        return "cut" as const;
      },
    });
    assert.equal((await running.finished).signal, "SIGKILL");
    stores.release(there);
    await run(stores, 0);
    assert.deepEqual(await held(stores[side]), rest);
    assert.deepEqual(await held(stores[there]), kept);
    await act(stores[there], "create box");
    await run(stores, 0);
    assert.equal((await held(stores[side]))["box"], "", "it is a new one");
    assert.equal(await run(stores, 0), "");
  });

  test(`a daemon follows what is deleted on the ${side} server`, async (t) => {
    const stores = await filled(t);
    const daemon = startDaemon(t, stores.home, { args: ["--watch=1"] });
    await daemon.waits();
    await act(stores[side], "delete box/sub", "delete box");
    await becomes(() => held(stores[there]), kept);
    await daemon.waits();
    await daemon.stop();
  });

  test(`with NO what is deleted on the ${side} server is told, and nothing is done`, async (t) => {
    const stores = await filled(t, two, { "follow-deletions": "NO" });
    await act(stores[side], "delete box/sub");
    assert.match(await run(stores, 1), /disappeared from the \w+ server; to delete it everywhere/);
    assert.deepEqual(await held(stores[there]), all);
  });
}
