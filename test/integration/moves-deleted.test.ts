// Messages that somebody moved out of a mailbox before deleting it, or making it anew: the other server, which has them in that
// mailbox, moves them to where they are now, or copies them before it deletes the mailbox. Nothing is sent again.

import assert from "node:assert/strict";
import { after, describe, type TestContext } from "node:test";
import { otherSide, type PerSide, type Side, sides } from "../../src/model/side.ts";
import { sum } from "../../src/util/sum.ts";
import { startDovecot } from "../support/dovecot.ts";
import { startGmail } from "../support/gmail-server.ts";
import { held as heldBy } from "../support/held.ts";
import type { MailServer } from "../support/mail-server.ts";
import { runInterimap, type SectionSettings } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import { type Profile, startStrictFilter } from "../support/strict-filter.ts";
import { synchronisedStores } from "../support/synchronised-stores.ts";
import { inTurn } from "../support/turns.ts";
import { command, contents, deliver, expunge, mail, mails, store, type TwoStores } from "../support/two-stores.ts";
import { uidValidityOf } from "../support/uid-validity.ts";
import { assertNothingToChange } from "./converge.ts";

const onOne = inTurn(sides);

const { dovecot, dot, gmail, first, second, third } = await startAll({
  dovecot: startDovecot(),
  dot: startDovecot({ separator: "." }),
  gmail: startGmail(),
  first: startDovecot(),
  second: startDovecot(),
  third: startDovecot(),
});
const lesser = async (behind: MailServer, profile: Profile): Promise<MailServer> => {
  const filter = await startStrictFilter(behind, { profile });
  after(() => filter.stop());
  return filter.server;
};

const kinds: Readonly<Record<string, MailServer>> = {
  Dovecot: dovecot,
  "a server without QRESYNC": await lesser(first, "noqresync"),
  "a server without mod-sequences": await lesser(second, "nocondstore"),
  "the model of Gmail": gmail,
  "a server without UIDPLUS and mod-sequences": await lesser(third, "bare"),
};

/** These lack either MOVE or what removes single messages. */
const without: ReadonlySet<string> = new Set(["a server without UIDPLUS and mod-sequences"]);

const following = { "follow-deletions": "YES" };
const ending = { "follow-deletions": "YES", "trash-mailbox": "" };

interface Scene {
  readonly settings?: SectionSettings;
  readonly server?: MailServer;
  /** Where the messages are moved, and the mailbox is deleted. */
  readonly side: Side;
}

async function synchronised(t: TestContext, { settings = {}, server = dovecot, side }: Scene): Promise<TwoStores> {
  const servers = { [side]: dot, [otherSide(side)]: server } as unknown as PerSide<MailServer>;
  return synchronisedStores(t, servers, {
    settings,
    prepare: async ({ local }) => {
      await command(local, "CREATE box", "CREATE old", "CREATE rest");
      await deliver(local, "old", ...mails("o", 4, { flags: ["\\Seen"] }));
      await deliver(local, "box", mail("there"));
    },
  });
}

async function runs(stores: TwoStores, status = 0, ...args: readonly string[]): Promise<string> {
  for (const one of sides) stores.proxies[one].reset();
  const result = await runInterimap(stores.home, args);
  assert.equal(result.status, status, result.stderr);
  return result.stderr;
}

const held = (server: MailServer): Promise<Record<string, string>> =>
  heldBy(server, (name) => !/^(?:INBOX|\[Gmail\].*)$/s.test(name));

/** After these commands in it. */
async function makeAnew(server: MailServer, ...lines: readonly string[]): Promise<void> {
  const before = await uidValidityOf(server, "old");
  await command(server, "SELECT old", ...lines, "SELECT rest", "DELETE old", "CREATE old");
  while ((await uidValidityOf(server, "old")) === before) await command(server, "DELETE old", "CREATE old");
}

/** How often a server was told to. */
function told(stores: TwoStores, side: Side, ...verbs: readonly string[]): readonly number[] {
  return verbs.map((verb) => stores.proxies[side].counts.get(verb) ?? 0);
}

