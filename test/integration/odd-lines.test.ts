// A server that says something odd of one mailbox: that mailbox is skipped at worst, the others go on, and when the server
// comes to its senses everything is as if nothing had been.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { otherSide, type Side, sides } from "../../src/model/side.ts";
import { startDovecot } from "../support/dovecot.ts";
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
} from "../support/two-stores.ts";
import { becomeIdentical, becomes, startWatching } from "../support/watching.ts";
import { assertConverges } from "./converge.ts";

const onOne = inTurn(sides);

const { server } = await startAll({ server: startDovecot() });
const servers = { local: server, remote: server };

interface Oddity {
  readonly what: string;
  /** Of the server's lines. */
  readonly pattern: RegExp;
  /** Unless told otherwise; else the first one. */
  readonly always?: boolean;
  readonly instead: (line: string) => string;
  /** What the line about the mailbox says; undefined: the server is understood. */
  readonly words?: RegExp;
}

const list = /^\* LIST \([^)]*\) "\/" odd$/;
const vanished = /^\* VANISHED \(EARLIER\) 2$/;
const status = /^\* STATUS odd /;
const selected = /^\S+ OK \[READ-WRITE\] Select/;

const oddities: readonly Oddity[] = [
  {
    what: "VANISHED with UID 0",
    pattern: vanished,
    instead: () => "* VANISHED (EARLIER) 0:2",
    words: /"\* VANISHED \(EARLIER\) 0:2"/,
  },
  {
    what: "VANISHED with *",
    pattern: vanished,
    instead: () => "* VANISHED (EARLIER) 1:*",
    words: /"\* VANISHED \(EARLIER\) 1:\*"/,
  },
  {
    what: "EXPUNGE",
    pattern: vanished,
    instead: (line) => `${line}\r\n* 1 EXPUNGE`,
    words: /EXPUNGE although QRESYNC/,
  },
  {
    what: "a line that is no response",
    pattern: vanished,
    instead: (line) => `${line}\r\n*`,
    words: /a line that cannot be understood;/,
  },
  {
    what: "a literal where none can be",
    pattern: vanished,
    instead: () => "* VANISHED (EARLIER) {1}\r\n2",
    words: /"\* VANISHED \(EARLIER\) \{1\}"/,
  },
  {
    what: "a name with a blank, unquoted",
    pattern: list,
    instead: (line) => `${line} mailbox`,
    words: /"\* LIST \(.*\) "\/" odd mailbox"/,
  },
  { what: "a name with NUL", pattern: list, instead: (line) => `${line}\0`, words: /odd\\x00"/ },
  {
    what: "a quote that does not end",
    pattern: list,
    instead: (line) => line.replace(" odd", ' "odd'),
    words: /"\* LIST \(.*\) "\/" "odd"/,
  },
  {
    what: "a delimiter of two characters",
    pattern: list,
    instead: (line) => line.replace('"/"', '"//"'),
    words: /"\* LIST \(.*\) "\/\/" odd"/,
  },
  {
    what: "a state without UIDNEXT",
    pattern: status,
    always: false,
    instead: (line) => line.replace(/UIDNEXT \d+/, "UIDNEXT 0").replace(/UIDVALIDITY \d+/, "UIDVALIDITY x"),
  },
  { what: "a state that is none", pattern: status, always: false, instead: () => "* STATUS odd" },
  {
    what: "a huge ENVELOPE that nobody asked for",
    pattern: selected,
    instead: (line) => `* 1 FETCH (ENVELOPE ("${"x".repeat(70_000)}" ((NIL NIL "a" "b"))))\r\n${line}`,
  },
  { what: "a text that ends in the marker of a literal", pattern: selected, instead: (line) => `${line} {3}` },
  { what: "VANISHED of nothing", pattern: selected, instead: (line) => `* VANISHED (EARLIER) \r\n${line}` },
];

/** Both sides have a mailbox `odd`, beside INBOX and a sound one, and agree. */
async function prepare(stores: TwoStores): Promise<void> {
  await command(stores.local, "CREATE odd", "CREATE sound");
  for (const mailbox of ["odd", "sound"]) await deliver(stores.local, mailbox, ...mails(mailbox, 3));
}

/** On either side: a deletion, a flag and a new message in every mailbox. */
async function change(stores: TwoStores, side: Side): Promise<void> {
  for (const mailbox of ["odd", "sound"]) {
    await expunge(stores[side], mailbox === "odd" ? "2" : "1", mailbox);
    await store(stores[otherSide(side)], "3 +FLAGS (\\Flagged)", mailbox);
    await deliver(stores[side], mailbox, mail(`${mailbox}4`));
  }
}

const expected = (mailbox: string): string[] => [
  mailbox === "odd" ? "odd1" : `${mailbox}2`,
  `${mailbox}3 \\flagged`,
  `${mailbox}4`,
];

async function assertCarriedOver(stores: TwoStores, mailbox: string): Promise<void> {
  for (const side of sides) assert.deepEqual(await contents(stores[side], mailbox), expected(mailbox));
}

describe("in a single run", { concurrency: 4 }, () => {
  for (const [number, { what, pattern, always = true, instead, words }] of oddities.entries()) {
    // Each on one side; which one makes no difference to the code.
    const side = sides[number % 2]!;
    test(`${what}, of the ${side} server`, async (t) => {
      const stores = await twoStores(t, servers);
      await prepare(stores);
      await assertConverges(stores);
      await change(stores, side);
      stores.hold(side, "server", { pattern, always, action: (line) => ({ instead: instead(line) }) });
      const { status, stderr } = await runInterimap(stores.home, []);
      assert.equal(status, words === undefined ? 0 : 1, stderr);
      const skipped = stderr.split("\n").filter((line) => line.includes("skipped"));
      assert.equal(skipped.length, words === undefined ? 0 : 1, stderr);
      if (words !== undefined) assert.match(skipped[0] ?? "", words);
      assert.doesNotMatch(stderr, /disappeared|Created/);
      await assertCarriedOver(stores, "sound");
      if (words !== undefined) {
        assert.deepEqual(await contents(stores[side], "odd"), ["odd1", "odd3", "odd4"]);
        assert.deepEqual(await contents(stores[otherSide(side)], "odd"), ["odd1", "odd2", "odd3 \\flagged"]);
      }
      stores.release(side);
      await assertConverges(stores);
      await assertCarriedOver(stores, "odd");
    });
  }

  for (const side of sides) {
    const test = onOne(side);
    test(`nobody hears of a mailbox that is ignored, nor of its line, from the ${side} server`, async (t) => {
      const stores = await twoStores(t, servers, { settings: { "ignore-mailbox": "^odd" } });
      await prepare(stores);
      await command(stores.remote, "CREATE odd");
      const action = (line: string) => ({ instead: line.replace(" odd", ' "odd') });
      stores.hold(side, "server", { pattern: list, always: true, action });
      const { status, stderr } = await runInterimap(stores.home, []);
      assert.equal(status, 0, stderr);
      assert.doesNotMatch(stderr, /odd"|skipped/);
    });

    test(`a mailbox that the ${side} server lists so that nobody understands is not made on the other side`, async (t) => {
      const stores = await twoStores(t, servers);
      await command(stores[side], "CREATE odd");
      const action = (line: string) => ({ instead: line.replace(" odd", ' "o\0dd"') });
      stores.hold(side, "server", { pattern: list, always: true, action });
      const { status, stderr } = await runInterimap(stores.home, []);
      assert.equal(status, 1, stderr);
      assert.match(stderr, new RegExp(`^${side}: Mailbox skipped: .*o\\\\x00dd`, "m"));
      assert.doesNotMatch(stderr, /Created/);
    });
  }
});

for (const side of sides) {
  const test = onOne(side);
  test(`a message that the ${side} server delivers so that nobody can read it stays behind alone`, async (t) => {
    const stores = await twoStores(t, servers);
    await prepare(stores);
    await assertConverges(stores);
    await deliver(stores[side], "odd", ...mails("new", 3));
    const action = (line: string) => ({ instead: line.replace(/FLAGS \([^)]*\)/, "FLAGS x") });
    stores.hold(side, "server", { pattern: /^\* \d+ FETCH \(UID 5 .*BODY\[\]/, always: true, action });
    for (const _ of [1, 2]) {
      const { status, stderr } = await runInterimap(stores.home, []);
      assert.equal(status, 1, stderr);
      assert.match(stderr, /^\w+\(odd\): .*\b5\b/m);
      assert.deepEqual(await contents(stores[otherSide(side)], "odd"), ["new1", "new3", "odd1", "odd2", "odd3"]);
    }
    stores.release(side);
    // It is offered again after a pause, or at once by --repair.
    await runInterimap(stores.home, ["--repair"]);
    await assertConverges(stores);
    assert.equal((await contents(stores[otherSide(side)], "odd")).length, 6);
  });
}

test("--repair skips the odd mailbox only", async (t) => {
  const stores = await twoStores(t, servers);
  await prepare(stores);
  await assertConverges(stores);
  await change(stores, "remote");
  for (const { pattern, instead } of [oddities[0]!, oddities[4]!]) {
    stores.hold("remote", "server", { pattern, always: true, action: (line) => ({ instead: instead(line) }) });
    const { status, stderr } = await runInterimap(stores.home, ["--repair"]);
    assert.equal(status, 1, stderr);
    assert.match(stderr, /Mailbox skipped/);
    await assertCarriedOver(stores, "sound");
    assert.deepEqual(await contents(stores.local, "odd"), ["odd1", "odd2", "odd3 \\flagged"]);
    stores.release("remote");
  }
  await assertConverges(stores);
  await assertCarriedOver(stores, "odd");
});

for (const [args, side] of [
  [["--watch=1"], "local"],
  [["--notify"], "remote"],
] as const) {
  test(`${args[0]} goes on with the others, says so once, and takes it up again`, async (t) => {
    const stores = await startWatching(t, servers, { args, prepare });
    const action = () => ({ instead: "* VANISHED *" });
    stores.hold(side, "server", { pattern: /^\* VANISHED (?:\(EARLIER\) )?2$/, always: true, action });
    await change(stores, side);
    for (const each of sides) await becomes(() => contents(stores[each], "sound"), expected("sound"));
    await stores.daemon.says(/odd\): Mailbox skipped: .*VANISHED \*/, 1);
    await deliver(stores.local, "sound", mail("more"));
    await becomes(() => contents(stores.remote, "sound"), ["more", ...expected("sound")]);
    assert.deepEqual(await contents(stores[otherSide(side)], "odd"), ["odd1", "odd2", "odd3 \\flagged"]);
    stores.release(side);
    await deliver(stores[side], "odd", mail("odd5"));
    for (const each of sides) await becomes(() => contents(stores[each], "odd"), [...expected("odd"), "odd5"]);
    assert.equal(stores.daemon.said(/skipped/).length, 1);
    await becomeIdentical(stores);
    await stores.daemon.stop();
  });
}

for (const side of sides) {
  const test = onOne(side);
  test(`a mailbox that the ${side} server selects though it answers NO keeps no other from being synchronised`, async (t) => {
    // Tags are known on one connection only.
    const stores = await twoStores(t, servers, { sections: { [side]: { connections: 1 } } });
    for (const box of ["a", "odd", "z"]) await command(stores.local, `CREATE ${box}`);
    await assertConverges(stores);
    for (const box of ["a", "odd", "z"]) await deliver(stores[side], box, mail(`in-${box}`));
    stores.hold(side, "server", {
      always: true,
      pattern: selected,
      action: (line) => {
        const tag = line.split(" ", 1)[0] ?? "";
        const isOdd = stores.proxies[side].clientLines.some((sent) => sent.startsWith(`${tag} SELECT odd`));
        return isOdd ? { instead: `${tag} NO [NOPERM] not yours` } : undefined;
      },
    });
    // One that is worked on at the same time may have to wait for the next run.
    for (let run = 0; run < 2; run++) {
      stores.proxies[side].reset();
      const { status, stderr } = await runInterimap(stores.home);
      assert.equal(status, 1, stderr);
      assert.match(stderr, new RegExp(String.raw`^${side}\(odd\): Mailbox skipped: the server refused SELECT`, "m"));
    }
    for (const box of ["a", "z"]) assert.deepEqual(await contents(stores[otherSide(side)], box), [`in-${box}`]);
    stores.release(side);
    await assertConverges(stores);
    assert.deepEqual(await contents(stores[otherSide(side)], "odd"), ["in-odd"]);
  });
}
