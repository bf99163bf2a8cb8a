// follow-renames: a mailbox that was renamed on one server, which does not report it, gets its new name on the other one.

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { otherSide, type PerSide, perSide, type Side, sides } from "../../src/model/side.ts";
import { act, wireNameOn } from "../support/act.ts";
import { isCourierInstalled, startCourier } from "../support/courier.ts";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import { startGmail } from "../support/gmail-server.ts";
import { held as heldBy } from "../support/held.ts";
import type { MailServer } from "../support/mail-server.ts";
import { runInterimap, startInterimap } from "../support/run-interimap.ts";
import { snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { type Profile, startStrictFilter } from "../support/strict-filter.ts";
import { synchronisedStores } from "../support/synchronised-stores.ts";
import { inTurn } from "../support/turns.ts";
import { deliverToEach, mails, type TwoStores, userNames } from "../support/two-stores.ts";
import { becomes, startDaemon } from "../support/watching.ts";

const onOne = inTurn(sides);

const { slash, dot, cyrus, gmail } = await startAll({
  slash: startDovecot(),
  dot: startDovecot({ separator: "." }),
  cyrus: startCyrus({ users: userNames }),
  gmail: startGmail(),
});
const courier = isCourierInstalled() ? await startCourier() : undefined;
after(() => courier?.stop());

/** With accounts of its own. */
async function lesser(profile: Profile): Promise<MailServer> {
  const server = await startDovecot();
  after(() => server.stop());
  const filter = await startStrictFilter(server, { profile });
  after(() => filter.stop());
  return filter.server;
}

const [noQresync, noCondstore] = [await lesser("noqresync"), await lesser("nocondstore")];

const servers: Readonly<Record<string, MailServer>> = {
  Dovecot: dot,
  Cyrus: cyrus,
  "the model of Gmail": gmail,
  "a server without QRESYNC": noQresync,
  "a server without mod-sequences": noCondstore,
};

/** By mailbox, without those that a server always has, and without Courier's prefix. */
async function held(server: MailServer): Promise<Record<string, string>> {
  const all = await heldBy(server, (name) => name !== "INBOX" && !name.startsWith("[Gmail]"));
  return Object.fromEntries(Object.entries(all).map(([name, those]) => [name.replace(/^INBOX\//, ""), those]));
}

interface Story {
  readonly name: string;
  /** With three messages each, or as many as it says. */
  readonly before: Readonly<Record<string, number>>;
  readonly done: readonly string[];
  readonly there?: readonly string[];
  readonly after: Readonly<Record<string, string>>;
}

const stories: readonly Story[] = [
  { name: "renamed", before: { log: 3 }, done: ["rename log old"], after: { old: "log1 log2 log3" } },
  {
    name: "renamed twice",
    before: { log: 3 },
    done: ["rename log old", "rename old older"],
    after: { older: "log1 log2 log3" },
  },
  {
    name: "renamed, and changed on both servers",
    before: { log: 4 },
    done: ["rename log old", "append old here", "expunge old 2"],
    there: ["append log there"],
    after: { old: "here1 log1 log3 log4 there1" },
  },
  {
    name: "tidied up and renamed",
    before: { log: 12 },
    done: ["expunge log 3:12", "rename log old"],
    after: { old: "log1 log2" },
  },
  {
    name: "children along with their parents",
    before: { p: 3, "p/q": 2, "p/r": 0 },
    done: ["rename p old", "append old/q new"],
    after: { old: "p1 p2 p3", "old/q": "new1 p/q1 p/q2", "old/r": "" },
  },
  {
    name: "below another one, and up again",
    before: { a: 3, b: 2, "b/c": 4 },
    done: ["rename b/c d", "rename a b/e"],
    after: { b: "b1 b2", "b/e": "a1 a2 a3", d: "b/c1 b/c2 b/c3 b/c4" },
  },
  { name: "an empty one", before: { log: 0 }, done: ["rename log old"], after: { old: "" } },
  {
    name: "a child alone, and its parent made anew",
    before: { p: 3, "p/q": 2 },
    done: ["rename p old", "create p", "append p new"],
    after: { p: "new1", old: "p1 p2 p3", "old/q": "p/q1 p/q2" },
  },
  { name: "in other letters", before: { log: 3 }, done: ["rename log lOG2"], after: { lOG2: "log1 log2 log3" } },
];

const own = (at: number, text: string): string =>
  text.replaceAll(/[a-z]\S*/gi, (name) => `${"ABCDEFGHIJ"[at]!}${name}`);

/** Several stories in one account, each below a letter of its own. */
class Tales {
  readonly before: Readonly<Record<string, number>>;
  readonly after: Readonly<Record<string, string>>;
  readonly #stories: readonly (readonly [at: number, Story])[];

  constructor(isTold: (story: Story) => boolean = () => true) {
    this.#stories = [...stories.entries()].filter(([, story]) => isTold(story));
    this.before = this.#inOne(({ before }) => before);
    this.after = this.#inOne(({ after }, at) =>
      Object.fromEntries(Object.entries(after).map(([name, messages]) => [name, own(at, messages)])),
    );
  }

  lines(of: (story: Story) => readonly string[]): string[] {
    return this.#stories.flatMap(([at, story]) =>
      of(story).map((line) => line.replace(/ .*/, (names) => own(at, names))),
    );
  }

  async fill({ local }: TwoStores): Promise<void> {
    await act(local, ...Object.keys(this.before).map((name) => `create ${name}`));
    const messages = Object.entries(this.before).map(
      ([name, count]) => [wireNameOn(local, name), mails(name, count)] as const,
    );
    await deliverToEach(local, new Map(messages));
  }

  #inOne<T>(of: (story: Story, at: number) => Readonly<Record<string, T>>): Record<string, T> {
    const entries = this.#stories.flatMap(([at, story]) =>
      Object.entries(of(story, at)).map(([name, value]): [string, T] => [own(at, name), value]),
    );
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

function sent(stores: TwoStores, side: Side, pattern: RegExp): readonly string[] {
  return stores.proxies[side].clientLines.filter((line) => pattern.test(line));
}

async function assertFollowed(stores: TwoStores, side: Side, tales: Tales): Promise<void> {
  await act(stores[side], ...tales.lines(({ done }) => done));
  await act(stores[otherSide(side)], ...tales.lines(({ there = [] }) => there));
  const { status, stderr } = await runInterimap(stores.home);
  assert.equal(status, 0, stderr);
  assert.doesNotMatch(stderr, /(?<!Hp\): )Created/);
  for (const one of sides) assert.deepEqual(await held(stores[one]), tales.after, one);
  assert.equal((await runInterimap(stores.home)).stderr, "");
}

for (const [kind, server] of Object.entries(servers))
  for (const where of sides) {
    const pair: PerSide<MailServer> = perSide((side) => (side === where ? server : slash));

    describe(`on ${kind}, the ${where} server, and with Dovecot`, () => {
      for (const side of sides)
        onOne(side)(`the other server follows what was renamed on the ${side} server`, async (t) => {
          const tales = new Tales();
          const stores = await synchronisedStores(t, pair, { prepare: (both) => tales.fill(both) });
          await assertFollowed(stores, side, tales);
        });
    });
  }

for (const where of sides)
  describe(`with Courier, whose mailboxes get another UIDVALIDITY with another name, as the ${where} server`, () => {
    const skip = courier === undefined ? "Courier is not installed" : false;
    const pair = perSide((side) => (side === where && courier !== undefined ? courier : slash));

    test("it follows the other server", { skip }, async (t) => {
      const tales = new Tales(({ done }) => !done.some((line) => line.startsWith("expunge")));
      const stores = await synchronisedStores(t, pair, { prepare: (both) => tales.fill(both) });
      await assertFollowed(stores, otherSide(where), tales);
    });

    test("what is renamed there is told to be gone, and nothing is lost", { skip }, async (t) => {
      const stores = await synchronisedStores(t, pair, {
        prepare: ({ local }) => act(local, "create log", "append log m"),
      });
      await act(stores[where], "rename log old");
      const { status, stderr } = await runInterimap(stores.home);
      assert.equal(status, 1, stderr);
      assert.match(stderr, /if it was renamed: interimap/);
      assert.deepEqual(await held(stores[where]), { old: "m1" });
      assert.deepEqual(await held(stores[otherSide(where)]), { log: "", old: "m1" });
    });
  });

const two: PerSide<MailServer> = { local: slash, remote: dot };

for (const side of sides) {
  const test = onOne(side);
  const other = otherSide(side);

  test(`a rename on the ${side} server: one RENAME on the other, and nothing is read or written twice`, async (t) => {
    const prepare = async ({ local }: TwoStores): Promise<void> => {
      await act(local, "create log", "create log/sub", "subscribe log");
      await deliverToEach(local, new Map([["log", mails("m", 20)]]));
    };
    const stores = await synchronisedStores(t, two, { prepare });
    await act(stores[side], "rename log old");
    const lines = perSide((one) => stores.proxies[one].clientLines.length);
    const { status, stderr } = await runInterimap(stores.home);
    assert.equal(status, 0, stderr);
    const said = (one: Side): string[] => stores.proxies[one].clientLines.slice(lines[one]);
    assert.equal(said(other).filter((line) => / RENAME /.test(line)).length, 1);
    for (const one of sides)
      assert.deepEqual(
        said(one).filter((line) => / (APPEND|CREATE|DELETE) |BODY\.PEEK\[\]/.test(line)),
        [],
      );
    for (const one of sides) {
      const { subscribed } = await snapshot(stores[one]);
      assert.deepEqual(
        [...subscribed].filter((name) => name !== "INBOX"),
        ["old"],
      );
    }
    assert.equal((await runInterimap(stores.home)).stderr, "");
  });

  test(`a rename on the ${side} server that changes letters only is followed by a server that knows no difference`, async (t) => {
    const stores = await synchronisedStores(t, two, {
      prepare: ({ local }) => act(local, "create Work", "create Work/sub", "append Work m", "append Work/sub s"),
    });
    await act(stores[side], "rename Work work");
    stores.hold(other, "client", {
      pattern: / RENAME "?Work"? "?work"?$/,
      always: true,
      action: (line) => ({ instead: line.replace(/"?work"?$/, "INBOX") }),
    });
    const { status, stderr } = await runInterimap(stores.home);
    assert.equal(status, 0, stderr);
    assert.match(stderr, new RegExp(`^${other}\\(Work\\): Renamed to "work"$`, "m"));
    for (const one of sides) assert.deepEqual(await held(stores[one]), { work: "m1", "work/sub": "s1" });
    assert.equal((await runInterimap(stores.home)).stderr, "");
  });

  test(`with follow-renames = NO, what was renamed on the ${side} server is told with both commands`, async (t) => {
    const stores = await synchronisedStores(t, two, {
      prepare: ({ local }) => act(local, "create log", "append log m"),
      settings: { "follow-renames": "NO" },
    });
    await act(stores[side], "rename log old");
    const { status, stderr } = await runInterimap(stores.home);
    assert.equal(status, 1, stderr);
    const advice = `--target=${other},database --rename log old`;
    assert.match(stderr, new RegExp(`interimap --delete log; if it was renamed: interimap ${advice}`));
    assert.deepEqual(await held(stores[other]), { log: "m1" });
  });

  test(`a dry run tells the rename on the ${side} server, and does nothing`, async (t) => {
    const stores = await synchronisedStores(t, two, {
      prepare: ({ local }) => act(local, "create log", "append log m"),
    });
    await act(stores[side], "rename log old");
    const { stderr } = await runInterimap(stores.home, ["--dry-run"]);
    assert.match(stderr, new RegExp(`^${other}\\(log\\): Would rename to "old"$`, "m"));
    assert.deepEqual(sent(stores, other, / RENAME /), []);
    assert.equal((await runInterimap(stores.home)).status, 0);
    assert.deepEqual(await held(stores[other]), { old: "m1" });
  });

  test(`where the ${other} server refuses, the mailbox is left alone with a line, and the next run follows`, async (t) => {
    const stores = await synchronisedStores(t, two, {
      prepare: ({ local }) => act(local, "create log", "append log m"),
    });
    await act(stores[side], "rename log old");
    stores.hold(other, "client", {
      pattern: / RENAME /,
      action: (line) => ({ instead: `${line.split(" ")[0]!} RENAME nowhere refused` }),
    });
    const refused = await runInterimap(stores.home);
    assert.equal(refused.status, 1, refused.stderr);
    assert.deepEqual(await held(stores[other]), { log: "m1" });
    assert.deepEqual(await held(stores[side]), { old: "m1" });
    assert.equal((await runInterimap(stores.home)).status, 0);
    assert.deepEqual(await held(stores[other]), { old: "m1" });
  });

  test(`a mailbox that was deleted on the ${side} server, and another one made, is no rename`, async (t) => {
    const stores = await synchronisedStores(t, two, {
      prepare: ({ local }) => act(local, "create log", "append log m"),
    });
    await act(stores[side], "delete log", "create old", "append old m");
    const { status, stderr } = await runInterimap(stores.home);
    assert.equal(status, 1, stderr);
    assert.deepEqual(await held(stores[other]), { log: "", old: "m1" });
  });

  test(`an empty mailbox that was renamed on the ${side} server, and used on the other, is left to the user`, async (t) => {
    const stores = await synchronisedStores(t, two, { prepare: ({ local }) => act(local, "create log") });
    await act(stores[side], "rename log old");
    await act(stores[other], "append log m");
    const { status, stderr } = await runInterimap(stores.home);
    assert.equal(status, 1, stderr);
    assert.deepEqual(await held(stores[other]), { log: "m1" });
  });

  test(`renamed on the ${side} server to a name that is ignored: the other one keeps it, with a line`, async (t) => {
    const stores = await synchronisedStores(t, two, {
      prepare: ({ local }) => act(local, "create log", "append log m"),
      settings: { "ignore-mailbox": "^ignored" },
    });
    await act(stores[side], "rename log ignored");
    const { status, stderr } = await runInterimap(stores.home);
    assert.equal(status, 1, stderr);
    assert.deepEqual(await held(stores[other]), { log: "m1" });
    await act(stores[side], "rename ignored log");
    assert.equal((await runInterimap(stores.home)).stderr, "");
  });

  for (const words of ["old", "log", "*"])
    test(`renamed on the ${side} server, and the run is told to look at ${words} only`, async (t) => {
      const stores = await synchronisedStores(t, two, {
        prepare: ({ local }) => act(local, "create log", "append log m"),
      });
      await act(stores[side], "rename log old");
      await runInterimap(stores.home, [words]);
      assert.equal((await runInterimap(stores.home)).status, 0);
      for (const one of sides) assert.deepEqual(await held(stores[one]), { old: "m1" });
    });

  test(`a daemon follows what is renamed on the ${side} server, which cannot report it`, async (t) => {
    const pair = perSide((one) => (one === side ? noQresync : dot));
    const stores = await synchronisedStores(t, pair, {
      prepare: ({ local }) => act(local, "create log", "append log m"),
    });
    const daemon = startDaemon(t, stores.home, { args: ["--watch=1"] });
    await daemon.waits();
    await act(stores[side], "rename log old");
    await becomes(() => held(stores[other]), { old: "m1" });
    await daemon.waits();
    const { stderr } = await daemon.stop();
    assert.doesNotMatch(stderr, /skipped/);
  });

  test(`killed when the ${other} server has renamed it, the next run goes on`, async (t) => {
    const stores = await synchronisedStores(t, two, {
      prepare: ({ local }) => act(local, "create log", "append log m"),
    });
    await act(stores[side], "rename log old");
    const run = startInterimap(stores.home);
    stores.hold(other, "server", {
      pattern: /^\S+ OK Rename/,
      action: async () => {
        run.child.kill("SIGKILL");
        await run.finished;
        return "cut" as const;
      },
    });
    assert.equal((await run.finished).signal, "SIGKILL");
    stores.release(other);
    assert.equal((await runInterimap(stores.home)).status, 0);
    for (const one of sides) assert.deepEqual(await held(stores[one]), { old: "m1" });
    assert.equal((await runInterimap(stores.home)).stderr, "");
  });
}
