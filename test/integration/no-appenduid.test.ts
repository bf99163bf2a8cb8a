// A server that does not tell the UIDs of copies (no UIDPLUS, RFC 4315): they are found, each message is there once, and it takes
// no round trip for each of them.

import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { otherSide, type Side, sides } from "../../src/model/side.ts";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import { type LesserStores, lesserStores } from "../support/lesser-stores.ts";
import { appendAll } from "../support/mail-store.ts";
import type { AppendMessage } from "../support/raw-imap.ts";
import { runInterimap, startInterimap } from "../support/run-interimap.ts";
import { diffSnapshots, snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import type { FilterOptions } from "../support/strict-filter.ts";
import { inTurn } from "../support/turns.ts";
import { asClient, contents, deliver, expunge, mail, mails, userNames } from "../support/two-stores.ts";

const onOne = inTurn(sides);

const { near, far, cyrus } = await startAll({
  near: startDovecot(),
  far: startDovecot(),
  cyrus: startCyrus({ users: userNames }),
});

const profiles: readonly FilterOptions[] = [
  { profile: "full", without: ["UIDPLUS"] },
  { profile: "full", without: ["UIDPLUS", "MULTIAPPEND"] },
  { profile: "nocondstore", without: ["UIDPLUS"] },
  { profile: "rev1" },
];

async function prepare(t: TestContext, side: Side, options: FilterOptions): Promise<LesserStores> {
  const stores = await lesserStores(t, { side, lesser: far, other: near, ...options });
  await deliver(stores.direct.local, "INBOX", ...mails("old", 3));
  assert.equal((await runInterimap(stores.home)).status, 0);
  return stores;
}

async function run(stores: LesserStores, args: readonly string[] = []): Promise<string> {
  const { status, stderr } = await runInterimap(stores.home, args);
  assert.equal(status, 0, stderr);
  assert.deepEqual(stores.filter.violations, []);
  return stderr;
}

/** Equal lists, each message as often as it was written. */
async function assertBoth({ direct }: LesserStores, expected: readonly string[], context = ""): Promise<void> {
  for (const side of sides) assert.deepEqual(await contents(direct[side]), expected.toSorted(), `${side} ${context}`);
  assert.deepEqual(diffSnapshots(await snapshot(direct.local), await snapshot(direct.remote)), [], context);
}

/** Nothing is copied by a further run. */
async function assertSilent(stores: LesserStores): Promise<void> {
  for (const side of sides) stores.proxies[side].reset();
  assert.equal(await run(stores), "");
  for (const side of sides) assert.ok(!stores.proxies[side].counts.has("APPEND"));
}

/** Some equal to each other in all that a server tells of them, some without a Message-ID. */
function difficult(): AppendMessage[] {
  const nameless = (body: string): AppendMessage => ({
    ...mail("nameless"),
    bytes: Buffer.from(`From: a@example.org\r\nSubject: daily\r\n\r\n${body}\r\n`),
  });
  return [
    ...mails("equal", 1),
    ...mails("equal", 1),
    ...mails("equal", 1, { body: "tixt\r\n", flags: ["\\Seen"] }),
    nameless("one"),
    nameless("two"),
    nameless("one"),
    ...mails("new", 30, { flags: ["\\Flagged"] }),
  ];
}

const difficultNames = [
  ...["equal1", "equal1", "equal1 \\seen", ...Array<string>(3).fill("without Message-ID")],
  ...Array.from({ length: 30 }, (_, i) => `new${i + 1} \\flagged`),
];
const oldNames = ["old1", "old2", "old3"];

for (const side of sides) {
  const test = onOne(side);
  const source = otherSide(side);
  for (const options of profiles) {
    const what = `${options.profile} without ${options.without?.join(", ") ?? "anything"}`;
    describe(`copies to the ${side} side, ${what}`, { concurrency: 3 }, () => {
      test("are found, with few commands", async (t) => {
        const stores = await prepare(t, side, options);
        await deliver(stores.direct[source], "INBOX", ...difficult());
        stores.proxies[side].reset();
        await run(stores);
        const { counts } = stores.proxies[side];
        const others = [...counts].filter(([verb]) => verb !== "APPEND").reduce((sum, [, count]) => sum + count, 0);
        assert.ok(others < 30, JSON.stringify([...counts]));
        await assertBoth(stores, [...oldNames, ...difficultNames]);
        await assertSilent(stores);
        // Each is paired with its own copy.
        await expunge(stores.direct[source], "4");
        await expunge(stores.direct[side], "8");
        await run(stores);
        await assertSilent(stores);
      });

      test("are told from what others deliver meanwhile, be it equal", async (t) => {
        const stores = await prepare(t, side, options);
        await deliver(stores.direct[source], "INBOX", ...mails("new", 5));
        stores.hold(side, "client", {
          pattern: /^\S+ APPEND/,
          action: () =>
            deliver(
              stores.direct[side],
              "INBOX",
              ...[mail("other"), mail("new2"), mail("new3", { body: "x" }), mail("new4", { body: "tixt\r\n" })],
            ),
        });
        stores.hold(side, "server", {
          pattern: /^\S+ OK .*Append completed/,
          action: () => deliver(stores.direct[side], "INBOX", mail("later")),
        });
        assert.doesNotMatch(await run(stores), /Updated flags/);
        await run(stores);
        const names = ["new1", "new2", "new2", "new3", "new3", "new4", "new4", "new5", "other", "later"];
        await assertBoth(stores, [...oldNames, ...names]);
        await assertSilent(stores);
      });
    });
  }

  describe(`copies to the ${side} side`, { concurrency: 3 }, () => {
    for (const options of [profiles[0]!, profiles[2]!, profiles[3]!])
      for (const args of [[], ["--repair"]])
        test(`killed at any command: there once (${options.profile}, then ${args[0] ?? "a run"})`, async (t) => {
          const lines = await commandsOf(t, side, options);
          // Every one of them in the fault tests' way would take minutes.
          for (let at = 1 + (args.length > 0 ? 2 : 0); at <= lines; at += 4) {
            const stores = await prepare(t, side, options);
            await deliver(stores.direct[source], "INBOX", ...difficult().slice(0, 9));
            await killAt(stores, side, at);
            await run(stores, args);
            await run(stores);
            await assertBoth(stores, [...oldNames, ...difficultNames.slice(0, 9)], `killed at ${at}`);
            await assertSilent(stores);
          }
        });

    test("over several connections", async (t) => {
      const stores = await prepare(t, side, profiles[0]!);
      await asClient(stores.direct[source], (imap) =>
        appendAll(imap, "INBOX", [...mails("large", 800, { body: "x".repeat(30_000) }), ...difficult()]),
      );
      stores.proxies[side].reset();
      await run(stores);
      assert.ok(stores.proxies[side].connections > 1);
      const all = [...Array.from({ length: 800 }, (_, i) => `large${i + 1}`), ...difficultNames];
      await assertBoth(stores, [...oldNames, ...all]);
      await assertSilent(stores);
    });
  });
}

async function commandsOf(t: TestContext, side: Side, options: FilterOptions): Promise<number> {
  const stores = await prepare(t, side, options);
  await deliver(stores.direct[otherSide(side)], "INBOX", ...difficult().slice(0, 9));
  stores.proxies[side].reset();
  await run(stores);
  return stores.proxies[side].clientLines.filter((line) => /^a\d+ /.test(line)).length;
}

async function killAt(stores: LesserStores, side: Side, at: number): Promise<void> {
  let lines = 0;
  const running = startInterimap(stores.home);
  stores.hold(side, "client", {
    pattern: /^a\d+ /,
    always: true,
    action: async () => {
      if (++lines < at) return undefined;
      running.child.kill("SIGKILL");
      await running.finished;
      return "cut" as const;
    },
  });
  await running.finished;
  stores.release(side);
}

test("Cyrus alters what it takes, and does not tell its UID", async (t) => {
  const stores = await lesserStores(t, { side: "remote", lesser: cyrus, other: near, ...profiles[0]! });
  const strange = (name: string): AppendMessage =>
    mail(name, { header: [Buffer.from("X-Name: M\xfcller", "latin1")], body: "gr\xfc\xdfe\r\n" });
  await deliver(stores.direct.local, "INBOX", strange("a"), strange("b"), mail("c"), strange("d"));
  await run(stores);
  for (const side of sides) assert.deepEqual(await contents(stores.direct[side]), ["a", "b", "c", "d"]);
  await assertSilent(stores);
});
