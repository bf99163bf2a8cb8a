// follow-deletions: what looks like a deleted mailbox and need not be one. Nothing is deleted for it; it is told, or comes back.

import assert from "node:assert/strict";
import { test } from "node:test";
import { otherSide, type PerSide, type Side, sides } from "../../src/model/side.ts";
import { act } from "../support/act.ts";
import { startDovecot } from "../support/dovecot.ts";
import { held as heldBy } from "../support/held.ts";
import type { MailServer } from "../support/mail-server.ts";
import { runInterimap, type SectionSettings, startInterimap } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import { synchronisedStores } from "../support/synchronised-stores.ts";
import { inTurn } from "../support/turns.ts";
import type { TwoStores } from "../support/two-stores.ts";
import { execute } from "../unit/state/databases.ts";

const onOne = inTurn(sides);

const { slash, dot } = await startAll({ slash: startDovecot(), dot: startDovecot({ separator: "." }) });
const two: PerSide<MailServer> = { local: slash, remote: dot };

const held = (server: MailServer): Promise<Record<string, string>> =>
  heldBy(server, (name) => name !== "INBOX" && name !== "Deleted Mailboxes");

const before = ["create box", "create rest", "append box b 2", "append rest r 2"];
const all = { box: "b1 b2", rest: "r1 r2" };
const kept = { "Deleted Mailboxes/box": "b1 b2", rest: "r1 r2" };

function filled(
  t: Parameters<typeof synchronisedStores>[0],
  settings: SectionSettings = {},
  lines: readonly string[] = before,
): Promise<TwoStores> {
  return synchronisedStores(t, two, {
    prepare: ({ local }) => act(local, ...lines),
    settings: { "follow-deletions": "YES", ...settings },
  });
}

async function run({ home }: TwoStores, status: number, ...args: readonly string[]): Promise<string> {
  const result = await runInterimap(home, args);
  assert.equal(result.status, status, result.stderr);
  return result.stderr;
}

async function bothHold(stores: TwoStores, wanted: Record<string, string>): Promise<void> {
  for (const side of sides) assert.deepEqual(await held(stores[side]), wanted, side);
}

/** As if the mailbox "rest" had been further on when it was recorded. */
function goBack({ home }: TwoStores, side: Side): void {
  const rest = "(SELECT idx FROM mailboxes WHERE mailbox = x'72657374')";
  execute(home.databaseFile, `UPDATE ${side} SET UIDNEXT = UIDNEXT + 3 WHERE idx = ${rest}`);
}

