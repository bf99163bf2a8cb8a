// A server that does not tell what changes, for real: Cyrus with a mailbox in the format of Cyrus 2.2, as it is left after
// many upgrades. It says HIGHESTMODSEQ 1 of it, whatever happens.

import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { otherSide, type PerSide, type Side, sides } from "../../src/model/side.ts";
import { changeBeforeEachLook } from "../support/changing-looks.ts";
import { convertMailbox, startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import type { MailServer } from "../support/mail-server.ts";
import { runInterimap } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import { inTurn } from "../support/turns.ts";
import {
  asClient,
  command,
  contents,
  deliver,
  expunge,
  mails,
  store,
  type TwoStores,
  twoStores,
  userNames,
} from "../support/two-stores.ts";
import { becomes, startWatching } from "../support/watching.ts";
import { dump } from "../unit/state/databases.ts";

const onOne = inTurn(sides);

const { cyrus, dovecot } = await startAll({ cyrus: startCyrus({ users: userNames }), dovecot: startDovecot() });

const box = "Archive";

/** Both mailboxes hold m1 to m6, by the same UIDs. */
async function fill(server: MailServer, format: 6 | undefined): Promise<void> {
  await command(server, `CREATE ${box}`);
  await deliver(server, box, ...mails("m", 6, { flags: ["\\Flagged"] }));
  if (format !== undefined) convertMailbox(server, format, box);
}

const status = "STATUS Archive (MESSAGES UIDNEXT HIGHESTMODSEQ)";

test("what Cyrus says of such a mailbox", async (t) => {
  const { local } = await twoStores(t, { local: cyrus, remote: dovecot });
  await fill(local, 6);
  const numbers = await asClient(local, async (imap) => {
    await imap.run("ENABLE QRESYNC");
    const told: string[] = [];
    const tell = async (line: string): Promise<void> => {
      const { untagged } = await imap.run(line);
      told.push(...untagged.map((one) => one.line).filter((one) => /FETCH|VANISHED|STATUS|HIGHESTMODSEQ/.test(one)));
    };
    await tell("SELECT Archive");
    await tell("UID FETCH 1 (FLAGS MODSEQ)");
    await tell("UID STORE 1 (UNCHANGEDSINCE 1) FLAGS.SILENT (\\Seen)");
    await tell("UID STORE 2 FLAGS.SILENT (\\Seen)");
    await tell("UID FETCH 1:2 (FLAGS MODSEQ)");
    await command(local, "SELECT Archive", "UID STORE 3 FLAGS.SILENT (\\Deleted)", "UID EXPUNGE 3");
    await tell("NOOP");
    await deliver(local, box, ...mails("n", 1));
    await tell(status);
    return told;
  });
  assert.deepEqual(numbers, [
    "* OK [HIGHESTMODSEQ 1] Ok",
    "* 1 FETCH (FLAGS (\\Flagged) UID 1 MODSEQ (0))",
    // A mod-sequence that is forgotten at once, or none.
    "* 1 FETCH (FLAGS (\\Seen) UID 1 MODSEQ (2))",
    "* 1 FETCH (FLAGS (\\Seen) UID 1 MODSEQ (0))",
    "* 2 FETCH (FLAGS (\\Seen) UID 2 MODSEQ (0))",
    "* STATUS Archive (MESSAGES 7 UIDNEXT 8 HIGHESTMODSEQ 1)",
  ]);
});

/** On either side: a flag set, one taken away, a deletion, a new message. */
async function changeEverything(stores: TwoStores): Promise<void> {
  for (const [i, side] of sides.entries()) {
    const uid = 3 * i;
    await store(stores[side], `${uid + 1} +FLAGS (\\Seen)`, box);
    await store(stores[side], `${uid + 2} -FLAGS (\\Flagged)`, box);
    await expunge(stores[side], String(uid + 3), box);
    await deliver(stores[side], box, ...mails(`${side}-`, 1));
  }
}

const changed = ["local-1", "m1 \\flagged \\seen", "m2", "m4 \\flagged \\seen", "m5", "remote-1"];

function serversWith(side: Side): PerSide<MailServer> {
  return side === "local" ? { local: cyrus, remote: dovecot } : { local: dovecot, remote: cyrus };
}

async function assertRuns(stores: TwoStores, said: RegExp | undefined, args: readonly string[] = []): Promise<void> {
  const { status: exitCode, stderr } = await runInterimap(stores.home, args);
  assert.equal(exitCode, 0, stderr);
  if (said === undefined) assert.doesNotMatch(stderr, /does not report|changed on both/);
  else assert.match(stderr, said);
}

async function assertHold(stores: TwoStores, expected: readonly string[]): Promise<void> {
  for (const side of sides) assert.deepEqual(await contents(stores[side], box), expected, side);
}

function recordedModSeq(stores: TwoStores, side: Side): unknown {
  const { rows } = dump(stores.home.databaseFile);
  const idx = rows["mailboxes"]?.find(([, name]) => String(name) === box)?.[0];
  return rows[side]?.find(([of]) => of === idx)?.[3];
}

const isTold = /Archive\): The server does not report every change/;

