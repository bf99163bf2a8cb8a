// A number that a server tells wrong once. Nothing is copied twice for it, and when the truth is known there is nothing left to
// do: no doubt stays behind.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { otherSide, type Side, sides } from "../../src/model/side.ts";
import { startDovecot } from "../support/dovecot.ts";
import { held } from "../support/held.ts";
import type { MailServer } from "../support/mail-server.ts";
import { runInterimap } from "../support/run-interimap.ts";
import { snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { inTurn, oneIn } from "../support/turns.ts";
import {
  asClient,
  contents,
  deliver,
  expunge,
  mails,
  store,
  type TwoStores,
  twoStores,
} from "../support/two-stores.ts";
import { execute } from "../unit/state/databases.ts";
import { assertConverges, assertNothingToDo } from "./converge.ts";

const onOne = inTurn(sides);

const servers = await startAll({ local: startDovecot(), remote: startDovecot() });

interface Case {
  readonly what: string;
  /** The first line like it is told wrong, by a side to which this happens: */
  readonly pattern: RegExp;
  readonly by: number;
  /** In the answer to a STATUS. */
  readonly isAsked?: boolean;
  readonly synced?: number;
  readonly change: (stores: TwoStores, side: Side) => Promise<void> | void;
  /** After that run. */
  readonly later?: (stores: TwoStores, side: Side) => Promise<void>;
  readonly args?: readonly string[];
  /** In the end. */
  readonly messages: number;
}

const uidNext = /^\* OK \[UIDNEXT (\d+)/;
const highestModSeq = /^\* OK \[HIGHESTMODSEQ (\d+)/;

const cases: readonly Case[] = [
  {
    what: "UIDNEXT too low, when both sides hold the same mail",
    ...{ pattern: uidNext, by: -1 },
    change: async (stores) => {
      for (const side of sides) await deliver(stores[side], "INBOX", ...mails("m", 3));
    },
    messages: 3,
  },
  {
    what: "UIDNEXT too low, when what is recorded is repaired",
    ...{ pattern: uidNext, by: -1, synced: 4, args: ["--repair"] },
    change: ({ home }) => void execute(home.databaseFile, "DELETE FROM mapping WHERE lUID = 2"),
    messages: 4,
  },
  {
    what: "the UID of a message that is not recorded, when that is repaired",
    ...{ pattern: /^\* 2 FETCH \(UID (\d+)(?= .*BODY\[HEADER)/, by: 1000, synced: 4, args: ["--repair"] },
    change: ({ home }) => void execute(home.databaseFile, "DELETE FROM mapping WHERE lUID = 2"),
    messages: 4,
  },
  {
    what: "UIDNEXT too low, when there are new messages",
    ...{ pattern: uidNext, by: -1, synced: 1 },
    change: (stores, side) => deliver(stores[side], "INBOX", ...mails("new", 2)),
    messages: 3,
  },
  {
    what: "UIDNEXT too low, when a message was deleted",
    ...{ pattern: /^\* STATUS INBOX \(MESSAGES \d+ UIDNEXT (\d+)/, by: -1, isAsked: true, synced: 3 },
    change: (stores, side) => expunge(stores[otherSide(side)], "3"),
    messages: 2,
  },
  ...[-2, 2].map((by): Case => ({
    what: `the number of messages, by ${by}, when mailboxes are listed and a message was deleted`,
    ...{ pattern: /^\* STATUS INBOX \(MESSAGES (\d+)/, by, synced: 3 },
    change: (stores, side) => expunge(stores[otherSide(side)], "3"),
    messages: 2,
  })),
  {
    what: "HIGHESTMODSEQ too high, before messages are copied there",
    ...{ pattern: highestModSeq, by: 1, synced: 1 },
    change: (stores, side) => deliver(stores[otherSide(side)], "INBOX", ...mails("new", 2)),
    messages: 3,
  },
  ...[2, 1000].map((by): Case => ({
    what: `HIGHESTMODSEQ ${by} too high behind what was copied there, before other changes`,
    ...{ pattern: /^\* STATUS INBOX \(MESSAGES .* HIGHESTMODSEQ (\d+)/, by, isAsked: true, synced: 3 },
    change: (stores, side) => deliver(stores[otherSide(side)], "INBOX", ...mails("new", 2)),
    later: async (stores, side) => {
      await store(stores[side], String.raw`1 +FLAGS (\Flagged)`);
      await expunge(stores[side], "2");
    },
    messages: 4,
  })),
];

describe("told wrong once", { concurrency: 2 }, () => {
  for (const { what, pattern, by, isAsked, synced = 0, change, later, args = [], messages } of cases) {
    for (const side of sides) {
      const test = onOne(side);
      test(`${what}, on the ${side} side`, async (t) => {
        const stores = await twoStores(t, servers);
        if (synced > 0) {
          await deliver(stores.local, "INBOX", ...mails("m", synced));
          await assertConverges(stores);
        }
        await change(stores, side);
        let isTold = false;
        const lie = (): void => {
          stores.hold(side, "server", {
            pattern,
            action: (line) => {
              isTold = true;
              const [start = "", number] = pattern.exec(line) ?? [];
              return { instead: start.replace(/\d+$/, String(Number(number) + by)) + line.slice(start.length) };
            },
          });
        };
        // The same is told of every mailbox that is listed.
        if (isAsked) stores.hold(side, "client", { pattern: / STATUS INBOX /, action: lie });
        else lie();
        const { status, stderr } = await runInterimap(stores.home, args);
        assert.equal(status, 0, stderr);
        assert.ok(isTold, stderr);
        await later?.(stores, side);
        await assertConverges(stores, stderr);
        for (const one of sides) assert.equal((await snapshot(stores[one])).mailboxes.get("INBOX")?.length, messages);
        await assertNothingToDo(stores, stderr);
      });
    }
  }
});

for (const side of sides) {
  const test = onOne(side);
  test(`the flags that a message had before ours were stored, told once more behind the answer, on the ${side} side`, async (t) => {
    const stores = await twoStores(t, servers);
    await deliver(stores.local, "INBOX", ...mails("m", 1));
    await assertConverges(stores);
    await store(stores[side], String.raw`1 +FLAGS (\Seen)`);
    await store(stores[otherSide(side)], String.raw`1 +FLAGS (\Flagged)`);
    let before = "";
    stores.hold(side, "server", { pattern: /^\* 1 FETCH \(UID 1 FLAGS/, action: (line) => void (before = line) });
    stores.hold(side, "server", {
      pattern: /^\S+ OK .*Store completed/,
      action: (line) => ({ instead: `${line}\r\n${before}` }),
    });
    const { status, stderr } = await runInterimap(stores.home);
    assert.equal(status, 0, stderr);
    assert.match(before, /FLAGS \(\\Seen\) MODSEQ/);
    await assertConverges(stores, stderr);
    for (const one of sides) assert.deepEqual(await contents(stores[one]), [String.raw`m1 \flagged \seen`]);
    await assertNothingToDo(stores, stderr);
  });
}

/** Log became Log-1, that one Log-2, and there is a new Log. */
async function rotate(server: MailServer): Promise<void> {
  await asClient(server, async (imap) => {
    for (const command of ["RENAME Log-1 Log-2", "RENAME Log Log-1", "CREATE Log"]) await imap.run(command);
  });
  await deliver(server, "Log", ...mails("new", 2));
}

describe("told wrong once of mailboxes that were rotated", { concurrency: 2 }, () => {
  const uidValidity = (name: string): RegExp => new RegExp(`^(\\* STATUS ${name} .*UIDVALIDITY )(\\d+)`);
  const lies = sides.flatMap((rotated) => [
    ...["Log", "Log-1", "Log-2"].map((name) => ({ rotated, liar: rotated, name })),
    ...["Log", "Log-1"].map((name) => ({ rotated, liar: otherSide(rotated), name })),
  ]);
  for (const { rotated, liar, name } of oneIn(3, lies))
    for (const [what, pattern, instead] of [
      ["is not listed", new RegExp(`^\\* LIST .* ${name}$`), () => undefined],
      ["has a higher UIDVALIDITY", uidValidity(name), (number: string) => Number(number) + 1],
      ["has a lower UIDVALIDITY", uidValidity(name), (number: string) => Number(number) - 1],
    ] as const)
      test(`${name} ${what}: rotated on the ${rotated} side, told by the ${liar} one`, async (t) => {
        const stores = await twoStores(t, servers);
        await asClient(stores.local, async (imap) => {
          for (const command of ["CREATE Log", "CREATE Log-1"]) await imap.run(command);
        });
        await deliver(stores.local, "Log", ...mails("log", 3));
        await deliver(stores.local, "Log-1", ...mails("old", 4));
        await assertConverges(stores);
        await rotate(stores[rotated]);
        const expected = await held(stores[rotated]);
        let isTold = false;
        stores.hold(liar, "server", {
          pattern,
          action: (line) => {
            isTold = true;
            const number = instead(pattern.exec(line)?.[2] ?? "");
            return { instead: number === undefined ? "* OK" : line.replace(pattern, `$1${String(number)}`) };
          },
        });
        const { stderr } = await runInterimap(stores.home);
        assert.ok(isTold, stderr);
        await assertConverges(stores, stderr);
        for (const one of sides) assert.deepEqual(await held(stores[one]), expected, stderr);
        await assertNothingToDo(stores, stderr);
      });
});
