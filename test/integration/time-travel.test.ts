// A server, the other one, or the database is put back to an earlier state: nothing is lost, and nothing is there twice.

import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { otherSide, type PerSide, type Side, sides } from "../../src/model/side.ts";
import { allDone } from "../../src/util/all-done.ts";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import { becomes } from "../support/eventually.ts";
import type { MailServer } from "../support/mail-server.ts";
import { assertPairsAreAlike } from "../support/pairs.ts";
import { makeHome, plainText, runInterimap } from "../support/run-interimap.ts";
import { snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { loseIndex, type WayBack, wayBackOf, wayBackOfDatabase } from "../support/time-travel.ts";
import { inTurn } from "../support/turns.ts";
import {
  command,
  contents,
  deliver,
  deliverToEach,
  expunge,
  mail,
  mails,
  store,
  type TwoStores,
  twoStores,
} from "../support/two-stores.ts";
import { startDaemon } from "../support/watching.ts";
import { assertConverges, assertNothingToDo } from "./converge.ts";

const onOne = inTurn(sides);

const { dovecot, other, maildir, cyrus } = await startAll({
  dovecot: startDovecot(),
  other: startDovecot(),
  maildir: startDovecot({ mailFormat: "maildir" }),
  cyrus: startCyrus({ users: Array.from({ length: 40 }, (_, i) => `t${String(i + 1)}`) }),
});

type Traveller = Side | "database";
const travels: readonly (readonly Traveller[])[] = [
  ["local"],
  ["remote"],
  ["database"],
  ["local", "remote"],
  ["local", "database"],
  ["remote", "database"],
];

/** One mailbox for each number of messages that come after the journey; none of them shares a message with another. */
type Boxes = ReadonlyMap<string, number>;

const boxesFor = (counts: readonly number[]): Boxes =>
  new Map(counts.map((count, index) => [index === 0 ? "INBOX" : `box${String(count)}`, count]));
const someBoxes = boxesFor([0, 1, 6]);

/** Names of messages of a mailbox, e.g. `INBOX-m1`. */
const of = (box: string, ...names: readonly string[]): string[] => names.map((name) => `${box}-${name}`);

/** Of each mailbox. */
const inEach = <T>(boxes: Boxes, of: (box: string, fresh: number) => T): ReadonlyMap<string, T> =>
  new Map([...boxes].map(([box, fresh]) => [box, of(box, fresh)]));

interface Journey {
  readonly stores: TwoStores;
  readonly back: Readonly<Record<Traveller, WayBack>>;
}

/** In each mailbox five messages long ago; since then three came, and the second one was deleted. Both sides know all that. */
async function journey(
  t: TestContext,
  { servers, boxes }: { readonly servers: PerSide<MailServer>; readonly boxes: Boxes },
): Promise<Journey> {
  const stores = await twoStores(t, servers);
  const names = [...boxes.keys()];
  await command(stores.local, ...names.filter((name) => name !== "INBOX").map((name) => `CREATE ${name}`));
  await deliverToEach(
    stores.local,
    inEach(boxes, (box) => mails(`${box}-m`, 5)),
  );
  await assertConverges(stores);
  const back = {
    local: wayBackOf(stores.local),
    remote: wayBackOf(stores.remote),
    database: wayBackOfDatabase(stores.home),
  };
  await deliverToEach(
    stores.local,
    inEach(boxes, (box) => mails(`${box}-n`, 2)),
  );
  await deliverToEach(
    stores.remote,
    inEach(boxes, (box) => [mail(`${box}-n3`)]),
  );
  const selected = (...lines: readonly string[]): string[] => names.flatMap((name) => [`SELECT ${name}`, ...lines]);
  await command(stores.remote, ...selected("UID STORE 2 +FLAGS.SILENT (\\Deleted)", "UID EXPUNGE 2"));
  await assertConverges(stores);
  await command(stores.local, ...selected("UID STORE 3 +FLAGS (\\Flagged)"));
  await assertConverges(stores);
  return { stores, back };
}

/** The names of all messages, by mailbox. */
type Everything = ReadonlyMap<string, readonly string[]>;

async function held(server: MailServer, boxes: Boxes): Promise<Everything> {
  const { mailboxes } = await snapshot(server);
  const names = (box: string): string[] => (mailboxes.get(box) ?? []).map(({ messageId }) => nameIn(messageId)).sort();
  return inEach(boxes, names);
}

const nameIn = (messageId: string): string => messageId.replace(/^<|@example\.org>$/g, "");

/** What either side has. */
async function everything(stores: TwoStores, boxes: Boxes): Promise<Everything> {
  const found = await allDone(sides.map((side) => held(stores[side], boxes)));
  const inBox = (box: string): string[] => [...new Set(found.flatMap((one) => one.get(box)!))].sort();
  return inEach(boxes, inBox);
}

/** Each message once, on both sides, and in the database what it is. */
async function assertWhole(stores: TwoStores, expected: Everything): Promise<void> {
  const boxes = new Map([...expected.keys()].map((box) => [box, 0]));
  for (const side of sides) assert.deepEqual(await held(stores[side], boxes), expected, side);
  for (const box of expected.keys()) await assertPairsAreAlike(stores, box);
  await assertNothingToDo(stores);
}

const newMessages = (boxes: Boxes): string => `${[...boxes.values()].join(", ")} new messages`;

const onOneKind = inTurn(["Dovecot", "Cyrus"]);

for (const [kind, servers, boxes] of [
  ["Dovecot", { local: dovecot, remote: other }, boxesFor([0, 1, 3, 6])],
  ["Cyrus", { local: dovecot, remote: cyrus }, boxesFor([1, 6])],
] as const) {
  describe(`the other server is ${kind}:`, () => {
    const test = onOneKind(kind);
    for (const travellers of travels) {
      test(`${travellers.join(" and ")} put back, and mailboxes with ${newMessages(boxes)}`, async (t) => {
        const { stores, back } = await journey(t, { servers, boxes });
        for (const traveller of travellers) await back[traveller]();
        const receivers = sides.filter((side) => travellers.length > 1 || travellers[0] !== otherSide(side));
        for (const side of receivers)
          await deliverToEach(
            stores[side],
            inEach(boxes, (box, fresh) => mails(`${box}-${side[0]!}x`, fresh)),
          );
        const all = await everything(stores, boxes);
        const { status, stderr } = await runInterimap(stores.home);
        assert.equal(status, 0, stderr);
        const isOld = travellers.includes("database") && travellers.length > 1;
        // As if nothing had been synchronised since: the other side says that it was deleted.
        const left = (box: string, names: readonly string[]): readonly string[] =>
          isOld ? names.filter((name) => name !== `${box}-m2`) : names;
        await assertWhole(stores, new Map([...all].map(([box, names]) => [box, left(box, names)])));
        const behind = travellers.filter((one) => one !== "database" && !travellers.includes("database"));
        for (const [box, fresh] of boxes)
          if (fresh <= 1)
            assert.equal(
              stderr.split("\n").filter((line) => line.includes(`(${box}): The mailbox is not in its recorded state`))
                .length,
              behind.length,
              `${box}:\n${stderr}`,
            );
      });
    }
  });
}

describe("while a daemon watches", () => {
  for (const [kind, remote, args, side] of [
    ["Dovecot", other, "--watch=1", "local"],
    ["Dovecot", other, "--watch=1", "remote"],
    ["Dovecot", other, "--notify", "local"],
    ["Dovecot", other, "--notify", "remote"],
    ["Cyrus", cyrus, "--watch=1", "remote"],
  ] as const) {
    test(`${args}: ${side} (the remote one is ${kind}) put back, and mailboxes with ${newMessages(someBoxes)}`, async (t) => {
      const { stores, back } = await journey(t, { servers: { local: dovecot, remote }, boxes: someBoxes });
      const daemon = startDaemon(t, stores.home, { args: [args] });
      await daemon.waits();
      await back[side]();
      await deliverToEach(
        stores[side],
        inEach(someBoxes, (box, fresh) => mails(`${box}-x`, fresh)),
      );
      const all = await everything(stores, someBoxes);
      await becomes(() => allDone(sides.map((one) => held(stores[one], someBoxes))), [all, all]);
      // The copies are there before all that is recorded of them.
      await daemon.waits();
      await daemon.stop();
      await assertWhole(stores, all);
    });
  }
});

for (const side of sides) {
  const test = onOne(side);
  test(`--repair: ${side} put back, and mailboxes with ${newMessages(someBoxes)}`, async (t) => {
    const { stores, back } = await journey(t, { servers: { local: dovecot, remote: other }, boxes: someBoxes });
    await back[side]();
    await deliverToEach(
      stores[side],
      inEach(someBoxes, (box, fresh) => mails(`${box}-x`, fresh)),
    );
    const all = await everything(stores, someBoxes);
    const { status, stderr } = await runInterimap(stores.home, ["--repair"]);
    assert.equal(status, 0, stderr);
    await assertWhole(stores, all);
  });

  test(`${side} put back, and what was lost written again, in another version, under the same UIDs`, async (t) => {
    const boxes = boxesFor([0]);
    const { stores, back } = await journey(t, { servers: { local: dovecot, remote: other }, boxes });
    await back[side]();
    const again = of("INBOX", "n1", "n2", "n3");
    const versions = again.map((name) => mail(name, { body: "a second version\r\n" }));
    await deliver(stores[side], "INBOX", ...versions, mail("INBOX-x1"), mail("INBOX-x2"));
    const { status, stderr } = await runInterimap(stores.home);
    assert.equal(status, 0, stderr);
    const kept = of("INBOX", "m1", "m2", "m3", "m4", "m5", "x1", "x2");
    await assertWhole(stores, new Map([["INBOX", [...kept, ...again, ...again].sort()]]));
  });
}

test("two programs, each with a database of its own, between the same servers: nothing breeds", async (t) => {
  const stores = await twoStores(t, { local: dovecot, remote: other });
  const second = makeHome({
    local: plainText(stores.proxies.local.server),
    remote: plainText(stores.proxies.remote.server),
    settings: {},
  });
  t.after(() => {
    second.remove();
  });
  for (let round = 1; round <= 4; round++) {
    for (const side of sides) await deliver(stores[side], "INBOX", mail(`${side[0]!}${String(round)}`));
    for (const home of [stores.home, second]) {
      const { status, stderr } = await runInterimap(home);
      assert.equal(status, 0, stderr);
    }
  }
  const all = ["l1", "l2", "l3", "l4", "r1", "r2", "r3", "r4"];
  for (const home of [stores.home, second]) await assertWhole({ ...stores, home }, new Map([["INBOX", all]]));
});

describe("the index alone is lost", () => {
  for (const side of sides) {
    const test = onOne(side);
    test(`on the ${side} side, and messages are changed and deleted before the next run`, async (t) => {
      const stores = await twoStores(t, { local: maildir, remote: maildir });
      await deliver(stores.local, "INBOX", ...mails("m", 6));
      await assertConverges(stores);
      for (const sign of ["+", "-", "+", "-"]) await store(stores[side], `1:6 ${sign}FLAGS (\\Answered)`);
      await assertConverges(stores);
      await loseIndex(stores[side]);
      await store(stores[side], "2 +FLAGS (\\Flagged)");
      await expunge(stores[side], "3");
      await expunge(stores[otherSide(side)], "4");
      const { status, stderr } = await runInterimap(stores.home);
      assert.equal(status, 0, stderr);
      assert.equal(
        stderr.split("\n").filter((line) => /The mailbox is not in its recorded state/.test(line)).length,
        1,
        stderr,
      );
      // What is gone there may have been lost; what was deleted on the other side, and is what it was, goes.
      const expected = ["m1", "m2 \\flagged", "m3", "m5", "m6"];
      for (const one of sides) assert.deepEqual(await contents(stores[one]), expected, stderr);
      await assertNothingToDo(stores);
    });
  }
});
