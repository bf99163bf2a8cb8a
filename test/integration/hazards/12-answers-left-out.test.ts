// Servers that leave out answers, give them twice, or tell the wrong UIDs: no message is lost for that, none is doubled, and
// what is left out is named.

import assert from "node:assert/strict";
import { otherSide, type Side, sides } from "../../../src/model/side.ts";
import { startDovecot } from "../../support/dovecot.ts";
import { runInterimap } from "../../support/run-interimap.ts";
import { startAll } from "../../support/start-all.ts";
import { inTurn } from "../../support/turns.ts";
import { contents, deliver, expunge, mails, type TwoStores, twoStores } from "../../support/two-stores.ts";
import { becomes, startDaemon } from "../../support/watching.ts";
import { assertConverges, assertNothingToDo } from "../converge.ts";

const onOne = inTurn(sides);

const servers = await startAll({ local: startDovecot(), remote: startDovecot() });

const everything = ["m1", "m2", "m3", "m4"];

interface Lie {
  readonly pattern: RegExp;
  readonly instead: (line: string) => string;
  /** So many lines, one after the other. */
  readonly times?: number;
}

function tell(stores: TwoStores, side: Side, { pattern, instead, times = 1 }: Lie): void {
  for (let i = 0; i < times; i++)
    stores.hold(side, "server", { pattern, action: (line) => ({ instead: instead(line) }) });
}

const nothing = (): string => "* OK nothing";
const twice = (line: string): string => `${line}\r\n${line}`;

const harmless: readonly (readonly [what: string, lie: Lie])[] = [
  ["leaves out the size of a message", { pattern: /^\* 2 FETCH .*RFC822\.SIZE/, instead: nothing }],
  ["tells a size twice", { pattern: /^\* 2 FETCH .*RFC822\.SIZE/, instead: twice }],
  [
    "tells sizes of nothing",
    { pattern: /RFC822\.SIZE \d+/, instead: (line) => line.replace(/RFC822\.SIZE \d+/, "RFC822.SIZE 0"), times: 2 },
  ],
  [
    "tells no size",
    { pattern: /RFC822\.SIZE \d+/, instead: (line) => line.replace(/ ?RFC822\.SIZE \d+/, ""), times: 2 },
  ],
  [
    "tells flags and date apart from the octets",
    {
      pattern: /^\* 2 FETCH .*BODY\[\]/,
      instead: (line) => {
        const [, uid = "", items = "", body = ""] = /(UID \d+) (.*) (BODY\[\].*)/.exec(line) ?? [];
        return `* 2 FETCH (${uid} ${items})\r\n* 2 FETCH (${uid} ${body}`;
      },
    },
  ],
];

for (const source of sides) {
  const test = onOne(source);
  for (const [what, lie] of harmless) {
    test(`the ${source} server ${what}: all are copied, once`, async (t) => {
      const stores = await twoStores(t, servers);
      await deliver(stores[source], "INBOX", ...mails("m", 4));
      tell(stores, source, lie);
      await assertConverges(stores);
      assert.deepEqual(await contents(stores[otherSide(source)]), everything);
      await assertNothingToDo(stores);
    });
  }

  test(`the ${source} server does all of that under --watch: all are copied, once`, async (t) => {
    const stores = await twoStores(t, servers);
    const target = otherSide(source);
    await deliver(stores[source], "INBOX", ...mails("m", 4));
    await assertConverges(stores);
    const daemon = startDaemon(t, stores.home, { args: ["--watch=1"] });
    await daemon.waits();
    const expected = [...everything];
    for (const [number, [what, { pattern, ...lie }]] of harmless.entries()) {
      // The second of those that come, wherever they stand.
      const sequence = expected.length + 2;
      tell(stores, source, {
        ...lie,
        pattern: new RegExp(pattern.source.replace(/^\^\\\* 2 /, `^\\* ${String(sequence)} `)),
      });
      const name = String.fromCharCode("n".charCodeAt(0) + number);
      await deliver(stores[source], "INBOX", ...mails(name, 4));
      expected.push(...mails(name, 4).map((_, i) => `${name}${String(i + 1)}`));
      await becomes(() => contents(stores[target]), expected);
      stores.release(source);
      assert.deepEqual(await contents(stores[source]), expected, what);
    }
    await daemon.stop();
    await assertConverges(stores);
  });

  test(`the ${source} server hides a message whenever it is asked: that is said, and the next run copies it`, async (t) => {
    const stores = await twoStores(t, servers);
    await deliver(stores[source], "INBOX", ...mails("m", 4));
    tell(stores, source, { pattern: /^\* 2 FETCH \(UID 2 RFC822\.SIZE/, instead: nothing, times: 2 });
    tell(stores, source, { pattern: /^\* E?SEARCH/, instead: nothing, times: 6 });
    const { status, stderr } = await runInterimap(stores.home);
    assert.equal(status, 1, stderr);
    assert.match(stderr, /the server counts 4 messages but does not list 1 of them/);
    await assertConverges(stores);
    assert.deepEqual(await contents(stores[otherSide(source)]), everything);
    await assertNothingToDo(stores);
  });

  test(`the ${source} server tells wrong UIDs of what it took, or none: nothing is doubled`, async (t) => {
    const stores = await twoStores(t, servers);
    await deliver(stores[otherSide(source)], "INBOX", ...mails("m", 2));
    await assertConverges(stores);
    await deliver(stores[otherSide(source)], "INBOX", ...mails("n", 2));
    const code = /\[APPENDUID (\d+) \S+\]/;
    tell(stores, source, { pattern: code, instead: (line) => line.replace(code, "[APPENDUID $1 1:2]") });
    const wrong = await runInterimap(stores.home);
    assert.equal(wrong.status, 1, wrong.stderr);
    assert.match(wrong.stderr, /\(INBOX\): Mailbox skipped: the server reported UIDs that cannot be those/);
    await assertConverges(stores);
    await deliver(stores[otherSide(source)], "INBOX", ...mails("o", 2));
    tell(stores, source, { pattern: code, instead: (line) => line.replace(code, "") });
    await assertConverges(stores);
    assert.deepEqual(await contents(stores[source]), ["m1", "m2", "n1", "n2", "o1", "o2"]);
    await assertNothingToDo(stores);
    await expunge(stores[source], "3:4");
    await assertConverges(stores);
    assert.deepEqual(await contents(stores[source]), ["m1", "m2", "o1", "o2"]);
  });
}