for (const [name, server] of Object.entries(kinds))
  describe(`${name} has them`, () => {
    for (const side of sides) {
      const test = onOne(side);
      const other = otherSide(side);

      test(`deleted on the ${side} server: they are copied before the mailbox is kept`, async (t) => {
        const stores = await synchronised(t, { settings: following, server, side });
        await command(stores[side], "SELECT old", "UID MOVE 1:3 box", "SELECT rest", "DELETE old");
        const lines = await runs(stores);
        assert.match(lines, new RegExp(`^${other}\\(old\\): Copied 3 messages to "box"`, "m"));
        assert.deepEqual(told(stores, other, "COPY", "APPEND", "RENAME"), [1, 0, 1]);
        const now = { box: "o1 o2 o3 there", rest: "" };
        assert.deepEqual(await held(stores[side]), now);
        assert.deepEqual(await held(stores[other]), { ...now, "Deleted Mailboxes/old": "o1 o2 o3 o4" });
        await assertNothingToChange(stores);
      });

      if (!without.has(name))
        test(`made anew on the ${side} server: they are moved, with their flags`, async (t) => {
          const stores = await synchronised(t, { server, side });
          await makeAnew(
            stores[side],
            "UID STORE 1 -FLAGS (\\Seen)",
            "UID STORE 2 +FLAGS (\\Flagged)",
            "UID MOVE 1:3 box",
          );
          await runs(stores);
          assert.equal(sum(told(stores, other, "MOVE", "COPY")), 1);
          assert.deepEqual(told(stores, other, "APPEND"), [0]);
          for (const one of sides) {
            assert.deepEqual(await held(stores[one]), { box: "o1 o2 o3 there", old: "o4", rest: "" });
            assert.deepEqual(await contents(stores[one], "box"), ["o1", "o2 \\flagged \\seen", "o3 \\seen", "there"]);
          }
          await assertNothingToChange(stores);
        });
    }
  });

