// Flags where a server has no mod-sequences, and so does not report which of them changed: each run finds out what did.

import assert from "node:assert/strict";
import { after, describe, type TestContext } from "node:test";
import { otherSide, type PerSide, type Side, sides } from "../../src/model/side.ts";
import { changeBeforeEachLook } from "../support/changing-looks.ts";
import { startDovecot } from "../support/dovecot.ts";
import type { MailServer } from "../support/mail-server.ts";
import type { AppendMessage } from "../support/raw-imap.ts";
import { runInterimap } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import { startStrictFilter, type StrictFilter } from "../support/strict-filter.ts";
import { inTurn } from "../support/turns.ts";
import { contents, deliver, expunge, mail, mails, store, type TwoStores, twoStores } from "../support/two-stores.ts";
import { assertOnlyLooked } from "./converge.ts";

const onOne = inTurn(sides);

const profiles = ["nocondstore", "bare"] as const;
type Lesser = (typeof profiles)[number];

const { full, ...behind } = await startAll({ full: startDovecot(), nocondstore: startDovecot(), bare: startDovecot() });
const filters = new Map<Lesser, StrictFilter>();
for (const profile of profiles) filters.set(profile, await startStrictFilter(behind[profile], { profile }));
after(() => Promise.all([...filters.values()].map((filter) => filter.stop())));

/** The `side` server lacks something, the other one is whole. */
function storesWith(t: TestContext, side: Side, profile: Lesser): Promise<TwoStores> {
  const servers = { [side]: filters.get(profile)!.server, [otherSide(side)]: full };
  return twoStores(t, servers as unknown as PerSide<MailServer>);
}

/** Puts messages there without the help of a client that knows what the server lacks. */
async function fill(server: MailServer, ...messages: readonly AppendMessage[]): Promise<void> {
  for (const message of messages) await deliver(server, "INBOX", message);
}

/** Returns what was said. */
async function runs(stores: TwoStores, expected: Partial<PerSide<readonly string[]>>): Promise<string> {
  const { status, stderr } = await runInterimap(stores.home);
  assert.equal(status, 0, stderr);
  for (const side of sides) if (expected[side]) assert.deepEqual(await contents(stores[side]), expected[side], stderr);
  const second = await runInterimap(stores.home, ["--debug"]);
  assert.equal(second.status, 0, second.stderr);
  assertOnlyLooked(second.stderr);
  return stderr;
}

