import assert from "node:assert/strict";
import { test } from "node:test";
import { withQresync } from "../../../src/imap/abilities.ts";
import { line } from "../../../src/imap/codec/write-command.ts";
import { type Command, mayOverlap } from "../../../src/imap/command.ts";
import { MailboxView } from "../../../src/imap/mailbox/mailbox-view.ts";
import { InFlight } from "../../../src/imap/session/in-flight.ts";

const view = new MailboxView("box", withQresync);
const of = (more: Omit<Command, "name" | "parts">): Command => ({ name: "X", parts: line`X`, ...more });

const inFlight = (...commands: readonly Command[]): InFlight<{ readonly tag: string; readonly command: Command }> => {
  const sent = new InFlight<{ readonly tag: string; readonly command: Command }>();
  commands.forEach((command, index) => {
    sent.add({ tag: String(index), command });
  });
  return sent;
};

/** With `+`: it says which mailbox it means. */
const kinds: Readonly<Record<string, Command>> = {
  alone: of({ overlap: "alone" }),
  last: of({ overlap: "last" }),
  select: of({ overlap: "select" }),
  "select+": of({ overlap: "select", opens: view }),
  divider: of({ overlap: "select", divides: true }),
  selected: of({ overlap: "selected" }),
  "selected+": of({ overlap: "selected", view }),
  changing: of({ overlap: "changing" }),
  "changing+": of({ overlap: "changing", view }),
  any: of({ overlap: "any" }),
};

// Rows: what is to be written. Columns: what is in flight.
const truth = `
             alone last select select+ selected selected+ changing changing+ any divider
  alone      no    no   no     no      no       no        no       no        no no
  last       no    no   yes    yes     yes      yes       yes      yes       yes yes
  select     no    no   no     yes     no       yes       no       yes       yes yes
  select+    no    no   no     yes     no       yes       no       yes       yes yes
  selected   no    no   no     no      yes      yes       yes      yes       yes no
  selected+  no    no   yes    yes     yes      yes       yes      yes       yes yes
  changing   no    no   no     no      yes      yes       yes      yes       yes no
  changing+  no    no   no     no      yes      yes       yes      yes       yes no
  any        no    no   yes    yes     yes      yes       yes      yes       yes yes
  divider    no    no   no     yes     no       yes       no       yes       yes yes`;

const [columns = [], ...rows] = truth
  .trim()
  .split("\n")
  .map((line) => line.trim().split(/ +/));

for (const [name = "", ...answers] of rows) {
  const next = kinds[name]!;
  test(`what "${name}" may follow`, () => {
    assert.deepEqual(
      columns.map((other) => (mayOverlap(next, inFlight(kinds[other]!)) ? "yes" : "no")),
      answers,
    );
  });

  test(`"${name}" may go out when nothing is in flight, and waits for each of several`, () => {
    assert.equal(mayOverlap(next, inFlight()), true);
    for (const a of Object.values(kinds)) {
      for (const b of Object.values(kinds)) {
        assert.equal(mayOverlap(next, inFlight(a, b)), mayOverlap(next, inFlight(a)) && mayOverlap(next, inFlight(b)));
      }
    }
  });
}

test("a server that does not tell [CLOSED] has one mailbox at a time, unless it is left before the next", () => {
  const may = (next: string, other: string, leaves: boolean): boolean => {
    const sent = new InFlight<{ readonly tag: string; readonly command: Command; readonly leaves: boolean }>();
    sent.add({ tag: "1", command: kinds[other]!, leaves: leaves && other.startsWith("select+") });
    return mayOverlap(kinds[next]!, sent, { closed: "missing", leaves });
  };
  for (const other of ["select", "select+", "selected", "selected+", "changing", "changing+"]) {
    assert.equal(may("select+", other, true), false, other);
    assert.equal(may("selected+", other, true), !other.startsWith("select+") && other !== "select", other);
    assert.equal(may("select+", other, false), other.endsWith("+"), other);
    assert.equal(may("selected+", other, false), other !== "select", other);
    assert.equal(may("divider", other, false), other.endsWith("+"), other);
  }
  assert.ok(!may("changing+", "divider", false));
  assert.ok(may("selected+", "divider", false));
  assert.ok(may("select+", "divider", false));
  assert.ok(may("select+", "any", true));
  assert.ok(may("any", "select+", true));
});

test("until a server has shown whether it tells [CLOSED], it leaves one mailbox at a time", () => {
  const may = (next: string, other: string, leaves: boolean): boolean => {
    const sent = new InFlight<{ readonly tag: string; readonly command: Command; readonly leaves: boolean }>();
    sent.add({ tag: "1", command: kinds[other]!, leaves });
    return mayOverlap(kinds[next]!, sent, { closed: "unknown" });
  };
  for (const leaves of [false, true]) {
    assert.equal(may("select+", "select+", leaves), !leaves);
    assert.equal(may("selected+", "select+", leaves), true);
    assert.equal(may("selected", "select+", leaves), false);
    assert.equal(may("changing+", "select+", leaves), false);
  }
  assert.equal(may("select+", "selected+", false), true);
  assert.equal(may("select+", "selected", false), false);
});

test("what is answered in whatever order does not count any more", () => {
  const commands = Object.values(kinds).flatMap((kind) => Array.from({ length: 50 }, () => kind));
  const sent = commands.map((command, index) => ({ tag: String(index), command }));
  const list = new InFlight<(typeof sent)[number]>();
  for (const one of sent) list.add(one);
  const isGone = (index: number): boolean => index % 3 !== 0 || index < 200;
  for (const [index, one] of sent.entries()) if (isGone(index)) list.remove(one);
  const left = sent.filter((_, index) => !isGone(index));
  assert.deepEqual(list.toArray(), left);
  assert.equal(list.total, left.length);
  assert.equal(list.withTag(left[0]!.tag), left[0]);
  assert.equal(list.withTag("1"), undefined);
  for (const one of left) list.remove(one);
  const { total, exclusive, selecting, leaving, inMailbox, vague } = list;
  assert.deepEqual([total, exclusive, selecting, leaving, inMailbox, vague], [0, 0, 0, 0, 0, 0]);
});

test("a response belongs to the first command that claims it and means the selected mailbox", () => {
  const offered: string[] = [];
  const claiming = (name: string, claims: boolean, more: Partial<Command> = {}) => {
    const claim = (): boolean => offered.push(name) > 0 && claims;
    return { tag: name, command: { ...of({ overlap: "any" }), claim, ...more } };
  };
  const deaf = { tag: "deaf", command: of({ overlap: "any" }) };
  const elsewhere = claiming("elsewhere", true, { view: new MailboxView("other", withQresync) });
  const gone = claiming("gone", true);
  const unmoved = claiming("unmoved", false);
  const owner = claiming("owner", true, { view });
  const sent = new InFlight<{ readonly tag: string; readonly command: Command }>();
  for (const one of [deaf, elsewhere, gone, unmoved, owner, claiming("later", true)]) sent.add(one);
  sent.remove(gone);
  assert.equal(sent.claim({ kind: "exists", count: 1 }, view), owner);
  assert.deepEqual(offered, ["unmoved", "owner"]);
  sent.remove(owner);
  assert.equal(sent.claim({ kind: "exists", count: 1 }, view)?.tag, "later");
  sent.remove(sent.withTag("later")!);
  assert.equal(sent.claim({ kind: "exists", count: 1 }, view), undefined);
});