for (const side of sides) {
  const test = onOne(side);
  const other = otherSide(side);

  test(`without a trash-mailbox, deleted on the ${side} server: they are copied before the mailbox is deleted`, async (t) => {
    const stores = await synchronised(t, { settings: ending, side });
    await command(stores[side], "SELECT old", "UID MOVE 1:2 box", "UID MOVE 3:4 INBOX", "SELECT rest", "DELETE old");
    await runs(stores);
    assert.deepEqual(told(stores, other, "COPY", "APPEND", "DELETE"), [2, 0, 1]);
    for (const one of sides) assert.deepEqual(await held(stores[one]), { box: "o1 o2 there", rest: "" });
    for (const one of sides)
      assert.deepEqual(await heldBy(stores[one], (name) => name === "INBOX"), { INBOX: "o3 o4" });
    await assertNothingToChange(stores);
  });

  test(`with flags that changed on the way, and to a mailbox made for them, they are as on the ${side} server`, async (t) => {
    const stores = await synchronised(t, { settings: ending, side });
    await command(stores[side], "CREATE new", "SELECT old", "UID MOVE 1:3 new", "SELECT rest", "DELETE old");
    await store(stores[side], "1 +FLAGS (\\Flagged)", "new");
    await store(stores[side], "2 -FLAGS (\\Seen)", "new");
    await runs(stores);
    assert.deepEqual(told(stores, other, "COPY", "APPEND"), [1, 1]);
    assert.deepEqual(await held(stores[other]), { box: "there", new: "o1 o2 o3", rest: "" });
    await assertNothingToChange(stores);
  });

  test(`what the ${other} server will not copy is sent`, async (t) => {
    const stores = await synchronised(t, { settings: ending, side });
    await command(stores[side], "SELECT old", "UID MOVE 1:2 box", "SELECT rest", "DELETE old");
    stores.hold(other, "client", {
      pattern: / UID COPY /,
      always: true,
      action: (line) => ({ instead: line.replace(/UID COPY .*/, "UID COPY 1:2 nowhere") }),
    });
    await runs(stores);
    assert.deepEqual(told(stores, other, "APPEND"), [1]);
    for (const one of sides) assert.deepEqual(await held(stores[one]), { box: "o1 o2 there", rest: "" });
    await assertNothingToChange(stores);
  });

  test(`what was moved does not count as deleted with its mailbox on the ${side} server`, async (t) => {
    const stores = await synchronised(t, { settings: { ...ending, "max-delete": "1" }, side });
    await command(stores[side], "SELECT old", "UID MOVE 1:3 box", "SELECT rest", "DELETE old");
    await runs(stores);
    for (const one of sides) assert.deepEqual(await held(stores[one]), { box: "o1 o2 o3 there", rest: "" });
  });

  test(`one that changed on the ${other} server comes back to the ${side} one, and has what is left in it`, async (t) => {
    const stores = await synchronised(t, { settings: following, side });
    await command(stores[side], "SELECT old", "UID MOVE 1:3 box", "SELECT rest", "DELETE old");
    await expunge(stores[other], "4", "old");
    await runs(stores);
    for (const one of sides) assert.deepEqual(await held(stores[one]), { box: "o1 o2 o3 there", old: "", rest: "" });
    await assertNothingToChange(stores);
  });

  test(`a mailbox that is left alone, gone from the ${side} server: they are moved out of it, also if it comes back`, async (t) => {
    const stores = await synchronised(t, { side });
    await command(stores[side], "SELECT old", "UID MOVE 1:3 box", "SELECT rest", "DELETE old");
    await runs(stores, 1);
    assert.deepEqual(told(stores, other, "MOVE", "APPEND"), [1, 0]);
    assert.deepEqual(await held(stores[other]), { box: "o1 o2 o3 there", old: "o4", rest: "" });
    await command(stores[side], "CREATE old");
    await runs(stores);
    for (const one of sides) assert.deepEqual(await held(stores[one]), { box: "o1 o2 o3 there", old: "o4", rest: "" });
    await assertNothingToChange(stores);
  });

  test(`with EMPTY, one that was emptied by moves before it was deleted on the ${side} server is deleted`, async (t) => {
    const settings = { ...ending, "follow-deletions": "EMPTY" };
    const stores = await synchronised(t, { settings, server: kinds["a server without mod-sequences"]!, side });
    await command(stores[side], "SELECT old", "UID MOVE 1:2 box", "UID MOVE 3:4 rest", "SELECT rest", "DELETE old");
    await runs(stores);
    assert.deepEqual(told(stores, other, "MOVE", "APPEND", "DELETE"), [2, 0, 1]);
    for (const one of sides) assert.deepEqual(await held(stores[one]), { box: "o1 o2 there", rest: "o3 o4" });
    await assertNothingToChange(stores);
  });

  test(`what is also in the mailbox that was made anew on the ${side} server was copied`, async (t) => {
    const stores = await synchronised(t, { server: kinds["a server without QRESYNC"]!, side });
    await makeAnew(stores[side], "UID COPY 1:2 rest", "UID MOVE 1:3 box");
    await command(stores[side], "SELECT rest", "UID MOVE 1:2 old");
    await runs(stores);
    for (const one of sides)
      assert.deepEqual(await held(stores[one]), { box: "o1 o2 o3 there", old: "o1 o2 o4", rest: "" });
    await assertNothingToChange(stores);
  });

  test(`a mailbox that the ${side} server has all the time and does not show for a while loses nothing`, async (t) => {
    const stores = await synchronised(t, { side });
    await command(stores[side], "SELECT old", "UID COPY 1:2 box");
    const hide = { pattern: /^\* (?:LIST|STATUS) .*old/, always: true, action: () => ({ instead: "* OK hidden" }) };
    stores.hold(side, "server", hide);
    stores.hold(side, "client", {
      pattern: / STATUS "?old/,
      always: true,
      action: (line) => ({ instead: line.replace("old", "nowhere") }),
    });
    await runs(stores, 1);
    stores.release(side);
    await runs(stores);
    const all = { box: "o1 o2 there", old: "o1 o2 o3 o4", rest: "" };
    for (const one of sides) assert.deepEqual(await held(stores[one]), all);
    await assertNothingToChange(stores);
  });

  test(`a dry run says what would be moved out of a mailbox that was made anew on the ${side} server`, async (t) => {
    const stores = await synchronised(t, { side });
    await makeAnew(stores[side], "UID MOVE 1:3 box");
    const lines = await runs(stores, 0, "--dry-run");
    assert.match(lines, new RegExp(`^${other}\\(old\\): Would move 3 messages to "box"`, "m"));
    assert.match(lines, new RegExp(`^${side}\\(old\\): Would add 1 message`, "m"));
    assert.doesNotMatch(lines, /\(box\): Would/);
    assert.deepEqual(told(stores, other, "MOVE", "COPY", "APPEND"), [0, 0, 0]);
  });

  test(`a dry run says that the mailbox would be deleted, and does nothing on the ${other} server`, async (t) => {
    const stores = await synchronised(t, { settings: ending, side });
    await command(stores[side], "SELECT old", "UID MOVE 1:3 box", "SELECT rest", "DELETE old");
    const lines = await runs(stores, 0, "--dry-run");
    assert.match(lines, new RegExp(`^${other}\\(old\\): Would delete mailbox`, "m"));
    assert.deepEqual(told(stores, other, "COPY", "APPEND", "DELETE"), [0, 0, 0]);
  });
}
