// Mailboxes that were renamed while others took their old names: the other server follows, and nothing is copied twice.

import assert from "node:assert/strict";
import { describe } from "node:test";
import { otherSide, type PerSide, type Side, sides } from "../../src/model/side.ts";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import { held } from "../support/held.ts";
import type { MailServer } from "../support/mail-server.ts";
import { appendAll } from "../support/mail-store.ts";
import { quoted } from "../support/raw-imap.ts";
import { runInterimap, startInterimap } from "../support/run-interimap.ts";
import { diffSnapshots, snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { synchronisedStores } from "../support/synchronised-stores.ts";
import { inTurn } from "../support/turns.ts";
import {
  asClient,
  deliver,
  deliverToEach,
  mails,
  type TwoStores,
  twoStores,
  userNames,
} from "../support/two-stores.ts";
import { becomes, startWatching } from "../support/watching.ts";

const onOne = inTurn(sides);

const { slash, dot, cyrus } = await startAll({
  slash: startDovecot(),
  dot: startDovecot({ separator: "." }),
  cyrus: startCyrus({ users: userNames }),
});

const pairings: readonly (readonly [name: string, servers: PerSide<MailServer>])[] = [
  ["Dovecot and Dovecot", { local: slash, remote: dot }],
  ["Dovecot and Cyrus", { local: dot, remote: cyrus }],
];

function on(server: MailServer, name: string): string {
  return name.replaceAll("/", server.delimiter);
}

/** `create NAME`, `delete NAME`, `rename FROM TO` or `append NAME MESSAGE`, as another client would. */
async function act(server: MailServer, ...lines: readonly string[]): Promise<void> {
  await asClient(server, async (imap) => {
    for (const line of lines) {
      const [what = "", ...names] = line.split(" ");
      const [first = "", second = ""] = names.map((name) => on(server, name));
      if (what === "append") await appendAll(imap, first, mails(names[1]!, 1));
      else if (what === "rename") await imap.run(`RENAME ${quoted(first)} ${quoted(second)}`);
      else await imap.run(`${what.toUpperCase()} ${quoted(first)}`);
    }
  });
}

interface Story {
  readonly name: string;
  /** On both sides, with three messages each, or as many as it says. */
  readonly before: Readonly<Record<string, number>>;
  readonly done: readonly string[];
  readonly after: Readonly<Record<string, string>>;
}

const stories: readonly Story[] = [
  {
    name: "renamed, and made anew under the old name",
    before: { log: 3 },
    done: ["rename log log-2025", "create log", "append log new"],
    after: { log: "new1", "log-2025": "log1 log2 log3" },
  },
  {
    name: "rotated in a chain",
    before: { log: 3, "log-1": 2, "log-2": 4 },
    done: ["rename log-2 log-3", "rename log-1 log-2", "rename log log-1", "create log"],
    after: { log: "", "log-1": "log1 log2 log3", "log-2": "log-11 log-12", "log-3": "log-21 log-22 log-23 log-24" },
  },
  {
    name: "rotated in a chain, and not made anew",
    before: { log: 3, "log-1": 2 },
    done: ["rename log-1 log-2", "rename log log-1", "append log-1 late"],
    after: { "log-1": "late1 log1 log2 log3", "log-2": "log-11 log-12" },
  },
  {
    name: "exchanged",
    before: { a: 3, b: 5 },
    done: ["rename a c", "rename b a", "rename c b", "append a late"],
    after: { a: "b1 b2 b3 b4 b5 late1", b: "a1 a2 a3" },
  },
  {
    name: "three in a circle",
    before: { a: 3, b: 4, c: 5 },
    done: ["rename a x", "rename b a", "rename c b", "rename x c"],
    after: { a: "b1 b2 b3 b4", b: "c1 c2 c3 c4 c5", c: "a1 a2 a3" },
  },
  {
    name: "children along with their parents",
    before: { p: 3, "p/q": 2, r: 4 },
    done: ["rename p p-old", "create p", "rename r p/q", "append p new"],
    after: { p: "new1", "p-old": "p1 p2 p3", "p-old/q": "p/q1 p/q2", "p/q": "r1 r2 r3 r4" },
  },
  {
    name: "below its own old name",
    before: { log: 3, "log/old": 2 },
    done: ["rename log x", "create log", "rename x/old log/old", "rename x log/2025", "append log new"],
    after: { log: "new1", "log/2025": "log1 log2 log3", "log/old": "log/old1 log/old2" },
  },
];

/** All stories in one account, each below a name of its own: `log` becomes `3log`. */
function inOne<T>(of: (story: Story) => Readonly<Record<string, T>>): Record<string, T> {
  const entries = stories.flatMap((story, at) =>
    Object.entries(of(story)).map(([name, value]): [string, T] => [`${at}${name}`, value]),
  );
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const before = inOne((story) => story.before);
/** Of its own story, too. */
const ofStory = (at: string | undefined, messages: string): string =>
  messages.replaceAll(/\S+/g, (message) => `${at ?? ""}${message}`);
const after = Object.fromEntries(
  Object.entries(inOne((story) => story.after)).map(([name, messages]) => [name, ofStory(name[0], messages)]),
);
const done = stories.flatMap((story, at) =>
  story.done.map((line) => {
    const [what = "", first = "", second = ""] = line.split(" ");
    return [what, `${at}${first}`, second === "" ? "" : `${at}${second}`].join(" ").trim();
  }),
);

async function fill({ local }: TwoStores): Promise<void> {
  await act(local, ...Object.keys(before).map((name) => `create ${name}`));
  const entries = Object.entries(before);
  await deliverToEach(local, new Map(entries.map(([name, count]) => [on(local, name), mails(name, count)])));
}

async function assertSettled(stores: TwoStores): Promise<void> {
  for (const side of sides) assert.deepEqual(await held(stores[side]), after, side);
  assert.deepEqual(diffSnapshots(await snapshot(stores.local), await snapshot(stores.remote)), []);
  const { status, stderr } = await runInterimap(stores.home);
  assert.deepEqual({ status, stderr }, { status: 0, stderr: "" });
}

/** Ends the program when a server has done the next rename, before the program hears of it. */
function killAtRename(stores: TwoStores, side: Side, kill: () => Promise<unknown>): void {
  stores.hold(side, "client", {
    pattern: / RENAME /,
    action: (line) => {
      const [tag = ""] = line.split(" ");
      stores.hold(side, "server", {
        pattern: new RegExp(`^${tag} `),
        action: async () => {
          await kill();
          return "cut" as const;
        },
      });
      return undefined;
    },
  });
}

const onOnePair = inTurn(pairings.map(([pair]) => pair));

for (const [pair, servers] of pairings)
  for (const side of sides)
    describe(`between ${pair}, on the ${side} server`, () => {
      const test = onOnePair(pair);
      test(`the other one follows: ${stories.map(({ name }) => name).join("; ")}`, async (t) => {
        const stores = await synchronisedStores(t, servers, { prepare: fill });
        await act(stores[side], ...done);
        const { status, stderr } = await runInterimap(stores.home);
        assert.equal(status, 0, stderr);
        await assertSettled(stores);
      });

      // Once for each kind of server that is to follow: the steps are the same.
      if (side === "remote") return;

      test("killed after each rename, the next run goes on", async (t) => {
        const stores = await synchronisedStores(t, servers, { prepare: fill });
        await act(stores[side], ...done);
        let kills = 0;
        for (let isKilled = true; isKilled;) {
          stores.release(otherSide(side));
          const run = startInterimap(stores.home);
          killAtRename(stores, otherSide(side), () => {
            run.child.kill("SIGKILL");
            return run.finished;
          });
          const { signal, status, stderr } = await run.finished;
          isKilled = signal === "SIGKILL";
          if (!isKilled) assert.equal(status, 0, stderr);
          else assert.ok(++kills < 50, stderr);
        }
        assert.ok(kills > stories.length, `killed ${kills} times`);
        stores.release(otherSide(side));
        await assertSettled(stores);
      });

      test("a daemon follows, too", async (t) => {
        const stores = await startWatching(t, servers, { args: ["--notify", "--watch=1"], prepare: fill });
        await act(stores[side], ...done);
        stores.daemon.kill("SIGUSR1");
        await becomes(() => held(stores[otherSide(side)]), after);
        await stores.daemon.waits();
        await stores.daemon.stop();
        await assertSettled(stores);
      });
    });

for (const side of sides)
  onOne(side)(
    `what cannot be followed (${side}) is left alone under all its names, with a line each, and nothing is copied`,
    async (t) => {
      const other = otherSide(side);
      const stores = await twoStores(t, { local: slash, remote: dot }, { settings: { "ignore-mailbox": "^ignored" } });
      for (const name of ["both", "taken", "box", "free"]) {
        await act(stores.local, `create ${name}`);
        await deliver(stores.local, name, ...mails(name, 3));
      }
      await deliver(stores.local, "INBOX", ...mails("inbox", 3));
      assert.equal((await runInterimap(stores.home)).status, 0);
      await act(stores[side], "rename both here", "create both", "rename taken new", "create taken");
      await act(stores[side], "rename box ignored", "create box", "rename INBOX old", "append free late");
      await act(stores[other], "rename both there", "create both", "create new", "append new other");
      const before = { [side]: await held(stores[side]), [other]: await held(stores[other]) };
      for (let runs = 0; runs < 2; runs++) {
        const { status, stderr } = await runInterimap(stores.home);
        assert.equal(status, 1, stderr);
        const lines = stderr.split("\n").filter((line) => line.includes("skipped"));
        assert.equal(lines.length, 4, stderr);
        for (const [mailbox, words] of [
          ["both", /now called "(?:here|there)" on the local server and "(?:here|there)" on the remote server; /],
          ["taken", new RegExp(`now called "new" on the ${side} server, but the ${other} server has another mailbox`)],
          ["box", new RegExp(`now called "ignored" on the ${side} server, a name that is skipped; to rename`)],
          [
            "INBOX",
            new RegExp(`the ${side} server now has its messages in "old"; to move them on the other server too: `),
          ],
        ] as const)
          assert.ok(
            lines.some((line) => line.includes(mailbox) && words.test(line)),
            `${mailbox}:\n${stderr}`,
          );
      }
      const free = "free1 free2 free3 late1";
      assert.deepEqual(await held(stores[side]), { ...before[side], free });
      assert.deepEqual(await held(stores[other]), { ...before[other], free });

      // The lines' commands settle it.
      const names = side === "local" ? ["there", "here"] : ["here", "there"];
      for (const args of [
        ["--target=remote", "--rename", ...names],
        [`--target=${other}`, "--rename", "new", "another"],
        [`--target=${other},database`, "--rename", "INBOX", "old"],
        [`--target=${other},database`, "--rename", "box", "ignored"],
      ]) {
        const { status, stderr } = await runInterimap(stores.home, args);
        assert.equal(status, 0, stderr);
      }
      const { status, stderr } = await runInterimap(stores.home);
      assert.equal(status, 0, stderr);
      const [local, remote] = [await held(stores.local), await held(stores.remote)];
      assert.deepEqual(local, remote);
      assert.deepEqual(local, {
        [names[1]!]: "both1 both2 both3",
        another: "other1",
        both: "",
        box: "",
        free,
        ignored: "box1 box2 box3",
        new: "taken1 taken2 taken3",
        old: "inbox1 inbox2 inbox3",
        taken: "",
      });
      assert.equal((await runInterimap(stores.home)).stderr, "");
    },
  );
