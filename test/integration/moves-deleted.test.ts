// Messages that somebody moved out of a mailbox before deleting it: the other server, which has them in that mailbox, copies them
// to where they are now, whatever becomes of the mailbox. Nothing is sent again.

import assert from "node:assert/strict";
import { after, describe, type TestContext } from "node:test";
import { otherSide, type PerSide, type Side, sides } from "../../src/model/side.ts";
import { startDovecot } from "../support/dovecot.ts";
import { startGmail } from "../support/gmail-server.ts";
import { held as heldBy } from "../support/held.ts";
import type { MailServer } from "../support/mail-server.ts";
import { runInterimap, type SectionSettings } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import { type Profile, startStrictFilter } from "../support/strict-filter.ts";
import { synchronisedStores } from "../support/synchronised-stores.ts";
import { inTurn } from "../support/turns.ts";
import { command, deliver, expunge, mail, mails, store, type TwoStores } from "../support/two-stores.ts";
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
    for (const one of sides)
      assert.deepEqual(await held(stores[one]), { box: "o1 o2 o3 there", old: "o1 o2 o3", rest: "" });
    await assertNothingToChange(stores);
  });

  test(`a mailbox that is left alone, gone from the ${side} server: they are copied from it`, async (t) => {
    const stores = await synchronised(t, { side });
    await command(stores[side], "SELECT old", "UID MOVE 1:3 box", "SELECT rest", "DELETE old");
    await runs(stores, 1);
    assert.deepEqual(told(stores, other, "COPY", "APPEND"), [1, 0]);
    assert.deepEqual(await held(stores[other]), { box: "o1 o2 o3 there", old: "o1 o2 o3 o4", rest: "" });
  });

  test(`a dry run says that the mailbox would be deleted, and does nothing on the ${other} server`, async (t) => {
    const stores = await synchronised(t, { settings: ending, side });
    await command(stores[side], "SELECT old", "UID MOVE 1:3 box", "SELECT rest", "DELETE old");
    const lines = await runs(stores, 0, "--dry-run");
    assert.match(lines, new RegExp(`^${other}\\(old\\): Would delete mailbox`, "m"));
    assert.deepEqual(told(stores, other, "COPY", "APPEND", "DELETE"), [0, 0, 0]);
  });
}