async function synchronised(t: TestContext, side: Side): Promise<TwoStores> {
  const stores = await twoStores(t, serversWith(side));
  await fill(stores[side], 6);
  await assertRuns(stores, isTold);
  assert.equal(String(recordedModSeq(stores, side)), "0");
  assert.notEqual(String(recordedModSeq(stores, otherSide(side))), "0");
  return stores;
}

for (const side of sides) {
  const test = onOne(side);
  test(`the ${side} server has always had it: each run finds what changed`, async (t) => {
    const stores = await synchronised(t, side);
    await changeEverything(stores);
    await assertRuns(stores, undefined);
    await assertHold(stores, changed);
    // A flag alone, which not even a number tells.
    await store(stores[side], "1 FLAGS (work)", box);
    await assertRuns(stores, undefined);
    await assertHold(stores, changed.with(1, "m1 work"));
    await assertRuns(stores, undefined);
    await assertHold(stores, changed.with(1, "m1 work"));
  });

  test(`the ${side} server has it, and is met for the first time with messages on both sides: none is lost`, async (t) => {
    const stores = await twoStores(t, serversWith(side));
    await fill(stores[side], 6);
    await command(stores[otherSide(side)], `CREATE ${box}`);
    await deliver(stores[otherSide(side)], box, ...mails("other-", 2));
    await assertRuns(stores, isTold);
    const all = [...Array.from({ length: 6 }, (_, i) => `m${i + 1} \\flagged`), "other-1", "other-2"];
    await assertHold(stores, all);
    await assertRuns(stores, undefined);
    await assertHold(stores, all);
  });

  test(`the ${side} server's mailbox is converted between two runs`, async (t) => {
    const stores = await twoStores(t, serversWith(side));
    await fill(stores[side], undefined);
    await assertRuns(stores, undefined);
    convertMailbox(stores[side], 6, box);
    await changeEverything(stores);
    await assertRuns(stores, isTold);
    await assertHold(stores, changed);
    // And back: its messages have no mod-sequences until they change.
    convertMailbox(stores[side], "max", box);
    await store(stores[side], "2 +FLAGS (\\Answered)", box);
    await assertRuns(stores, undefined);
    await assertHold(stores, changed.with(2, "m2 \\answered"));
  });

  test(`the ${side} server has it, and is watched`, async (t) => {
    const stores = await startWatching(t, serversWith(side), {
      args: ["--watch=1"],
      settings: { "flag-check-interval": "1" },
      prepare: (prepared) => fill(prepared[side], 6),
    });
    await changeEverything(stores);
    for (const each of sides) await becomes(() => contents(stores[each], box), changed);
    await store(stores[side], "1 FLAGS (work)", box);
    await becomes(() => contents(stores[otherSide(side)], box), changed.with(1, "m1 work"));
    await stores.daemon.stop();
    assert.deepEqual(stores.daemon.said(/does not report|skipped|changed on both/), []);
  });

  test(`the ${side} server has it, and flags change before each look: what the last one finds is dealt with, too`, async (t) => {
    const stores = await synchronised(t, side);
    await changeEverything(stores);
    for (let looks = 1; looks <= 4; looks++) {
      const changes = changeBeforeEachLook(stores, side, { looks, mailbox: box });
      await assertRuns(stores, undefined);
      stores.release(side);
      await assertRuns(stores, undefined);
      const [local, remote] = [await contents(stores.local, box), await contents(stores.remote, box)];
      assert.deepEqual(local, remote, `${looks} looks: ${changes.join(" ")}`);
      assert.match(
        local.find((line) => line.startsWith("m1"))!,
        new RegExp(`\\b${changes.at(-1)!}\\b`),
      );
      await deliver(stores[otherSide(side)], box, ...mails(`new-${looks}`, 1));
    }
  });

  test(`the ${side} server has it: a repair deletes what was deleted there`, async (t) => {
    const stores = await synchronised(t, side);
    await expunge(stores[side], "3", box);
    await store(stores[side], "1 FLAGS ()", box);
    await assertRuns(stores, undefined, ["--repair"]);
    await assertHold(stores, ["m1", ...["m2", "m4", "m5", "m6"].map((name) => `${name} \\flagged`)]);
  });
}

