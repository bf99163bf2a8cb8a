import assert from "node:assert/strict";
import { test } from "node:test";
import { line } from "../../../src/imap/codec/write-command.ts";
import { mayOverlap, type Command } from "../../../src/imap/command.ts";
import { MailboxView } from "../../../src/imap/mailbox-view.ts";

const view = new MailboxView("box");
const of = (more: Omit<Command, "name" | "parts">): Command => ({ name: "X", parts: line`X`, ...more });

/** With `+`: it says which mailbox it means. */
const kinds: Readonly<Record<string, Command>> = {
  alone: of({ overlap: "alone" }),
  last: of({ overlap: "last" }),
  select: of({ overlap: "select" }),
  "select+": of({ overlap: "select", opens: view }),
  selected: of({ overlap: "selected" }),
  "selected+": of({ overlap: "selected", view }),
  changing: of({ overlap: "changing" }),
  "changing+": of({ overlap: "changing", view }),
  any: of({ overlap: "any" }),
};

// Rows: what is to be written. Columns: what is in flight.
const truth = `
             alone last select select+ selected selected+ changing changing+ any
  alone      no    no   no     no      no       no        no       no        no
  last       no    no   yes    yes     yes      yes       yes      yes       yes
  select     no    no   no     yes     no       yes       no       yes       yes
  select+    no    no   no     yes     no       yes       no       yes       yes
  selected   no    no   no     no      yes      yes       yes      yes       yes
  selected+  no    no   yes    yes     yes      yes       yes      yes       yes
  changing   no    no   no     no      yes      yes       yes      yes       yes
  changing+  no    no   no     no      yes      yes       yes      yes       yes
  any        no    no   yes    yes     yes      yes       yes      yes       yes`;

const [columns = [], ...rows] = truth
  .trim()
  .split("\n")
  .map((line) => line.trim().split(/ +/));

for (const [name = "", ...answers] of rows) {
  const next = kinds[name]!;
  test(`what "${name}" may follow`, () => {
    assert.deepEqual(
      columns.map((other) => (mayOverlap(next, [kinds[other]!]) ? "yes" : "no")),
      answers,
    );
  });

  test(`"${name}" may go out when nothing is in flight, and waits for each of several`, () => {
    assert.equal(mayOverlap(next, []), true);
    for (const a of Object.values(kinds)) {
      for (const b of Object.values(kinds)) {
        assert.equal(mayOverlap(next, [a, b]), mayOverlap(next, [a]) && mayOverlap(next, [b]));
      }
    }
  });
}
