// What a server reports as vanished is a claim. Messages that are there stay on the other side, and a mailbox that loses its
// messages because somebody deletes it takes none with it: Dovecot tells of them as expunged before it says that the
// mailbox is gone.

import assert from "node:assert/strict";
import { describe, type TestContext } from "node:test";
import { otherSide, type Side, sides } from "../../src/model/side.ts";
import { allDone } from "../../src/util/all-done.ts";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import { becomes } from "../support/eventually.ts";
import type { MailServer } from "../support/mail-server.ts";
import { runInterimap } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
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
  twoStores,
  userNames,
} from "../support/two-stores.ts";
import { startDaemon } from "../support/watching.ts";
import { assertConverges, assertNothingToDo } from "./converge.ts";

const onOne = inTurn(sides);

const servers = await startAll({
  sdbox: startDovecot({ mailFormat: "sdbox" }),
  maildir: startDovecot({ mailFormat: "maildir" }),
  cyrus: startCyrus({ users: userNames }),
});

type Kind = keyof typeof servers;

function withServer(t: TestContext, side: Side, kind: Kind): Promise<TwoStores> {
  const { sdbox, [kind]: server } = servers;
  return twoStores(t, side === "local" ? { local: server, remote: sdbox } : { local: sdbox, remote: server });
}

const many = 40;

/** Of eight messages that were seen: flags set on the one side and on the other, on both, and taken away on either. */
async function changeFlags(here: MailServer, there: MailServer): Promise<void> {
  await store(here, "1:2 +FLAGS (\\Flagged)");
  await store(there, "2:3 +FLAGS (\\Answered work)");
  await store(here, "6 -FLAGS (\\Seen)");
  await store(there, "7 -FLAGS (\\Seen)");
}

/** What becomes of them when the fourth and the fifth are deleted. */
const changed = [
  "m1 \\flagged \\seen",
  "m2 \\answered \\flagged \\seen work",
  "m3 \\answered \\seen work",
  "m6",
  "m7",
  "m8 \\seen",
];

/** When the program asks for news: all messages vanish, and the mailbox itself when it asks for the second time whether they did. */
function loseInTwoSteps(stores: TwoStores, side: Side): void {
  const then = (pattern: RegExp, action: () => Promise<void>): void => {
    stores.hold(side, "client", { pattern, action });
  };
  then(/^\S+ NOOP/, async () => {
    await expunge(stores[side], "1:*", "box");
    then(/^\S+ UID FETCH \S+ \(UID FLAGS MODSEQ\)/, () => {
      then(/^\S+ STATUS/, () => command(stores[side], "DELETE box"));
      return Promise.resolve();
    });
  });
}

