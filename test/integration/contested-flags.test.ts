// Flags that somebody changes in the instant between our reading and our STORE: the server leaves the message alone
// (RFC 7162 3.1.3, MODIFIED), and both sides end with the union of what each had.

import assert from "node:assert/strict";
import { describe, type TestContext } from "node:test";
import { otherSide, type PerSide, type Side, sides } from "../../src/model/side.ts";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import type { MailServer } from "../support/mail-server.ts";
import { runInterimap } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import { inTurn } from "../support/turns.ts";
import { contents, deliver, mails, store, type TwoStores, twoStores, userNames } from "../support/two-stores.ts";
import { assertConverges, assertNothingToDo } from "./converge.ts";
import { assertStatesSaved } from "./saved-states.ts";

const { dovecot, cyrus } = await startAll({
  dovecot: startDovecot(),
  cyrus: startCyrus({ users: userNames }),
});

const places: readonly (readonly [name: string, side: Side, servers: () => PerSide<MailServer>])[] = [
  ["Dovecot, local", "local", () => ({ local: dovecot, remote: cyrus })],
  ["Dovecot, remote", "remote", () => ({ local: dovecot, remote: dovecot })],
  ["Cyrus, local", "local", () => ({ local: cyrus, remote: dovecot })],
  ["Cyrus, remote", "remote", () => ({ local: dovecot, remote: cyrus })],
];

/** All messages have `\Seen` and `work` at first; a change is what follows the UIDs of a STORE. */
const contests = [
  { first: "+FLAGS (\\Flagged)", second: "+FLAGS (\\Answered)", union: "\\answered \\flagged \\seen work" },
  { first: "+FLAGS (\\Flagged)", second: "-FLAGS (\\Seen)", union: "\\flagged \\seen work" },
  { first: "-FLAGS (\\Seen)", second: "+FLAGS (fresh)", union: "\\seen fresh work" },
  { first: "-FLAGS (\\Seen)", second: "-FLAGS (work)", union: "\\seen work" },
  { first: "FLAGS ()", second: "FLAGS (\\Draft)", union: "\\draft" },
  { first: "FLAGS (\\Draft)", second: "FLAGS ()", union: "\\draft" },
  { first: "-FLAGS (work)", second: "-FLAGS (work)", union: "\\seen" },
  { first: "FLAGS ()", second: "FLAGS ()", union: "" },
] as const;

async function synchronised(t: TestContext, servers: PerSide<MailServer>, count: number): Promise<TwoStores> {
  const stores = await twoStores(t, servers);
  await deliver(stores.local, "INBOX", ...mails("m", count, { flags: ["\\Seen", "work"] }));
  await assertConverges(stores);
  return stores;
}

interface Interference {
  readonly side: Side;
  /** Done while the next STORE to the side is held back, and each of the `times - 1` after it. */
  readonly action: (time: number) => Promise<void>;
  readonly times?: number;
}

/** Returns how often it happened so far. */
function beforeStore(stores: TwoStores, { side, action, times = 1 }: Interference): () => number {
  let done = 0;
  for (let time = 1; time <= times; time++) {
    stores.hold(side, "client", {
      pattern: /UID STORE/,
      action: async () => {
        await action(time);
        done++;
      },
    });
  }
  return () => done;
}

async function assertFlags(stores: TwoStores, expected: readonly string[]): Promise<void> {
  for (const side of sides) {
    assert.deepEqual(
      await contents(stores[side]),
      expected.map((flags, i) => `m${String(i + 1)} ${flags}`.trimEnd()),
      side,
    );
  }
  await assertStatesSaved(stores, "contest");
  await assertNothingToDo(stores);
}

const onOnePlace = inTurn(places.map(([place]) => place));

