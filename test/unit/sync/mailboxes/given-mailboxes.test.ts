import assert from "node:assert/strict";
import { test } from "node:test";
import { lookUp } from "../../../../src/mail/listing/look-up.ts";
import { givenName } from "../../../../src/sync/mailboxes/given-mailboxes.ts";
import { listedServer } from "../listed-server.ts";

const slash = { delimiter: "/", reference: "" };

test("a name is given with the local delimiter, INBOX in any case", () => {
  assert.equal(givenName("a/b.c", slash), "a\0b.c");
  assert.equal(givenName("a/b", { delimiter: null, reference: "" }), "a/b");
  assert.equal(givenName("inBox", { delimiter: "/", reference: "foo/" }), "INBOX");
  assert.equal(givenName("inBox/a", slash), "inBox\0a");
});

test("a level without a name is refused", () => {
  for (const given of ["a/", "/a", "a//b", "/"]) {
    assert.throws(() => givenName(given, slash), { code: "USAGE", message: /has a level without a name$/ });
  }
});

test("wildcards find nothing but themselves, whatever the server lists", async () => {
  const mailboxes = new Map(["*", "*/a", "b", "b/c"].map((name) => [name, []]));
  const { session, lines } = listedServer({ side: "local", mailboxes, delimiter: "/" });
  assert.deepEqual([...(await lookUp(session, { naming: slash, names: ["*"] })).keys()], ["*"]);
  assert.deepEqual([...(await lookUp(session, { naming: slash, names: ["*"], below: true })).keys()], ["*", "*\0a"]);
  assert.ok(
    lines.some((line) => line.includes('("*" "*/*")') || line.includes("(* */*)")),
    lines.join("\n"),
  );
});

test("a name that cannot exist there is not asked for", async () => {
  const { session, lines } = listedServer({ side: "remote", mailboxes: new Map(), delimiter: "." });
  const naming = { delimiter: ".", reference: "" };
  assert.equal((await lookUp(session, { naming, names: ["a.b"], below: true })).size, 0);
  assert.deepEqual(lines, []);
});
