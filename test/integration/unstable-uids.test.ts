// Servers whose UIDs do not last: they give each login another UIDVALIDITY, or say UIDNOTSTICKY (RFC 4315). All is matched anew in
// each run; nothing is lost, nothing comes twice, and one line says it.

import assert from "node:assert/strict";
import { describe, type TestContext } from "node:test";
import { otherSide, type PerSide, perSide, type Side, sides } from "../../src/model/side.ts";
import { startDovecot } from "../support/dovecot.ts";
import { asUser, type MailServer } from "../support/mail-server.ts";
import { plainText, runInterimap, startInterimap } from "../support/run-interimap.ts";
import { diffSnapshots, snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { startStrictFilter } from "../support/strict-filter.ts";
import { startTrafficProxy, type Verdict } from "../support/traffic-proxy.ts";
import { inTurn } from "../support/turns.ts";
import { command, contents, deliver, expunge, mail, mails, store } from "../support/two-stores.ts";
import { type TwoStores, twoStores } from "../support/two-stores.ts";
import { becomes, startDaemon } from "../support/watching.ts";

const onOne = inTurn(sides);

const { near, far } = await startAll({ near: startDovecot(), far: startDovecot() });

interface Habit {
  /** With each login, UIDVALIDITY is so much more. */
  readonly step: number;
  readonly isDeclared: boolean;
  /** Neither QRESYNC, CONDSTORE nor UIDPLUS. */
  readonly isBare?: boolean;
}

const habits: ReadonlyMap<string, Habit> = new Map([
  ["another UIDVALIDITY with each login", { step: 1000, isDeclared: false }],
  ["another UIDVALIDITY with each login, and few extensions", { step: 1000, isDeclared: false, isBare: true }],
  ["UIDNOTSTICKY", { step: 0, isDeclared: true }],
  ["UIDNOTSTICKY, and another UIDVALIDITY with each login", { step: 1000, isDeclared: true, isBare: true }],
]);

interface Situation {
  readonly stores: TwoStores;
  /** The servers as other clients see them. */
  readonly direct: PerSide<MailServer>;
}

let users = 0;

async function prepare(t: TestContext, side: Side, { step, isDeclared, isBare = false }: Habit): Promise<Situation> {
  const filter = await startStrictFilter(far, { profile: isBare ? "nocondstore" : "full" });
  t.after(() => filter.stop());
  const real = /(?<=\[UIDVALIDITY |\[(?:APPENDUID|COPYUID) |\bUIDVALIDITY )(\d+)/g;
  const told = /(?<=\(QRESYNC \()(\d+)/g;
  const proxy = await startTrafficProxy(filter.server, {
    onServerLine: (line, connection): Verdict => {
      const fickle = line.replace(real, (number) => String(Number(number) + step * connection));
      const isSelected = isDeclared && fickle.startsWith("* OK [UIDVALIDITY");
      return { instead: `${isSelected ? "* NO [UIDNOTSTICKY] Not for long\r\n" : ""}${fickle}` };
    },
    onClientLine: (line, connection): Verdict => ({
      instead: line.replace(told, (number) => String(Number(number) - step * connection)),
    }),
  });
  t.after(() => proxy.stop());
  const servers = { [side]: proxy.server, [otherSide(side)]: near } as unknown as PerSide<MailServer>;
  const made = await twoStores(t, servers);
  const user = `fickle${++users}`;
  const stores = { ...made, [side]: asUser(made[side], user) };
  const section = (one: Side) => ({ ...plainText(stores.proxies[one].server), username: stores[one].user });
  stores.home.configure({ local: section("local"), remote: section("remote") });
  return { stores, direct: perSide((one) => (one === side ? asUser(far, user) : stores[one])) };
}

async function run({ stores, direct }: Situation, args: readonly string[] = []): Promise<string> {
  const { status, stderr } = await runInterimap(stores.home, args);
  assert.equal(status, 0, stderr);
  assert.deepEqual(diffSnapshots(await snapshot(direct.local), await snapshot(direct.remote)), [], stderr);
  return stderr;
}

const warning = /UIDVALIDITY changed again|UIDs are not permanent/;

for (const side of sides) {
  const test = onOne(side);
  for (const [what, habit] of habits) {
    describe(`the ${side} server: ${what}`, { concurrency: 3 }, () => {
      test("each run makes both equal, and one line says what it costs", async (t) => {
        const situation = await prepare(t, side, habit);
        const { direct } = situation;
        await command(direct.local, "CREATE box");
        await deliver(direct.local, "INBOX", ...mails("m", 4), mail("twin"), mail("twin"));
        await deliver(direct.remote, "INBOX", ...mails("r", 2));
        await deliver(direct.local, "box", ...mails("b", 3));
        let said = await run(situation);
        for (let round = 1; round <= 4; round++) {
          await deliver(direct[side], "INBOX", mail(`here${round}`));
          await deliver(direct[otherSide(side)], "box", mail(`there${round}`));
          await store(direct[side], `${round} +FLAGS (\\Seen)`);
          said += await run(situation);
        }
        const expected = ["m1", "m2", "m3", "m4", "r1", "r2", "twin", "twin", "here1", "here2", "here3", "here4"];
        const names = (await contents(direct[side])).map((line) => line.split(" ")[0]!);
        assert.deepEqual(names, expected.toSorted());
        assert.equal((await contents(direct[side], "box")).length, 7);
        const lines = said.split("\n");
        for (const box of ["INBOX", "box"]) {
          const ofBox = lines.filter((line) => line.startsWith(`${side}(${box}): `));
          assert.equal(ofBox.filter((line) => warning.test(line)).length, 1, said);
          const changes = ofBox.filter((line) => line.includes("UIDVALIDITY changed:"));
          assert.equal(changes.length, habit.isDeclared ? 0 : 1, said);
        }
        assert.equal(await run(situation), "", "nothing is left to say");
      });

      test("what was deleted between runs comes back, and nothing is lost", async (t) => {
        const situation = await prepare(t, side, habit);
        const { direct } = situation;
        await deliver(direct.local, "INBOX", ...mails("m", 5));
        for (let round = 1; round <= 3; round++) await run(situation);
        await expunge(direct[side], "2");
        await expunge(direct[otherSide(side)], "4");
        await run(situation);
        assert.deepEqual(await contents(direct.local), ["m1", "m2", "m3", "m4", "m5"]);
        await run(situation, ["--repair"]);
        assert.deepEqual(await contents(direct.local), ["m1", "m2", "m3", "m4", "m5"]);
      });

      test("killed at any command: all is there once", async (t) => {
        const situation = await prepare(t, side, habit);
        const { direct, stores } = situation;
        await deliver(direct.local, "INBOX", ...mails("m", 3), mail("twin"), mail("twin"));
        for (let round = 1; round <= 2; round++) await run(situation);
        const names = ["m1", "m2", "m3", "twin", "twin"];
        for (const at of [6, 11, 16]) {
          await deliver(direct[otherSide(side)], "INBOX", ...mails(`new${at}-`, 2));
          names.push(`new${at}-1`, `new${at}-2`);
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
          await run(situation);
          assert.deepEqual(await contents(direct[side]), names.toSorted(), `killed at ${at}`);
        }
      });

      test("a daemon says it once", async (t) => {
        const situation = await prepare(t, side, habit);
        const { direct, stores } = situation;
        await deliver(direct.local, "INBOX", ...mails("m", 3));
        await run(situation);
        const daemon = startDaemon(t, stores.home, { args: ["--watch=1"] });
        await daemon.waits();
        for (let look = 1; look <= 3; look++) {
          await deliver(direct[otherSide(side)], "INBOX", mail(`new${look}`));
          await becomes(async () => (await contents(direct[side])).length, 3 + look);
          stores.proxies[side].cutAll();
        }
        await deliver(direct[side], "INBOX", mail("last"));
        await becomes(async () => (await contents(direct[otherSide(side)])).length, 7);
        await daemon.stop();
        assert.equal(daemon.said(warning).length, habit.isDeclared ? 0 : 1);
        assert.deepEqual(diffSnapshots(await snapshot(direct.local), await snapshot(direct.remote)), []);
      });
    });
  }

  test(`the ${side} server has other UIDs on each connection: much is copied over several`, async (t) => {
    const situation = await prepare(t, side, { step: 1000, isDeclared: false });
    const { direct } = situation;
    for (let round = 1; round <= 3; round++) {
      await deliver(direct.local, "INBOX", mail(`first${round}`));
      await run(situation);
    }
    await deliver(direct[otherSide(side)], "INBOX", ...mails("large", 800, { body: "x".repeat(30_000) }));
    situation.stores.proxies[side].reset();
    await run(situation);
    assert.ok(situation.stores.proxies[side].connections > 1);
    assert.equal((await contents(direct[side])).length, 803);
    assert.equal(await run(situation), "");
  });
}