for (const side of sides) {
  const test = onOne(side);
  describe(`on the ${side} server`, () => {
    for (const kind of ["sdbox", "cyrus"] as const) {
      test(`${kind}: a mailbox that is deleted while messages are copied into it takes none with it`, async (t) => {
        const stores = await withServer(t, side, kind);
        const other = stores[otherSide(side)];
        await command(other, "CREATE box");
        await deliver(other, "box", ...mails("m", many));
        loseInTwoSteps(stores, side);
        const first = await runInterimap(stores.home);
        assert.ok([1, 75].includes(first.status ?? -1), first.stderr);
        assert.equal((await contents(other, "box")).length, many, first.stderr);
        const second = await runInterimap(stores.home);
        assert.match(second.stderr, /disappeared from/);
        assert.equal((await contents(other, "box")).length, many);
      });
    }

    for (const [kind, args] of [
      ["sdbox", "--notify"],
      ["maildir", "--watch=1"],
    ] as const) {
      test(`${kind}: a mailbox that is deleted while ${args} has it open takes no message with it`, async (t) => {
        const stores = await withServer(t, side, kind);
        const other = stores[otherSide(side)];
        await command(other, "CREATE box");
        await deliver(other, "box", ...mails("m", many));
        assert.equal((await runInterimap(stores.home)).status, 0);
        const daemon = startDaemon(t, stores.home, { args: [args] });
        await daemon.waits();
        loseInTwoSteps(stores, side);
        await store(other, "1 +FLAGS (\\Flagged)", "box");
        await daemon.says(/disappeared from/, 1);
        assert.equal((await contents(other, "box")).length, many);
        await daemon.stop();
      });
    }

    for (const args of [[], ["--repair"]]) {
      test(`${args.join("") || "a run"}: messages that are said to have vanished while they are there`, async (t) => {
        const stores = await withServer(t, side, "sdbox");
        await deliver(stores.local, "INBOX", ...mails("m", many));
        await assertConverges(stores);
        await expunge(stores[side], "7");
        await store(stores[side], "3 +FLAGS (\\Flagged)");
        await deliver(stores[side], "INBOX", mail("new"));
        stores.hold(side, "server", {
          pattern: /^\* OK \[HIGHESTMODSEQ/,
          action: (line) => ({ instead: `${line}\r\n* VANISHED (EARLIER) 1:${String(many - 1)}` }),
        });
        const { status, stderr } = await runInterimap(stores.home, args);
        assert.equal(status, 0, stderr);
        const there = String.raw`1:6,8:${String(many - 1)}`;
        assert.match(stderr, new RegExp(`^${side}\\(INBOX\\): The server reported UID ${there} as vanished`, "m"));
        assert.deepEqual(await contents(stores.local), await contents(stores.remote));
        assert.equal((await contents(stores.local)).length, many);
        await assertNothingToDo(stores);
      });
    }

    test("--notify: the same while the mailbox is open", async (t) => {
      const stores = await withServer(t, side, "sdbox");
      await deliver(stores.local, "INBOX", ...mails("m", many));
      await assertConverges(stores);
      const daemon = startDaemon(t, stores.home, { args: ["--notify"] });
      await daemon.waits();
      stores.hold(side, "client", {
        pattern: /^\S+ NOOP/,
        action: () => {
          stores.hold(side, "server", {
            pattern: /^\S+ OK (\[.*\] )?NOOP/,
            action: (line) => ({ instead: `* VANISHED 1:${String(many)}\r\n${line}` }),
          });
        },
      });
      await store(stores[otherSide(side)], "1 +FLAGS (\\Flagged)");
      await daemon.says(/as vanished but still has/, 1);
      await store(stores[otherSide(side)], "2 +FLAGS (\\Flagged)");
      await daemon.says(/Updated flags .* UID 2$/m, 1);
      assert.equal((await contents(stores.local)).length, many);
      await daemon.stop();
      await assertConverges(stores);
    });

    const withEachNoop = (uids: string) => (stores: TwoStores) => {
      stores.hold(side, "server", {
        pattern: /^\S+ OK (\[.*\] )?NOOP/,
        always: true,
        action: (line) => ({ instead: `* VANISHED ${uids}\r\n${line}` }),
      });
    };
    const withEachSelect = (uids: string) => (stores: TwoStores) => {
      stores.hold(side, "server", {
        pattern: /^\* OK \[HIGHESTMODSEQ/,
        always: true,
        action: (line) => ({ instead: `${line}\r\n* VANISHED (EARLIER) ${uids}` }),
      });
    };
    for (const [when, lie, ways] of [
      ["with each NOOP", withEachNoop("1:8"), [[], ["--repair"]]],
      ["at each SELECT", withEachSelect("1:8"), [[]]],
      ["with each NOOP, and all that there could be", withEachNoop("1:4294967295"), [[]]],
      ["at each SELECT, and all that there could be", withEachSelect("1:4294967295"), [[], ["--repair"]]],
    ] as const) {
      for (const args of ways) {
        test(`${args.join("") || "a run"}: messages are said to have vanished ${when}: their flags travel`, async (t) => {
          const stores = await withServer(t, side, "sdbox");
          const other = otherSide(side);
          await deliver(stores.local, "INBOX", ...mails("m", 8, { flags: ["\\Seen"] }));
          await assertConverges(stores);
          await changeFlags(stores[side], stores[other]);
          await expunge(stores[side], "4");
          await expunge(stores[other], "5");
          lie(stores);
          const { status, stderr } = await runInterimap(stores.home, args);
          assert.equal(status, 0, stderr);
          assert.match(stderr, new RegExp(`^${side}\\(INBOX\\): The server reported UID .* as vanished`, "m"));
          for (const one of sides) assert.deepEqual(await contents(stores[one]), changed, stderr);
          stores.release(side);
          await assertNothingToDo(stores);
        });
      }
    }

    test("--notify: messages are said to have vanished with each NOOP: their flags travel", async (t) => {
      const stores = await withServer(t, side, "sdbox");
      const other = otherSide(side);
      await deliver(stores.local, "INBOX", ...mails("m", 8, { flags: ["\\Seen"] }));
      await assertConverges(stores);
      const daemon = startDaemon(t, stores.home, { args: ["--notify"] });
      await daemon.waits();
      withEachNoop("1:8")(stores);
      await changeFlags(stores[side], stores[other]);
      await expunge(stores[side], "4");
      await expunge(stores[other], "5");
      await becomes(() => allDone(sides.map((one) => contents(stores[one]))), [changed, changed]);
      await daemon.stop();
      stores.release(side);
      await assertConverges(stores);
    });

    test("two mailboxes on one connection whose server reports all missing UIDs at each SELECT: the run ends", async (t) => {
      const stores = await withServer(t, side, "sdbox");
      for (const name of ["a", "b"]) {
        await command(stores.local, `CREATE ${name}`);
        await deliver(stores.local, name, ...mails(name, 5));
      }
      await assertConverges(stores);
      for (const name of ["a", "b"]) {
        await expunge(stores[side], "2:3", name);
        await store(stores[otherSide(side)], "1 +FLAGS (\\Seen)", name);
      }
      const report = (): void => {
        stores.hold(side, "server", {
          pattern: /^\* OK \[HIGHESTMODSEQ/,
          action: (line) => {
            report();
            return { instead: `${line}\r\n* VANISHED (EARLIER) 2:3` };
          },
        });
      };
      report();
      await assertConverges(stores);
      assert.equal((await contents(stores.local, "a")).length, 3);
      assert.ok((stores.proxies[side].counts.get("SELECT") ?? 0) < 40, "a few rounds");
    });
  });
}