for (const [place, side, servers] of places) {
  const test = onOnePlace(place);
  describe(`flags change on ${place}, just before our STORE`, () => {
    test("both get the union of what each side has now, added flags and those that were taken away", async (t) => {
      const stores = await synchronised(t, servers(), contests.length + 1);
      const change = async (on: Side, what: "first" | "second"): Promise<void> => {
        for (const [i, contest] of contests.entries()) await store(stores[on], `${i + 1} ${contest[what]}`);
      };
      await change(otherSide(side), "first");
      const happened = beforeStore(stores, { side, action: () => change(side, "second") });
      const { status, stderr } = await runInterimap(stores.home);
      assert.equal(status, 0, stderr);
      assert.equal(happened(), 1);
      await assertFlags(stores, [...contests.map(({ union }) => union), "\\seen work"]);
      assert.match(stderr, /^local\(INBOX\): Flags of UID 1 changed on both sides/m);
      assert.doesNotMatch(stderr, /Flags of UID [789] /);
    });

    test("again and again, before each further attempt", async (t) => {
      const stores = await synchronised(t, servers(), 2);
      await store(stores[otherSide(side)], "1 -FLAGS (\\Seen)");
      const happened = beforeStore(stores, {
        side,
        action: (time) => store(stores[side], `1 FLAGS (again${time})`),
        times: 3,
      });
      assert.equal((await runInterimap(stores.home)).status, 0);
      assert.equal(happened(), 3);
      const found = await contents(stores[side]);
      assert.match(found[0]!, /\bagain3\b.*\bwork\b/);
      await assertFlags(stores, [found[0]!.slice(3), "\\seen work"]);
    });

    test("again, and the other side answers ours only after that", async (t) => {
      const stores = await synchronised(t, servers(), 2);
      await store(stores[otherSide(side)], "1 -FLAGS (\\Seen)");
      let answered = (): void => undefined;
      const isAnswered = new Promise<void>((resolve) => (answered = resolve));
      beforeStore(stores, { side, action: (time) => store(stores[side], `1 FLAGS (again${time})`), times: 2 });
      for (const action of [() => undefined, () => answered()])
        stores.hold(side, "server", { pattern: /\bMODIFIED\b/, action });
      stores.hold(otherSide(side), "client", { pattern: /UID STORE/, action: () => isAnswered });
      assert.equal((await runInterimap(stores.home)).status, 0);
      const found = await contents(stores[side]);
      assert.match(found[0]!, /\bagain2\b.*\bwork\b/);
      await assertFlags(stores, [found[0]!.slice(3), "\\seen work"]);
    });

    test("and on the other side once more: its last word counts", async (t) => {
      const stores = await synchronised(t, servers(), 3);
      const source = stores[otherSide(side)];
      await store(source, "1:2 +FLAGS (\\Flagged)");
      beforeStore(stores, {
        side,
        action: async () => {
          await store(source, "1:2 FLAGS (last)");
          await store(stores[side], "2 FLAGS (\\Draft)");
        },
      });
      assert.equal((await runInterimap(stores.home)).status, 0);
      const found = await contents(source);
      assert.equal(found[0], "m1 last");
      assert.match(found[1]!, /\\draft .*last/);
      await assertFlags(stores, ["last", found[1]!.slice(3), "\\seen work"]);
    });

    test("and on the other side, which tells of it before we hear that our STORE failed", async (t) => {
      const stores = await synchronised(t, servers(), 3);
      const source = stores[otherSide(side)];
      await store(source, "1 FLAGS (\\Flagged)");
      // A STORE for the other side, whose answer brings the news.
      await store(stores[side], "2 FLAGS (\\Answered)");
      let changed = (): void => undefined;
      const isChanged = new Promise<void>((resolve) => (changed = resolve));
      let told = (): void => undefined;
      const isTold = new Promise<void>((resolve) => (told = resolve));
      stores.hold(otherSide(side), "client", { pattern: /UID STORE/, action: () => isChanged });
      stores.hold(side, "client", {
        pattern: /UID STORE/,
        action: async () => {
          await store(source, "1 FLAGS (last)");
          await store(stores[side], "1 FLAGS (\\Draft)");
          stores.hold(otherSide(side), "server", { pattern: /^\S+ OK .*[Ss]tore|^\S+ OK Completed/, action: told });
          changed();
          await isTold;
        },
      });
      assert.equal((await runInterimap(stores.home)).status, 0);
      const [line = ""] = await contents(source);
      assert.match(line, /\\draft .*last/);
      await assertFlags(stores, [line.slice(3), "\\answered", "\\seen work"]);
    });

    test("on both sides before, and here again", async (t) => {
      const stores = await synchronised(t, servers(), 2);
      await store(stores[otherSide(side)], "1 FLAGS (\\Flagged)");
      await store(stores[side], "1 FLAGS (early)");
      beforeStore(stores, { side, action: () => store(stores[side], "1 FLAGS (late)") });
      assert.equal((await runInterimap(stores.home)).status, 0);
      const [line = ""] = await contents(stores.local);
      for (const flag of ["\\flagged", "late"]) assert.ok(line.includes(flag), line);
      await assertFlags(stores, [line.slice(3), "\\seen work"]);
    });
  });
}
