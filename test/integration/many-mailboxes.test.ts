// Many mailboxes with work in each: shared out over connections, and over one when the server is far away. Nobody can tell
// from the result.

import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { startDelayProxy } from "../../bench/lib/delay-proxy.ts";
import { otherSide, type PerSide, perSide, type Side, sides } from "../../src/model/side.ts";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import { giveDatabase } from "../support/give-database.ts";
import type { MailServer } from "../support/mail-server.ts";
import { startInterimap } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import { inTurn } from "../support/turns.ts";
import { asClient, contents, mail, mails, type TwoStores, twoStores, userNames } from "../support/two-stores.ts";
import { dump } from "../unit/state/databases.ts";
import { assertConverges, assertNothingToDo } from "./converge.ts";

const onOne = inTurn(sides);

const boxes = Array.from({ length: 40 }, (_, i) => `box${String(i).padStart(2, "0")}`);

const { dovecot, narrow, cyrus } = await startAll({
  dovecot: startDovecot(),
  narrow: startDovecot({ extraConfig: "mail_max_userip_connections = 1" }),
  cyrus: startCyrus({ users: userNames }),
});

function fill(server: MailServer, messages: number): Promise<void> {
  return asClient(server, async (imap) => {
    for (const box of boxes) await imap.run(`CREATE ${box}`);
    for (const box of boxes) await imap.append(box, mails(`${box}m`, messages));
  });
}

/** Two accounts that agree, with five messages in each of many mailboxes. */
async function agreeing(
  t: TestContext,
  servers: PerSide<MailServer>,
  { settings = {} }: { readonly settings?: Readonly<Record<string, string>> } = {},
): Promise<TwoStores> {
  const stores = await twoStores(t, servers, { settings });
  await fill(stores.local, 5);
  await assertConverges(stores);
  for (const side of sides) stores.proxies[side].reset();
  return stores;
}

/** In each mailbox, on either side: something new, other flags, and one message less. */
async function change(stores: TwoStores): Promise<void> {
  for (const side of sides) {
    const [seen, gone] = side === "local" ? [1, 2] : [3, 4];
    await asClient(stores[side], async (imap) => {
      for (const box of boxes) {
        await imap.append(box, [mail(`${box}${side}`)]);
        await imap.run(`SELECT ${box}`);
        await imap.run(`UID STORE ${seen} +FLAGS (\\Seen)`);
        await imap.run(`UID STORE ${gone} +FLAGS.SILENT (\\Deleted)`);
        await imap.run(`UID EXPUNGE ${gone}`);
      }
    });
  }
}

async function assertChanged(stores: TwoStores): Promise<void> {
  for (const box of ["box00", "box17", "box39"]) {
    const expected = [`${box}m1 \\seen`, `${box}m3 \\seen`, `${box}m5`, `${box}local`, `${box}remote`].toSorted();
    for (const side of sides) assert.deepEqual((await contents(stores[side], box)).toSorted(), expected);
  }
}

describe("many mailboxes", { concurrency: 2 }, () => {
  test("what came to both sides since the last run is there once", async (t) => {
    const stores = await agreeing(t, { local: dovecot, remote: dovecot });
    for (const side of sides)
      await asClient(stores[side], async (imap) => {
        for (const box of boxes) await imap.append(box, [mail("same")]);
      });
    await assertConverges(stores);
    for (const box of ["box00", "box39"])
      assert.equal((await contents(stores.local, box)).filter((one) => one === "same").length, 1);
  });

  describe("killed in the first of them: the markers of all are on the disk, and the next run does the rest", () => {
    async function killAtFirstCopy(stores: TwoStores): Promise<void> {
      const run = startInterimap(stores.home);
      stores.hold("remote", "client", { pattern: / APPEND /, action: () => void run.child.kill("SIGKILL") });
      assert.equal((await run.finished).signal, "SIGKILL");
      assert.equal(dump(stores.home.databaseFile).rows["rounds"]?.length, boxes.length);
    }

    test("when all are known", async (t) => {
      const stores = await agreeing(t, { local: dovecot, remote: dovecot });
      await change(stores);
      await killAtFirstCopy(stores);
      await assertConverges(stores);
      await assertChanged(stores);
      await assertNothingToDo(stores);
    });

    test("when none is", async (t) => {
      const stores = await twoStores(t, { local: dovecot, remote: dovecot });
      await fill(stores.local, 2);
      await killAtFirstCopy(stores);
      await assertConverges(stores);
      for (const side of sides) assert.deepEqual(await contents(stores[side], "box39"), ["box39m1", "box39m2"]);
      await assertNothingToDo(stores);
    });
  });

  for (const [limit, atMost] of [
    ["1", 1],
    ["4", 4],
  ] as const) {
    test(`connections = ${limit}: no more than that, and all is as it should be`, async (t) => {
      const stores = await agreeing(t, { local: dovecot, remote: dovecot }, { settings: { connections: limit } });
      await change(stores);
      await assertConverges(stores);
      await assertChanged(stores);
      for (const side of sides) {
        const count = stores.proxies[side].connections;
        assert.ok(count <= atMost && (atMost === 1 || count > 1), `${count} connections`);
      }
      await assertNothingToDo(stores);
    });
  }

  test("a server that lets us have one connection only", async (t) => {
    const stores = await agreeing(t, { local: dovecot, remote: narrow });
    await change(stores);
    await assertConverges(stores);
    await assertChanged(stores);
    await assertNothingToDo(stores);
  });

  for (const [name, far] of [
    ["Dovecot", () => dovecot],
    ["Cyrus", () => cyrus],
  ] as const) {
    for (const farSide of sides) {
      const test = onOne(farSide);
      test(`a ${name} on the ${farSide} side that is far away is worked with on several mailboxes at once`, async (t) => {
        const near: Side = otherSide(farSide);
        const stores = await agreeing(t, { local: far(), remote: far(), [near]: dovecot }, {});
        await change(stores);
        const proxy = await startDelayProxy(stores.proxies[farSide].server, { roundTripMs: 30 });
        t.after(() => proxy.stop());
        const servers = perSide((side) => (side === farSide ? proxy.server : stores.proxies[side].server));
        stores.home.configure({ ...servers, settings: { connections: "1" } });
        giveDatabase(stores.home.databaseFile, servers);
        await assertConverges(stores);
        await assertChanged(stores);
        const { clientLines } = stores.proxies[farSide];
        const selects = clientLines.filter((line) => /^\S+ SELECT /.test(line));
        assert.ok(selects.length > boxes.length, "mailboxes took turns");
        await assertNothingToDo(stores);
      });
    }
  }
});
