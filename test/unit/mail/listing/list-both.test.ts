import assert from "node:assert/strict";
import { test } from "node:test";
import { listBoth, type ListingQuery } from "../../../../src/mail/listing/list-both.ts";
import { listedNames } from "../../../../src/mail/listing/patterns.ts";
import { type PerSide, perSide, type Side } from "../../../../src/model/side.ts";
import { type ListedServer, listedServer } from "../../sync/listed-server.ts";

const subscribed = ["\\Subscribed"];

type Mailboxes = Readonly<Record<string, readonly string[]>>;

function servers(mailboxes: PerSide<Mailboxes>, delimiters: PerSide<string | null>): PerSide<ListedServer> {
  return perSide((side) =>
    listedServer({ side, mailboxes: new Map(Object.entries(mailboxes[side])), delimiter: delimiters[side] }),
  );
}

const query: ListingQuery = { references: { local: "", remote: "" }, patterns: ["*"], selectOptions: [] };
const slashes = { local: "/", remote: "/" };
const slashAndDot = { local: "/", remote: "." };

async function names({ local, remote }: PerSide<ListedServer>, more: Partial<ListingQuery> = {}) {
  const listings = await listBoth({ local: local.session, remote: remote.session }, { ...query, ...more });
  return perSide((side) => [...listings[side].mailboxes.keys()].sort());
}

test("names lose the delimiters of their servers", async () => {
  const both = servers({ local: { "a/b": [], INBOX: [] }, remote: { "a.b": [], inbox: [] } }, slashAndDot);
  assert.deepEqual(await names(both), { local: ["INBOX", "a\0b"], remote: ["INBOX", "a\0b"] });
});

test("a mailbox that is listed with no delimiter is one among the others", async () => {
  const { local } = servers({ local: { "a/b": [] }, remote: {} }, slashes);
  for (const mailboxes of [["box"], ["box", "a.b"], ["box", "other"]]) {
    const remote = listedServer({
      side: "remote",
      mailboxes: new Map(mailboxes.map((name) => [name, []])),
      delimiter: ".",
      delimiters: new Map([["box", null]]),
    });
    const listings = await listBoth({ local: local.session, remote: remote.session }, query);
    assert.equal(listings.remote.naming.delimiter, ".");
  }
});

test("where none of them has a delimiter, and one has in its name what the server calls its delimiter, all are flat", async () => {
  const { local } = servers({ local: { "a/b": [] }, remote: {} }, slashes);
  const remote = listedServer({
    side: "remote",
    mailboxes: new Map([["a.b", []]]),
    delimiter: ".",
    delimiters: new Map([["a.b", null]]),
  });
  const listings = await listBoth({ local: local.session, remote: remote.session }, query);
  assert.deepEqual([listings.remote.naming.delimiter, ...listings.remote.mailboxes.keys()], [null, "a.b"]);
});

test("patterns are sent with each server's own delimiter", async () => {
  const both = servers({ local: { "a/b": [] }, remote: { "a.b": [] } }, slashAndDot);
  assert.deepEqual(await names(both, { patterns: ["a/b", "c%"] }), { local: ["a\0b"], remote: ["a\0b"] });
  assert.match(both.local.lines.join("\n"), /^LIST "" \(a\/b c%\) RETURN/m);
  assert.match(both.remote.lines.join("\n"), /^LIST "" \(a\.b c%\) RETURN/m);
});

test("a pattern is not sent where it could only match what was not meant", async () => {
  const both = servers({ local: { "a.b": [], ab: [] }, remote: { "a.b": [], ab: [] } }, slashAndDot);
  assert.deepEqual(await names(both, { patterns: ["a.b"] }), { local: ["a.b"], remote: [] });
  assert.deepEqual(await names(both, { patterns: ["a.b", "ab"] }), { local: ["a.b", "ab"], remote: ["ab"] });

  const flat = servers({ local: { ab: [] }, remote: { ab: [] } }, { local: null, remote: null });
  assert.deepEqual(await names(flat, { patterns: ["a\0b"] }), { local: [], remote: [] });
});

test("what only one side has subscribed is looked up on the other", async () => {
  const both = servers({ local: { a: subscribed, b: [] }, remote: { a: [], b: [], c: subscribed } }, slashes);
  assert.deepEqual(await names(both, { selectOptions: ["SUBSCRIBED"] }), { local: ["a"], remote: ["a", "c"] });
});

test("a name that cannot exist on the other side does not keep the others from being listed", async () => {
  const both = servers({ local: { "a.b": subscribed, c: subscribed }, remote: { c: [] } }, slashAndDot);
  assert.deepEqual(await names(both, { selectOptions: ["SUBSCRIBED"] }), { local: ["a.b", "c"], remote: ["c"] });
});

test("wildcards in a name are looked up as they are and match nothing else", async () => {
  const both = servers({ local: { "*": subscribed }, remote: { a: [], b: [] } }, slashes);
  assert.deepEqual(await names(both, { selectOptions: ["SUBSCRIBED"] }), { local: ["*"], remote: [] });
});

test("looking up a thousand mailboxes takes lines that servers take", async () => {
  const many = Array.from({ length: 1000 }, (_, i) => `some mailbox with the number ${String(i)}`);
  const local = Object.fromEntries(many.map((name) => [name, subscribed]));
  const both = servers({ local, remote: {} }, slashes);
  await names(both, { selectOptions: ["SUBSCRIBED"] });
  const longest = Math.max(...both.remote.lines.map((line) => line.length));
  assert.ok(longest < 8192, `${String(longest)} octets`);
});

test("which names may be listed is known on each side, in its own notation", () => {
  const namings = { local: { delimiter: "/", reference: "" }, remote: { delimiter: ".", reference: "mail." } };
  const mayList = listedNames({ ...query, patterns: ["inbox", "a/%"] }, namings);
  const of = (side: Side, ...names: readonly string[]): string[] =>
    names.filter((name) => mayList[side](name, namings[side].delimiter));
  assert.deepEqual(of("local", "INBOX", "a", "a/b", "a/b/c", "b"), ["INBOX", "a/b"]);
  assert.deepEqual(of("remote", "INBOX", "mail.INBOX", "mail.a.b", "mail.a.b.c", "a.b"), ["mail.INBOX", "mail.a.b"]);
});

test("what a server calls otherwise is asked for, and may be listed, by its name there", async () => {
  const paired = [
    { local: "Sent", remote: "Post.Outbox" },
    { local: "Archive", remote: "Saved" },
  ];
  const remote = { Saved: [], "Post.Outbox": [], "Post.Outbox.old": [], Sent: [], Spam: [] };
  const both = servers({ local: {}, remote }, { local: "/", remote: "." });
  const listings = await listBoth(
    perSide((side) => both[side].session),
    { ...query, paired, patterns: ["S*"] },
  );
  assert.deepEqual([...listings.remote.mailboxes.keys()], ["Sent", "Sent\0old", "Spam"]);
  assert.deepEqual(
    listings.remote.shadowed?.map(({ name }) => name),
    ["Sent"],
  );
  const mayList = listedNames(
    { ...query, patterns: ["S*"] },
    perSide((side) => listings[side].naming),
  );
  assert.ok(mayList.remote("Post.Outbox", "."));
  assert.ok(!mayList.remote("Saved", "."));
});
