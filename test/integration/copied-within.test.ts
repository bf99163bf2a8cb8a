// What somebody copies from one mailbox to another on one side is copied there by the other server, too, which has it: nothing
// is fetched, and nothing is sent.

import assert from "node:assert/strict";
import { after, describe, test, type TestContext } from "node:test";
import { otherSide, type PerSide, type Side, sides } from "../../src/model/side.ts";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import type { MailServer } from "../support/mail-server.ts";
import { runInterimap } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import { type FilterOptions, startStrictFilter, type StrictFilter } from "../support/strict-filter.ts";
import { synchronisedStores } from "../support/synchronised-stores.ts";
import { inTurn } from "../support/turns.ts";
import {
  command,
  contents,
  deliver,
  expunge,
  mail,
  mails,
  store,
  type TwoStores,
  userNames,
} from "../support/two-stores.ts";
import { execute } from "../unit/state/databases.ts";
import { assertConverges, assertNothingToChange } from "./converge.ts";

const onOne = inTurn(sides);

const { dovecot, dot, cyrus, first, second } = await startAll({
  dovecot: startDovecot(),
  dot: startDovecot({ separator: "." }),
  cyrus: startCyrus({ users: userNames }),
  first: startDovecot(),
  second: startDovecot(),
});
const lesser = (behind: MailServer, options: FilterOptions): Promise<StrictFilter> =>
  startStrictFilter(behind, options);
const [noqresync, bare] = [await lesser(first, { profile: "noqresync" }), await lesser(second, { profile: "bare" })];
after(() => Promise.all([noqresync.stop(), bare.stop()]));

const kinds: Readonly<Record<string, MailServer>> = {
  Dovecot: dovecot,
  Cyrus: cyrus,
  "a server without QRESYNC": noqresync.server,
  "a server without UIDPLUS and mod-sequences": bare.server,
};

async function synchronised(t: TestContext, side: Side, server: MailServer): Promise<TwoStores> {
  const servers = { [side]: server, [otherSide(side)]: dot } as unknown as PerSide<MailServer>;
  const stores = await synchronisedStores(t, servers, {
    prepare: async (stores) => {
      await command(stores[side], "CREATE box");
      await deliver(stores[side], "INBOX", ...mails("m", 6, { flags: ["\\Flagged"] }));
      await deliver(stores[side], "box", mail("there"));
    },
  });
  for (const one of sides) stores.proxies[one].reset();
  return stores;
}

/** No octets of messages went anywhere. */
async function assertCopied(stores: TwoStores, side: Side): Promise<void> {
  await assertConverges(stores);
  const { counts } = stores.proxies[otherSide(side)];
  assert.deepEqual([counts.get("COPY"), counts.get("APPEND")], [1, undefined]);
  for (const one of sides)
    assert.deepEqual(
      stores.proxies[one].clientLines.filter((line) => line.includes("BODY.PEEK[]")),
      [],
    );
  await assertNothingToChange(stores);
}

for (const [name, server] of Object.entries(kinds)) {
  describe(name, () => {
    for (const side of sides) {
      const test = onOne(side);
      const other = otherSide(side);

      test(`is the ${side} one: copied there or on the other side, messages are copied, with the flags that they have`, async (t) => {
        const stores = await synchronised(t, side, server);
        await command(stores[side], "SELECT INBOX", "UID COPY 2:4 box");
        await store(stores[side], "2 +FLAGS (\\Seen)", "box");
        await assertCopied(stores, side);
        const expected = ["m2 \\flagged \\seen", "m3 \\flagged", "m4 \\flagged", "there"];
        assert.deepEqual(await contents(stores[other], "box"), expected);
        for (const one of sides) stores.proxies[one].reset();
        await command(stores[other], "SELECT INBOX", "UID COPY 5:6 box");
        await assertCopied(stores, other);
        for (const one of sides)
          assert.deepEqual(await contents(stores[one], "box"), [
            "m2 \\flagged \\seen",
            "m3 \\flagged",
            "m4 \\flagged",
            "m5 \\flagged",
            "m6 \\flagged",
            "there",
          ]);
      });
    }
  });
}