for (const side of sides) {
  const test = onOne(side);
  const there = otherSide(side);

  for (const [what, answer] of [
    ["that it is in use", "NO [INUSE] Mailbox is locked"],
    ["that something is broken", "NO [SERVERBUG] Internal error occurred. Refer to server log for more information."],
    ["that something is wrong, in words only", "NO System I/O error"],
    ["that it may not be looked at", "NO Permission denied"],
    ["that it does not understand", "BAD Invalid mailbox name"],
    ["with a code that says something else", "NO [CORRUPTION] Index is broken"],
  ] as const)
    test(`the ${side} server does not list a mailbox, and says ${what}: it is left alone`, async (t) => {
      const stores = await filled(t);
      await act(stores[side], "delete box");
      stores.hold(side, "server", {
        always: true,
        pattern: /^\S+ NO .*(?:doesn't exist|Mailbox)/,
        action: (line) => ({ instead: `${line.split(" ")[0]!} ${answer}` }),
      });
      const stderr = await run(stores, 1);
      assert.match(stderr, new RegExp(`\\(box\\): .* the ${side} server does not say that it is gone \\(`));
      stores.release(side);
      assert.deepEqual(await held(stores[there]), all);
      await run(stores, 0);
      assert.deepEqual(await held(stores[there]), kept);
    });

  test(`neither server lists a mailbox once, and the ${side} one answers for it: it stays known`, async (t) => {
    const stores = await filled(t, { "match-existing": "NO" });
    await act(stores[there], "delete box");
    stores.hold(side, "server", {
      always: true,
      pattern: /^\* LIST .*box/,
      action: () => ({ instead: "* OK nothing" }),
    });
    await run(stores, 0);
    stores.release(side);
    await run(stores, 0);
    assert.deepEqual(await held(stores[side]), kept, "it was not taken for a new one");
    assert.deepEqual(await held(stores[there]), { rest: "r1 r2" });
  });

  test(`the ${side} server lists a mailbox under neither name while it renames it: it is renamed`, async (t) => {
    const stores = await filled(t);
    await act(stores[side], "rename box new");
    let isAskedFor = false;
    stores.hold(side, "client", {
      pattern: / LIST .*box/,
      action: () => {
        isAskedFor = true;
        return undefined;
      },
    });
    stores.hold(side, "server", {
      always: true,
      pattern: /^\* (?:LIST|STATUS) .*new/,
      action: () => (isAskedFor ? undefined : { instead: "* OK nothing" }),
    });
    await run(stores, 0);
    await bothHold(stores, { new: "b1 b2", rest: "r1 r2" });
    assert.ok(!stores.proxies[there].clientLines.some((line) => line.includes("Deleted Mailboxes")));
  });

  test(`renamed on the ${side} server to a name that is ignored: it is not deleted`, async (t) => {
    const stores = await filled(t, { "ignore-mailbox": "^hidden" });
    await act(stores[side], "rename box hidden");
    const stderr = await run(stores, 1);
    assert.match(
      stderr,
      new RegExp(`\\(box\\): .*the ${side} server seems to have it as "hidden", which takes no part`),
    );
    assert.deepEqual(await held(stores[there]), all);
    await act(stores[side], "delete hidden");
    await run(stores, 0);
    assert.deepEqual(await held(stores[there]), kept);
  });

  test(`renamed on the ${side} server, where the new name is not subscribed: it is not deleted`, async (t) => {
    const lines = [...before, "subscribe box", "subscribe rest"];
    const stores = await filled(t, { "list-select-opts": "SUBSCRIBED" }, lines);
    await act(stores[side], "rename box new");
    const stderr = await run(stores, 1);
    assert.match(stderr, /seems to have it as "new", which takes no part/);
    assert.deepEqual(await held(stores[there]), all);
  });

  for (const place of ["Kept/box", "Trash/box"])
    test(`thrown away on the ${side} server by a rename to ${place}, which takes no part: it is deleted`, async (t) => {
      const stores = await filled(t, { "ignore-mailbox": "^Trash", "trash-mailbox": "Kept" });
      await act(stores[side], `rename box ${place}`);
      await run(stores, 0);
      assert.deepEqual(await held(stores[there]), { "Kept/box": "b1 b2", rest: "r1 r2" });
    });

  test(`a ${side} server that was put back to an earlier state gets back the mailboxes that it did not have then`, async (t) => {
    const stores = await filled(t);
    await act(stores[side], "delete box");
    goBack(stores, side);
    await run(stores, 0);
    await bothHold(stores, all);
    assert.equal(await run(stores, 0), "");
  });

  test(`a ${side} server that was put back has hardly any mailbox left: all of them come back`, async (t) => {
    const names = Array.from({ length: 6 }, (_, number) => `m${number}`);
    const stores = await filled(t, {}, [...before, ...names.map((name) => `create ${name}`)]);
    const wanted = await held(stores[there]);
    await act(stores[side], "delete box", ...names.map((name) => `delete ${name}`));
    goBack(stores, side);
    await run(stores, 0);
    await bothHold(stores, wanted);
  });

  test(`renamed on the ${side} server, deleted on the other one, where another has its name: both are there`, async (t) => {
    const stores = await filled(t);
    await act(stores[side], "rename box new");
    await act(stores[there], "delete box", "create box", "append box other");
    await run(stores, 0);
    await bothHold(stores, { box: "other1", new: "b1 b2", rest: "r1 r2" });
    assert.equal(await run(stores, 0), "");
  });

  test(`killed before a message came to the other server, then deleted on the ${side} one: it is deleted`, async (t) => {
    const stores = await filled(t);
    await act(stores[side], "append box late");
    const running = startInterimap(stores.home);
    stores.hold(there, "client", {
      pattern: / APPEND /,
      action: async () => {
        running.child.kill("SIGKILL");
        await running.finished;
        return "cut" as const;
      },
    });
    assert.equal((await running.finished).signal, "SIGKILL");
    stores.release(there);
    await act(stores[side], "delete box");
    await run(stores, 0);
    assert.deepEqual(await held(stores[there]), kept);
    assert.equal(await run(stores, 0), "");
  });

  test(`the ${side} server loses one mailbox after the other: most of all within a day are held back`, async (t) => {
    const names = Array.from({ length: 8 }, (_, number) => `m${number}`);
    const stores = await filled(
      t,
      {},
      names.map((name) => `create ${name}`),
    );
    for (const name of names.slice(0, 4)) {
      await act(stores[side], `delete ${name}`);
      await run(stores, 0);
    }
    await act(stores[side], "delete m4");
    const stderr = await run(stores, 65);
    const line = `1 of 9 mailboxes has disappeared from the ${side} server, and 4 others were deleted within 24 hours before;`;
    assert.ok(stderr.includes(line), stderr);
    assert.ok("m4" in (await held(stores[there])));
    await run(stores, 0, "--allow-mass-delete");
    assert.ok(!("m4" in (await held(stores[there]))));
    await act(stores[side], "delete m5");
    await run(stores, 0);
  });

  test(`the ${side} server loses one mailbox after the other: their messages count together`, async (t) => {
    const settings = { "max-delete": "5" };
    const lines = [1, 2, 3].flatMap((n) => [`create m${n}`, `append m${n} m${n}- 2`]);
    const stores = await filled(t, settings, [...lines, "append INBOX i 3"]);
    for (const name of ["m1", "m2"]) {
      await act(stores[side], `delete ${name}`);
      await run(stores, 0);
    }
    await act(stores[side], "delete m3");
    await run(stores, 65);
    assert.ok("m3" in (await held(stores[there])));
    await run(stores, 0, "--allow-mass-delete");
    assert.ok(!("m3" in (await held(stores[there]))));
  });
}

test("a mailbox with a message that is not recorded as being on both servers is left alone", async (t) => {
  const stores = await filled(t);
  execute(
    stores.home.databaseFile,
    "DELETE FROM mapping WHERE lUID = 1 AND idx IN (SELECT idx FROM mailboxes WHERE mailbox = x'626f78')",
  );
  await act(stores.remote, "delete box");
  assert.match(await run(stores, 1), /it has messages that only one server has/);
  assert.deepEqual(await held(stores.local), all);
});
