// --notify between servers that know NOTIFY (RFC 5465): whatever happens on one side is on the other a moment later, and
// nothing is said that need not be. In most tests nobody would look by himself for an hour.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { otherSide, type Side, sides } from "../../src/model/side.ts";
import { startDovecot } from "../support/dovecot.ts";
import { snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { inTurn } from "../support/turns.ts";
import {
  asClient,
  command,
  contents,
  deliver,
  expunge,
  mail,
  mails,
  store,
  type TwoStores,
} from "../support/two-stores.ts";
import {
  becomeIdentical,
  becomes,
  eventually,
  keepsAlive,
  startDaemon,
  startWatching,
  type WatchedStores,
} from "../support/watching.ts";
import { type Dump, dump } from "../unit/state/databases.ts";
import { assertNothingToDo } from "./converge.ts";

const onOne = inTurn(sides);

const { slash, dot } = await startAll({
  slash: startDovecot(),
  dot: startDovecot({ separator: "." }),
});
const servers = { local: slash, remote: dot };

/** Of both sides, in no order. */
function commands({ proxies }: TwoStores, pattern: RegExp): string[] {
  return sides.flatMap((side) => proxies[side].clientLines.filter((line) => pattern.test(line)));
}

const keptAlive = /^\S+ OK Status/;
const selects = /^\S+ (?:SELECT|EXAMINE) /;

function path(side: Side, ...levels: readonly string[]): string {
  return levels.join(servers[side].delimiter);
}

/** One look that finds nothing, and a run that finds nothing: all is done, and recorded. */
async function assertDone(stores: WatchedStores): Promise<void> {
  await becomeIdentical(stores);
  await stores.daemon.waits();
  await stores.daemon.stop();
  await assertNothingToDo(stores);
}

describe("--notify", { concurrency: 3 }, () => {
  for (const side of sides) {
    const test = onOne(side);
    const other = otherSide(side);
    test(`messages, flags and deletions on the ${side} side are on the other at once, in any mailbox`, async (t) => {
      const stores = await startWatching(t, servers, {
        prepare: async ({ local }) => {
          await command(local, "CREATE box", "CREATE box/below");
          for (const box of ["INBOX", "box/below"]) await deliver(local, box, ...mails("m", 4));
        },
      });
      const boxes = (on: Side): readonly string[] => ["INBOX", path(on, "box", "below")];
      for (const [i, box] of boxes(side).entries()) {
        const there = async (): Promise<string[]> => {
          const { mailboxes } = await snapshot(stores[other]);
          const messages = mailboxes.get(["INBOX", "box\0below"][i]!) ?? [];
          return messages.map(({ messageId, flags }) => [messageId.slice(1, 3), ...flags].join(" ")).sort();
        };
        await deliver(stores[side], box, mail("n1"));
        await becomes(there, ["m1", "m2", "m3", "m4", "n1"]);
        await store(stores[side], "2,5 +FLAGS (\\Seen work)", box);
        await becomes(there, ["m1", "m2 \\seen work", "m3", "m4", "n1 \\seen work"]);
        await expunge(stores[side], "1,2", box);
        await becomes(there, ["m3", "m4", "n1 \\seen work"]);
      }
      const { looks, sides: links } = await stores.daemon.waits();
      assert.deepEqual([links.local.attention, links.remote.attention], ["notify", "notify"]);
      // On a machine that stood still for too long, it begins anew.
      if (stores.daemon.said(/connection lost|clock jumped/).length === 0) {
        assert.equal(looks, 1, "nobody looked at everything");
        assert.equal(commands(stores, /NOTIFY/).length, 2, "one for each connection");
      }
      await assertDone(stores);
    });
  }

  test("a burst is dealt with in few goes", async (t) => {
    const stores = await startWatching(t, servers);
    await Promise.all(
      sides.map((side) =>
        asClient(stores[side], async (imap) => {
          const bytes = (i: number): Buffer => mail(`${side}${i}`).bytes;
          const appended = Array.from({ length: 200 }, (_, i) =>
            imap.run([`APPEND INBOX {${bytes(i).length}+}\r\n`, bytes(i)]),
          );
          await Promise.all(appended);
        }),
      ),
    );
    await becomes(async () => (await contents(stores.remote)).length, 400);
    await becomeIdentical(stores);
    await stores.daemon.waits();
    const count = commands(stores, selects).length / 2;
    assert.ok(count <= 6, `${count} times`);
    await assertDone(stores);
    assert.equal((await contents(stores.local)).length, 400);
  });

  for (const side of sides) {
    const test = onOne(side);
    const other = otherSide(side);
    test(`a mailbox created on the ${side} side appears on the other, below its parent; so do subscriptions`, async (t) => {
      const stores = await startWatching(t, servers, { prepare: ({ local }) => command(local, "CREATE parent") });
      const name = path(side, "parent", "child", "grandchild");
      const there = "parent\0child\0grandchild";
      const store = (): ReturnType<typeof snapshot> => snapshot(stores[other]);
      await command(stores[side], `CREATE ${name}`);
      await eventually("created", async () => (await store()).mailboxes.has(there));
      await deliver(stores[side], name, mail("in it"));
      await becomes(async () => (await store()).mailboxes.get(there)?.length, 1);
      await command(stores[side], `SUBSCRIBE ${name}`);
      await eventually("subscribed", async () => (await store()).subscribed.has(there));
      await command(stores[side], `UNSUBSCRIBE ${name}`);
      await eventually("unsubscribed", async () => !(await store()).subscribed.has(there));
      for (const another of ["second", "third"]) {
        await command(stores[side], `CREATE ${another}`);
        await eventually(another, async () => (await store()).mailboxes.has(another));
      }
      assert.deepEqual(stores.daemon.said(/skipped/), []);
      await assertDone(stores);
    });

    test(`a mailbox renamed on the ${side} side takes its children along; nothing is copied`, async (t) => {
      const stores = await startWatching(t, servers, {
        args: ["--notify", "--watch=1"],
        prepare: async ({ local }) => {
          await command(local, "CREATE old", "CREATE old/child", "SUBSCRIBE old/child", "CREATE archive");
          await deliver(local, "old", ...mails("m", 3));
          await deliver(local, "old/child", ...mails("c", 3));
        },
      });
      const names = async (): Promise<string[]> => [...(await snapshot(stores[other])).mailboxes.keys()].sort();
      await command(stores[side], `RENAME old ${path(side, "archive", "new")}`);
      await becomes(names, ["INBOX", "archive", "archive\0new", "archive\0new\0child"]);
      await stores.daemon.says(/in the database/, 1);
      // And back. By other connections: Dovecot 2.3 may get lost at the second rename that it tells of by one.
      const { startedAt: first } = await stores.daemon.waits();
      stores.daemon.kill("SIGHUP");
      await stores.daemon.state(({ startedAt, activity }) => startedAt > first && activity === "waiting");
      await command(stores[side], `RENAME ${path(side, "archive", "new")} old`);
      await becomes(names, ["INBOX", "archive", "old", "old\0child"]);
      await stores.daemon.says(/in the database/, 2);
      await stores.daemon.waits();
      assert.deepEqual(commands(stores, /^\S+ (?:APPEND|CREATE|DELETE) /), []);
      assert.deepEqual(stores.daemon.said(/disappeared/), []);
      await deliver(stores[side], path(side, "old", "child"), mail("later"));
      await becomes(async () => (await snapshot(stores[other])).mailboxes.get("old\0child")?.length, 4);
      await stores.daemon.waits();
      await stores.daemon.stop();
      assert.deepEqual(recordedNames(dump(stores.home.databaseFile)), recordedNames(stores.recorded));
    });

    test(`a mailbox deleted on the ${side} side is reported once and left alone; the others go on`, async (t) => {
      const stores = await startWatching(t, servers, {
        settings: { "full-check-interval": "1" },
        prepare: async ({ local }) => {
          await command(local, "CREATE doomed", "CREATE box");
          await deliver(local, "doomed", mail("precious"));
        },
      });
      await command(stores[side], "DELETE doomed");
      const line = await stores.daemon.line(/disappeared/);
      assert.match(
        line,
        new RegExp(`^${side}\\(doomed\\): .*disappeared from the ${side} server; to delete it everywhere: `),
      );
      assert.match(line, /interimap --delete doomed\b.*--rename doomed NEWNAME/);
      await deliver(stores[side], "box", mail("other"));
      await becomes(() => contents(stores[other], "box"), ["other"]);
      const { looks } = await stores.daemon.waits();
      await stores.daemon.waits(looks + 2);
      await stores.daemon.stop();
      assert.equal(stores.daemon.said(/disappeared/).length, 1, stores.daemon.said(/./).join("\n"));
      assert.deepEqual(await contents(stores[other], "doomed"), ["precious"]);
    });
  }

  test("a mailbox that a server loses sight of is asked for by a new connection before it is said to be gone", async (t) => {
    const stores = await startWatching(t, servers, { prepare: ({ local }) => command(local, "CREATE box") });
    stores.hold("local", "server", {
      pattern: /^\* LIST \(.*\) "\/" box$/,
      action: () => ({ instead: "* OK what box?" }),
    });
    stores.daemon.kill("SIGUSR1");
    const { sides: links } = await stores.daemon.waits(2);
    assert.deepEqual([links.local.connections, links.remote.connections], [2, 1]);
    assert.deepEqual(stores.daemon.said(/./), []);
    await deliver(stores.local, "box", mail("new"));
    await becomes(() => contents(stores.remote, "box"), ["new"]);
    await assertDone(stores);
  });

  test("so is one that it has lost sight of while it tells of renames", async (t) => {
    const stores = await startWatching(t, servers, { prepare: ({ local }) => command(local, "CREATE box") });
    let areTold = false;
    stores.hold("local", "server", {
      pattern: /^\* LIST \(.*\) "\/" box$/,
      always: true,
      action: () => {
        if (stores.proxies.local.connections > 1) return undefined;
        // When the list has been read.
        if (!areTold) setTimeout(() => stores.proxies.local.say('* LIST () "/" one ("OLDNAME" ("other"))'), 100);
        areTold = true;
        return { instead: "* OK what box?" };
      },
    });
    stores.daemon.kill("SIGUSR1");
    const { sides: links } = await stores.daemon.waits(2);
    assert.deepEqual(stores.daemon.said(/./), []);
    assert.deepEqual([links.local.connections, links.remote.connections], [2, 1]);
    await deliver(stores.local, "box", mail("new"));
    await becomes(() => contents(stores.remote, "box"), ["new"]);
    await assertDone(stores);
  });

  test("what happens in the middle of the work is not lost", async (t) => {
    const stores = await startWatching(t, servers, {
      prepare: ({ local }) => deliver(local, "INBOX", ...mails("m", 3)),
    });
    stores.hold("remote", "client", {
      pattern: /^\S+ APPEND INBOX/,
      action: async () => {
        await store(stores.remote, "1 +FLAGS (\\Seen)");
        await expunge(stores.local, "2");
        await deliver(stores.remote, "INBOX", mail("r"));
        await deliver(stores.local, "INBOX", mail("l2"));
        await command(stores.local, "CREATE meanwhile");
      },
    });
    await deliver(stores.local, "INBOX", mail("l1"));
    await eventually("created", async () => (await snapshot(stores.remote)).mailboxes.has("meanwhile"));
    for (const side of sides) await becomes(() => contents(stores[side]), ["l1", "l2", "m1 \\seen", "m3", "r"]);
    await assertDone(stores);
  });

  for (const side of sides) {
    const test = onOne(side);
    const other = otherSide(side);
    test(`what happens on the ${side} side between the last question and UNSELECT is not lost`, async (t) => {
      const stores = await startWatching(t, servers, {
        prepare: ({ local }) => deliver(local, "INBOX", ...mails("m", 3)),
      });
      stores.hold(side, "client", {
        pattern: /^\S+ UNSELECT/,
        action: async () => {
          await deliver(stores[side], "INBOX", mail("late"));
          await store(stores[side], "1 +FLAGS (\\Seen)");
          await expunge(stores[side], "2");
        },
      });
      await deliver(stores.local, "INBOX", mail("new"));
      await becomes(() => contents(stores[other]), ["late", "m1 \\seen", "m3", "new"]);
      assert.equal((await stores.daemon.waits()).looks, 1);
      await assertDone(stores);
    });

    test(`nor on the ${side} side between the last question and the next mailbox's SELECT`, async (t) => {
      const stores = await startWatching(t, servers, {
        prepare: async ({ local }) => {
          await command(local, "CREATE box");
          await deliver(local, "INBOX", ...mails("m", 3));
        },
      });
      stores.hold(side, "client", {
        pattern: /^\S+ SELECT box/,
        action: async () => {
          await deliver(stores[side], "INBOX", mail("late"));
          await store(stores[side], "1 +FLAGS (\\Seen)");
          // So that the server has told, or decided not to, before it gets the line.
          await expunge(stores[side], "2");
          await new Promise((resolve) => setTimeout(resolve, 1_000));
        },
      });
      await asClient(stores.local, async (imap) => {
        for (const box of ["INBOX", "box"]) await imap.append(box, [mail(`in-${box}`)]);
      });
      await becomes(() => contents(stores[other]), ["in-INBOX", "late", "m1 \\seen", "m3"]);
      await becomes(() => contents(stores[other], "box"), ["in-box"]);
      assert.equal((await stores.daemon.waits()).looks, 1);
      await assertDone(stores);
    });
  }

  test("what we did ourselves and hear back is no reason to look", async (t) => {
    const stores = await startWatching(t, servers, {
      args: ["--notify", "--watch=1"],
      prepare: async ({ local }) => {
        await command(local, "CREATE box");
        await deliver(local, "box", ...mails("m", 3));
      },
    });
    await asClient(stores.local, async (imap) => {
      await imap.run("SELECT box");
      await imap.append("box", [mail("new")]);
      await imap.run("UID STORE 1 +FLAGS (\\Seen)");
      await imap.run("UID STORE 2 +FLAGS.SILENT (\\Deleted)");
      await imap.run("UID EXPUNGE 2");
    });
    await becomes(() => contents(stores.remote, "box"), ["m1 \\seen", "m3", "new"]);
    await stores.daemon.waits();
    const before = commands(stores, selects);
    const echo = /^\* STATUS box /;
    await eventually("the echo", () => stores.proxies.remote.serverLines.some((line) => echo.test(line)));
    await keepsAlive(stores, 2);
    assert.deepEqual(commands(stores, selects), before);
    await assertDone(stores);
  });

  test("nothing is said while nothing happens, but to stay connected", async (t) => {
    const stores = await startWatching(t, servers, {
      args: ["--notify", "--watch=2"],
      prepare: ({ local }) => deliver(local, "INBOX", ...mails("m", 3)),
    });
    for (const side of sides) stores.proxies[side].reset();
    await keepsAlive(stores, 2);
    await stores.daemon.stop();
    for (const side of sides) {
      const said = stores.proxies[side].clientLines.map((line) => line.replace(/^\S+ /, ""));
      assert.equal(said.pop(), "LOGOUT");
      assert.deepEqual(new Set(said), new Set(["STATUS INBOX (MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ)"]));
      assert.ok(said.length <= 4, said.join("\n"));
    }
    assert.deepEqual(stores.daemon.said(/./).length, 1, "no line but that it stops");
  });

  test("a server that has told of something is asked anew after a while, and nothing is missed", async (t) => {
    const stores = await startWatching(t, servers, { args: ["--notify", "--watch=1"] });
    const asked = (): string[] =>
      stores.proxies.local.clientLines
        .filter((line) => line.includes("NOTIFY"))
        .map((line) => line.split(" ").slice(1, 3).join(" "));
    const arrived: string[] = [];
    while (asked().length < 5) {
      arrived.push(`m${String(arrived.length).padStart(2, "0")}`);
      await deliver(stores.local, "INBOX", mail(arrived.at(-1)!));
      await becomes(() => contents(stores.remote), arrived);
    }
    assert.deepEqual(asked().slice(0, 5), ["NOTIFY SET", "NOTIFY NONE", "NOTIFY SET", "NOTIFY NONE", "NOTIFY SET"]);
    await keepsAlive(stores, 2);
    const before = asked();
    await keepsAlive(stores, 2);
    assert.deepEqual(asked(), before, "and not while it has nothing to tell");
    await assertDone(stores);
  });

  for (const side of sides) {
    const test = onOne(side);
    const other = otherSide(side);
    test(`nor is what happens on the ${side} side while it is asked anew`, async (t) => {
      const stores = await startWatching(t, servers, { args: ["--notify", "--watch=1"] });
      // So that the next word is the first one, long after the server was asked.
      await keepsAlive(stores, 2);
      stores.hold(side, "client", {
        pattern: /^\S+ NOTIFY NONE/,
        action: async () => {
          await command(stores[side], "CREATE meanwhile");
          await deliver(stores[side], "meanwhile", mail("m"));
        },
      });
      await deliver(stores[side], "INBOX", mail("word"));
      await eventually("created", async () => (await snapshot(stores[other])).mailboxes.has("meanwhile"));
      await becomes(() => contents(stores[other], "meanwhile"), ["m"]);
      await becomes(() => contents(stores[other]), ["word"]);
      await assertDone(stores);
    });
  }

  test("a server that gives up telling is asked again, and everything is looked at", async (t) => {
    const stores = await startWatching(t, servers);
    assert.equal(commands(stores, /NOTIFY/).length, 2);
    const { looks } = await stores.daemon.waits();
    assert.equal(looks, 1);
    stores.proxies.remote.say("* OK [NOTIFICATIONOVERFLOW] too much");
    await stores.daemon.waits(looks + 1);
    assert.equal(stores.proxies.remote.clientLines.filter((line) => line.includes("NOTIFY SET")).length, 2);
    assert.equal(stores.proxies.local.clientLines.filter((line) => line.includes("NOTIFY SET")).length, 1);
    // Dovecot takes half a minute to tell of anything after a second NOTIFY.
    await deliver(stores.remote, "INBOX", mail("afterwards"));
    const lists = (): number => commands(stores, / LIST /).length;
    const [before, whenFetched] = [lists(), new Set<number>()];
    stores.hold("remote", "client", { pattern: /UID FETCH .*BODY/, action: () => void whenFetched.add(lists()) });
    stores.proxies.remote.say("* STATUS INBOX (MESSAGES 1 UIDNEXT 2 UNSEEN 1)");
    await becomes(() => contents(stores.local), ["afterwards"]);
    assert.deepEqual([...whenFetched], [before], "not by a look at everything");
    await assertDone(stores);
  });

  test("a server that gives up telling each time it is asked: said once, IDLE instead", async (t) => {
    const overflow = (stores: TwoStores): void =>
      stores.hold("remote", "server", {
        pattern: /^\S+ OK NOTIFY/i,
        action: (line) => {
          overflow(stores);
          return { instead: `${line}\r\n* OK [NOTIFICATIONOVERFLOW] too much` };
        },
      });
    const stores = await startWatching(t, servers, { beforeDaemon: overflow });
    const { sides: links } = await stores.daemon.state(({ sides: { remote } }) => remote.attention === "idle");
    assert.equal(links.local.attention, "notify");
    const { looks } = await stores.daemon.waits();
    await deliver(stores.remote, "INBOX", mail("remote"));
    await becomes(() => contents(stores.local), ["remote"]);
    await deliver(stores.local, "INBOX", mail("local"));
    await becomes(() => contents(stores.remote), ["local", "remote"]);
    assert.ok((await stores.daemon.waits()).looks <= looks + 1);
    assert.equal(commands(stores, /NOTIFY SET/).length, 3);
    assert.deepEqual(stores.daemon.said(/too much|overflow|too many/), [
      "remote: the server has stopped reporting changes, because there are too many: " +
        "watching idle-mailboxes with IDLE, polling the others",
    ]);
    await assertDone(stores);
  });

  test("a server that gives up telling, and then the connection too, is asked once on the next one", async (t) => {
    const stores = await startWatching(t, servers, { args: ["--notify", "--watch=1"] });
    stores.hold("remote", "server", {
      pattern: keptAlive,
      action: () => {
        stores.hold("remote", "client", { pattern: /^\S+ NOTIFY SET/, action: () => "cut" });
        return { instead: "* OK [NOTIFICATIONOVERFLOW] too much" };
      },
    });
    const { sides: links } = await stores.daemon.state(
      ({ sides: { remote }, activity }) => remote.connections >= 2 && activity === "waiting",
    );
    assert.equal(links.remote.connections, 2);
    // The first, the one that was cut, and the one of the second connection.
    assert.equal(stores.proxies.remote.clientLines.filter((line) => line.includes("NOTIFY SET")).length, 3);
    await deliver(stores.remote, "INBOX", mail("afterwards"));
    await becomes(() => contents(stores.local), ["afterwards"]);
    await assertDone(stores);
  });

  for (const [attention, settings] of [
    ["idle", {}],
    ["poll", { "idle-mailboxes": "" }],
  ] as const) {
    test(`a server that refuses NOTIFY: said once, ${attention} instead`, async (t) => {
      const stores = await startWatching(t, servers, { settings });
      await stores.daemon.stop();
      const refuse = (): void => {
        stores.hold("remote", "client", {
          pattern: /^\S+ NOTIFY/,
          action: (line) => ({ instead: `${line.split(" ", 1)[0]} NOTIFY SET (PERSONAL (AnnotationChange))` }),
        });
      };
      refuse();
      const again = startDaemon(t, stores.home, { args: ["--notify", "--watch=1"] });
      const { sides: links } = await again.waits();
      assert.deepEqual([links.local.attention, links.remote.attention], ["notify", attention]);
      refuse();
      stores.proxies.remote.cutAll();
      await again.state(({ sides: { remote }, activity }) => remote.connections >= 2 && activity === "waiting");
      await deliver(stores.remote, "INBOX", mail("new"));
      await becomes(() => contents(stores.local), ["new"]);
      await again.stop();
      const lines = again.said(/BADEVENT/);
      assert.equal(lines.length, 1, again.said(/./).join("\n"));
      assert.match(lines[0]!, /^remote: .*NOTIFY/);
    });
  }
});

function recordedNames({ rows }: Dump): ReadonlyMap<unknown, unknown> {
  return new Map((rows["mailboxes"] ?? []).map(([idx, mailbox]) => [mailbox, idx]));
}