interface Lie {
  readonly what: string;
  readonly tell: (line: string) => string;
}

const lies: readonly Lie[] = [
  { what: "HIGHESTMODSEQ 0", tell: (line) => line.replace(/HIGHESTMODSEQ \d+/, "HIGHESTMODSEQ 0") },
  {
    what: "NOMODSEQ",
    tell: (line) => line.replace(/\[HIGHESTMODSEQ \d+\]/, "[NOMODSEQ]").replace(/HIGHESTMODSEQ \d+/, "HIGHESTMODSEQ 0"),
  },
  { what: "a number too high to grow", tell: (line) => line.replace(/HIGHESTMODSEQ \d+/, "HIGHESTMODSEQ 7000") },
  { what: "a number too low", tell: (line) => line.replace(/HIGHESTMODSEQ \d+/, "HIGHESTMODSEQ 2") },
];

/** From now on, and for as long as the test lasts. */
function lie(stores: TwoStores, side: Side, { tell }: Lie): void {
  stores.hold(side, "server", {
    pattern: /HIGHESTMODSEQ \d+/,
    always: true,
    action: (line) => ({ instead: tell(line) }),
  });
}

for (const side of sides) {
  const test = onOne(side);
  for (const one of lies) {
    test(`the ${side} server says ${one.what}`, async (t) => {
      const stores = await twoStores(t, { local: dovecot, remote: dovecot });
      await fill(stores[side], undefined);
      lie(stores, side, one);
      await runInterimap(stores.home);
      await changeEverything(stores);
      const { status: exitCode, stderr } = await runInterimap(stores.home);
      assert.equal(exitCode, 0, stderr);
      await assertHold(stores, changed);
      await store(stores[side], "1 FLAGS (work)", box);
      await assertRuns(stores, undefined);
      await assertHold(stores, changed.with(1, "m1 work"));
    });
  }

  test(`the ${side} server says HIGHESTMODSEQ 0, tells of changes (NOTIFY), and is left alone when there are none`, async (t) => {
    const stores = await startWatching(
      t,
      { local: dovecot, remote: dovecot },
      {
        prepare: async (prepared) => {
          await fill(prepared[side], undefined);
          lie(prepared, side, lies[0]!);
        },
      },
    );
    await changeEverything(stores);
    for (const each of sides) await becomes(() => contents(stores[each], box), changed);
    await store(stores[side], "1 FLAGS (work)", box);
    await becomes(() => contents(stores[otherSide(side)], box), changed.with(1, "m1 work"));
    await stores.daemon.waits();
    // What it did itself is told, too, and looked at once more.
    const selects = (): number => stores.proxies[side].counts.get("SELECT") ?? 0;
    const before = selects();
    await store(stores[otherSide(side)], "1 FLAGS (home)", box);
    await becomes(() => contents(stores[side], box), changed.with(1, "m1 home"));
    await store(stores[side], "2 FLAGS (end)", box);
    await becomes(() => contents(stores[otherSide(side)], box), changed.with(1, "m1 home").with(2, "m2 end"));
    await stores.daemon.stop();
    assert.ok(selects() - before <= 8, `${String(selects() - before)} times`);
  });
}