/** As Microsoft 365: keywords are neither kept nor spoken of. Returns the commands that have some all the same. */
function keepNoKeywords(stores: TwoStores, side: Side): readonly string[] {
  const offending: string[] = [];
  const system = String.raw`\Answered \Flagged \Deleted \Seen \Draft`;
  stores.hold(side, "server", {
    pattern: /^\* (?:FLAGS|OK \[PERMANENTFLAGS) \(/,
    always: true,
    action: (line) => ({ instead: line.replace(/\([^)]*\)/, `(${system})`) }),
  });
  stores.hold(side, "client", {
    pattern: /^\S+ (?:UID STORE|APPEND) .*\b(?:work|later)\b/,
    always: true,
    action: (line) => void offending.push(line),
  });
  return offending;
}

/** Keywords are taken without a word, and are not there afterwards. */
function loseKeywords(stores: TwoStores, side: Side): void {
  stores.hold(side, "client", {
    pattern: /^\S+ (?:UID STORE|APPEND) .*\b(?:work|later)\b/,
    always: true,
    action: (line) => ({ instead: line.replace(/ ?\b(?:work|later)\b/g, "") }),
  });
}

for (const profile of profiles) {
  for (const side of sides) {
    const test = onOne(side);
    const other = otherSide(side);

    describe(`${side} is ${profile}`, () => {
      test("each flag that is set or removed is so on the other side, and each second run changes nothing", async (t) => {
        const stores = await storesWith(t, side, profile);
        await fill(stores.local, ...mails("m", 4, { flags: ["\\Flagged"] }));
        const both = (...lines: readonly string[]) => runs(stores, { local: lines, remote: lines });
        await both("m1 \\flagged", "m2 \\flagged", "m3 \\flagged", "m4 \\flagged");
        await store(stores[side], "1 +FLAGS (\\Seen work)");
        await store(stores[other], "2 FLAGS (\\Answered)");
        await store(stores[side], "3 -FLAGS (\\Flagged)");
        await both("m1 \\flagged \\seen work", "m2 \\answered", "m3", "m4 \\flagged");
        await store(stores[side], "2 FLAGS (later)");
        await store(stores[other], "1 -FLAGS (\\Seen)");
        await both("m1 \\flagged work", "m2 later", "m3", "m4 \\flagged");
        await store(stores[side], "1:4 FLAGS ()");
        await both("m1", "m2", "m3", "m4");
      });

      test("flags change before each look: what the last one finds is dealt with, too", async (t) => {
        const stores = await storesWith(t, side, profile);
        await fill(stores.local, ...mails("m", 3));
        await runs(stores, {});
        for (let looks = 1; looks <= 4; looks++) {
          const changes = changeBeforeEachLook(stores, side, { looks, mailbox: "INBOX" });
          await store(stores[other], `2 FLAGS (home${looks})`);
          await expunge(stores[other], "3:*");
          await fill(stores[other], mail(`new${looks}`));
          assert.equal((await runInterimap(stores.home)).status, 0);
          stores.release(side);
          assert.equal((await runInterimap(stores.home)).status, 0);
          const expected = [`m1 ${changes.at(-1)!}`, `m2 home${looks}`, `new${looks}`];
          for (const each of sides) assert.deepEqual(await contents(stores[each]), expected, each);
        }
      });

      test("keywords that it does not keep stay on the other side until they are removed there", async (t) => {
        const stores = await storesWith(t, side, profile);
        const offending = keepNoKeywords(stores, side);
        const expect = (here: readonly string[], there: readonly string[]) =>
          runs(stores, { [side]: here, [other]: there });
        await fill(stores[other], mail("one", { flags: ["\\Seen", "work"] }), mail("two"));
        await expect(["one \\seen", "two"], ["one \\seen work", "two"]);
        await store(stores[side], "1 +FLAGS (\\Flagged)");
        await store(stores[other], "2 +FLAGS (later)");
        await expect(["one \\flagged \\seen", "two"], ["one \\flagged \\seen work", "two later"]);
        await store(stores[side], "1 -FLAGS (\\Seen)");
        await store(stores[side], "2 FLAGS (\\Answered)");
        await expect(["one \\flagged", "two \\answered"], ["one \\flagged work", "two \\answered later"]);
        await store(stores[side], "1 +FLAGS (\\Seen)");
        await store(stores[other], "1 +FLAGS (later)");
        await expect(
          ["one \\flagged \\seen", "two \\answered"],
          ["one \\flagged \\seen later work", "two \\answered later"],
        );
        await store(stores[other], "1 FLAGS (\\Flagged)");
        await store(stores[side], "2 FLAGS ()");
        await expect(["one \\flagged", "two"], ["one \\flagged", "two later"]);
        assert.deepEqual(offending, []);
      });

      test("keywords that it only claims to keep stay on the other side until they are removed there", async (t) => {
        const stores = await storesWith(t, side, profile);
        loseKeywords(stores, side);
        const expect = async (here: readonly string[], there: readonly string[]) => {
          for (let run = 0; run < 2; run++) {
            const { stderr } = await runInterimap(stores.home);
            assert.deepEqual(await contents(stores[side]), here, stderr);
            assert.deepEqual(await contents(stores[other]), there, stderr);
          }
        };
        await fill(stores[other], mail("one", { flags: ["\\Seen", "work"] }), mail("two"), mail("three"));
        await expect(["one \\seen", "three", "two"], ["one \\seen work", "three", "two"]);
        await store(stores[side], "1 +FLAGS (\\Flagged)");
        await store(stores[other], "2 +FLAGS (later)");
        await expect(["one \\flagged \\seen", "three", "two"], ["one \\flagged \\seen work", "three", "two later"]);
        await store(stores[side], "1 -FLAGS (\\Seen)");
        await store(stores[side], "2 FLAGS (\\Answered)");
        await expect(
          ["one \\flagged", "three", "two \\answered"],
          ["one \\flagged work", "three", "two \\answered later"],
        );
      });

      test("what both sides do to a message is merged from what it had, and is no conflict", async (t) => {
        const stores = await storesWith(t, side, profile);
        await fill(stores.local, ...mails("m", 3, { flags: ["\\Seen", "work"] }));
        const both = (...lines: readonly string[]) => runs(stores, { local: lines, remote: lines });
        await both("m1 \\seen work", "m2 \\seen work", "m3 \\seen work");
        await store(stores[side], "1 -FLAGS (\\Seen)");
        await store(stores[other], "1 +FLAGS (\\Flagged)");
        await store(stores[side], "2 FLAGS (\\Answered \\Seen)");
        await store(stores[other], "2 FLAGS (work later)");
        await store(stores[side], "3 FLAGS ()");
        await store(stores[other], "3 FLAGS ()");
        assert.equal((await both("m1 \\flagged work", "m2 \\answered later", "m3")).match(/changed on both/), null);
      });

      test("what another client does just before our STORE is not overwritten, and reaches the other side", async (t) => {
        const stores = await storesWith(t, side, profile);
        await fill(stores.local, ...mails("m", 3, { flags: ["\\Seen", "work"] }));
        assert.equal((await runInterimap(stores.home)).status, 0);
        await store(stores[other], "1 +FLAGS (\\Flagged)");
        await store(stores[other], "2 FLAGS (work)");
        await store(stores[other], "3 FLAGS (\\Draft)");
        let held = 0;
        stores.hold(side, "client", {
          pattern: / UID STORE /,
          always: true,
          action: async () => {
            if (held++ > 0) return;
            await store(stores[side], "1:2 +FLAGS (later)");
            await store(stores[side], "1 -FLAGS (work)");
            await store(stores[side], "3 +FLAGS (\\Answered)");
          },
        });
        const first = await runInterimap(stores.home);
        assert.equal(first.status, 0, first.stderr);
        assert.ok(held > 0);
        stores.release(side);
        const lines = ["m1 \\flagged \\seen later", "m2 later work", "m3 \\answered \\draft"];
        assert.deepEqual(await contents(stores[side]), lines, "at once");
        await runs(stores, { local: lines, remote: lines });
      });

      test("\\Recent never travels, and that it is gone is no change", async (t) => {
        const stores = await storesWith(t, side, profile);
        const recent: string[] = [];
        for (const one of sides)
          stores.hold(one, "client", {
            pattern: /^\S+ (?:UID STORE|APPEND) .*\\Recent/i,
            always: true,
            action: (line) => void recent.push(line),
          });
        for (const [i, one] of sides.entries()) {
          await deliver(
            stores[one],
            "INBOX",
            ...mails(`a${String(i)}-`, 2),
            mail(`b${String(i)}`, { flags: ["\\Seen"] }),
          );
          const { status, stderr } = await runInterimap(stores.home, ["--debug"]);
          assert.equal(status, 0, stderr);
          assert.match(stderr, /FETCH \([^\n]*\\Recent/, "that it was there");
          const again = await runInterimap(stores.home, ["--debug"]);
          assertOnlyLooked(again.stderr);
        }
        assert.deepEqual(await contents(stores.local), await contents(stores.remote));
        assert.deepEqual(recent, []);
      });
    });
  }
}