describe("between two of Dovecot", () => {
  const side: Side = "local";

  test("new mail beside copies is sent", async (t) => {
    const stores = await synchronised(t, side, dovecot);
    await command(stores.local, "SELECT INBOX", "UID COPY 1:2 box");
    await deliver(stores.local, "box", mail("new"), mail("m3", { body: "another text\r\n" }));
    await assertConverges(stores);
    const { counts } = stores.proxies.remote;
    assert.equal(counts.get("COPY"), 1);
    assert.deepEqual(await contents(stores.remote, "box"), ["m1 \\flagged", "m2 \\flagged", "m3", "new", "there"]);
    await assertNothingToChange(stores);
  });

  test("a copy that has lost a flag is sent, so that no interruption brings the flag back", async (t) => {
    const stores = await synchronised(t, side, dovecot);
    await command(stores.local, "SELECT INBOX", "UID COPY 1:2 box");
    await store(stores.local, "2 -FLAGS (\\Flagged)", "box");
    await assertConverges(stores);
    const { counts } = stores.proxies.remote;
    assert.deepEqual([counts.get("COPY"), counts.get("APPEND")], [1, 1]);
    assert.deepEqual(await contents(stores.remote, "box"), ["m1", "m2 \\flagged", "there"]);
    await assertNothingToChange(stores);
  });

  test("what the other server does not have any more, or refuses to copy, is sent", async (t) => {
    const stores = await synchronised(t, side, dovecot);
    await command(stores.local, "SELECT INBOX", "UID COPY 1:2 box");
    await expunge(stores.remote, "1");
    stores.hold("remote", "client", {
      pattern: / UID COPY /,
      action: (line) => ({ instead: line.replace(/UID COPY .*/, "UID COPY 2 nowhere") }),
    });
    await assertConverges(stores);
    assert.deepEqual(await contents(stores.remote, "box"), ["m1 \\flagged", "m2 \\flagged", "there"]);
    await assertNothingToChange(stores);
  });

  test("what is deleted on the other server in the last moment is sent", async (t) => {
    const stores = await synchronised(t, side, dovecot);
    await command(stores.local, "SELECT INBOX", "UID COPY 1:2 box");
    stores.hold("remote", "client", { pattern: / UID COPY /, action: () => expunge(stores.remote, "1:2") });
    const { status, stderr } = await runInterimap(stores.home);
    assert.equal(status, 0, stderr);
    assert.equal(stores.proxies.remote.counts.get("APPEND"), 1);
    assert.deepEqual(await contents(stores.remote, "box"), ["m1 \\flagged", "m2 \\flagged", "there"]);
    await assertConverges(stores);
    await assertNothingToChange(stores);
  });

  test("a message that is moved to one mailbox and copied to another is moved and copied", async (t) => {
    const stores = await synchronised(t, side, dovecot);
    await command(stores.local, "CREATE cup", "SELECT INBOX", "UID COPY 1:2 cup", "UID MOVE 1:2 box");
    await assertConverges(stores);
    const { counts } = stores.proxies.remote;
    assert.deepEqual([counts.get("MOVE"), counts.get("APPEND")], [1, undefined]);
    await assertNothingToChange(stores);
  });

  test("mail that has just come is not looked for elsewhere", async (t) => {
    const stores = await synchronised(t, side, dovecot);
    // It comes in another second than that of the last run.
    execute(stores.home.databaseFile, "UPDATE synchronised SET at = at - 60");
    const internalDate = "01-Feb-2099 12:34:56 +0200";
    await deliver(stores.local, "box", mail("new", { internalDate }));
    await assertConverges(stores);
    const asked = stores.proxies.local.clientLines.filter((line) =>
      /UID FETCH \S+ \(UID FLAGS INTERNALDATE .*MESSAGE-ID/.test(line),
    );
    assert.deepEqual(asked, []);
  });
});
