import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListedMailbox } from "../../../../src/mail/listing/list-mailboxes.ts";
import { type Answer, locate, situationOf } from "../../../../src/sync/renames/whereabouts-plan.ts";

/** `name:UIDVALIDITY:UIDNEXT`. */
function parse(shown: string): { readonly name: string; readonly state: NonNullable<ListedMailbox["state"]> } {
  const [name = "", uidValidity, uidNext = "5"] = shown.split(":");
  return { name, state: { uidValidity: Number(uidValidity), uidNext: Number(uidNext), highestModSeq: 9n } };
}

interface World {
  readonly known: readonly string[];
  readonly listed: readonly string[];
  /** What is in which mailbox: `known name` by name; without it nothing can be told. */
  readonly holds?: Readonly<Record<string, string>>;
}

/** Where known mailboxes are, as `known>name`, and what had to be asked. */
function found({ known, listed, holds }: World): { readonly places: string; readonly asked: readonly string[] } {
  const recorded = known.map(parse).map((one, idx) => ({ idx, ...one }));
  const mailboxes = new Map(
    listed.map(parse).map(({ name, state }) => [name, { wireName: name, exists: true, subscribed: false, state }]),
  );
  const situation = situationOf({ known: recorded, listed: mailboxes, isGone: () => true });
  const answers = new Map<string, Answer>();
  const asked: string[] = [];
  for (;;) {
    const { places, unclear, questions } = locate(situation, ({ idx, name }) => answers.get(`${idx} ${name}`));
    for (const { idx, name } of questions) {
      const answer = holds === undefined ? "unknown" : holds[name] === recorded[idx]?.name ? "fits" : "differs";
      answers.set(`${idx} ${name}`, answer);
      asked.push(`${recorded[idx]?.name ?? ""}@${name}`);
    }
    if (questions.length > 0) continue;
    const shown = [...places].map(
      ([idx, name]) => `${recorded[idx]?.name ?? ""}>${unclear.get(idx)?.join("?") ?? name ?? ""}`,
    );
    return { places: shown.sort().join(" "), asked };
  }
}

test("nothing is asked where numbers say that every mailbox is what it was", () => {
  const known = ["a:1:3", "b:1:6", "c:1:9", "d:2:3"];
  const listed = ["a:1:5", "b:1:6", "c:1:12", "d:2:3", "new:1:8"];
  assert.deepEqual(found({ known, listed }), { places: "", asked: [] });
  // Deleted, beside one that is as it was.
  assert.deepEqual(found({ known: ["a:1:9", "b:1"], listed: ["a:1:9"] }), { places: "b>", asked: [] });
});

test("UIDVALIDITY tells which mailbox has which name, children too", () => {
  assert.equal(found({ known: ["a:1", "b:2"], listed: ["a:2", "b:1"] }).places, "a>b b>a");
  assert.equal(
    found({ known: ["log:1", "log-1:2"], listed: ["log:3", "log-1:1", "log-2:2"] }).places,
    "log-1>log-2 log>log-1",
  );
  assert.equal(found({ known: ["a:1"], listed: ["b:1:4"] }).places, "a>");
  assert.equal(found({ known: ["a:1"], listed: ["b:2"] }).places, "a>");
});

test("what numbers tell is not believed when the messages are others", () => {
  assert.equal(found({ known: ["a:1"], listed: ["b:1"], holds: { b: "other" } }).places, "a>");
  assert.equal(found({ known: ["a:1"], listed: ["b:1"], holds: { b: "a" } }).places, "a>b");
});

test("where several have one UIDVALIDITY, messages tell them apart, or else nothing is guessed", () => {
  const exchanged = { known: ["a:1:5", "b:1:8"], listed: ["a:1:8", "b:1:5"] };
  assert.equal(found({ ...exchanged, holds: { a: "b", b: "a" } }).places, "a>b b>a");
  assert.equal(found(exchanged).places, "");
  const taken = { known: ["a:1", "b:1"], listed: ["a:1"] };
  assert.equal(found({ ...taken, holds: { a: "b" } }).places, "a> b>a");
  assert.equal(found({ ...taken, holds: { a: "a" } }).places, "b>");
  assert.equal(found({ known: ["a:1"], listed: ["b:1", "c:1"] }).places, "a>b?c");
  assert.equal(found({ known: ["a:1", "b:1"], listed: ["c:1"] }).places, "a>c b>c");
});

test("mailboxes whose numbers are equal, or could be by now, are looked at", () => {
  const equal = ["a:1", "b:1", "c:1", "d:1:9"];
  const asked = ["a@a", "b@b", "c@c"];
  const same = { a: "a", b: "b", c: "c" };
  assert.deepEqual(found({ known: equal, listed: equal, holds: same }), { places: "", asked });
  assert.deepEqual(found({ known: equal, listed: equal }), { places: "", asked });
  const exchanged = { ...same, a: "b", b: "a" };
  assert.equal(found({ known: equal, listed: equal, holds: exchanged }).places, "a>b b>a");
  const turned = { a: "b", b: "c", c: "a" };
  assert.equal(found({ known: equal, listed: equal, holds: turned }).places, "a>c b>a c>b");
  // The smaller one received as many messages as it had less, under the other's name.
  const caughtUp = { known: ["a:1:5", "b:1:8"], listed: ["a:1:8", "b:1:8"] };
  assert.equal(found({ ...caughtUp, holds: { a: "b", b: "a" } }).places, "a>b b>a");
  assert.equal(found({ ...caughtUp, holds: { a: "a", b: "b" } }).places, "");
});

test("one of several with equal numbers that holds other messages, of which none is known: nobody says where it went", () => {
  const equal = ["a:1", "b:1"];
  assert.equal(found({ known: equal, listed: equal, holds: { a: "stranger", b: "b" } }).places, "a>");
});

test("without messages a mailbox, and INBOX, cannot be exchanged unseen", () => {
  const empty = ["a:1:1", "b:1:1", "INBOX:1:4", "c:1:4"];
  assert.deepEqual(found({ known: empty, listed: empty }), { places: "", asked: [] });
});

test("a server that went back is another matter", () => {
  assert.deepEqual(found({ known: ["a:1:9", "b:2"], listed: ["a:1:5", "b:2"] }), { places: "", asked: [] });
});

test("INBOX is never what another one has become", () => {
  assert.equal(found({ known: ["a:1", "INBOX:2"], listed: ["INBOX:1", "b:2"] }).places, "INBOX>b a>");
});
