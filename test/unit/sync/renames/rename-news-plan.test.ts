import assert from "node:assert/strict";
import { test } from "node:test";
import type { Listing } from "../../../../src/mail/listing/list-mailboxes.ts";
import { type PerSide, perSide } from "../../../../src/model/side.ts";
import { planFollowing, type RenameNews } from "../../../../src/sync/renames/rename-news-plan.ts";

interface World {
  /** The program's names, `/` for NUL; `-name`: listed, but not a mailbox. */
  readonly local: readonly string[];
  readonly remote: readonly string[];
  readonly known: readonly string[];
  readonly ignored?: readonly string[];
  readonly delimiters?: PerSide<string | null>;
  readonly references?: PerSide<string>;
}

/** What is to be followed, as `side from>to`. */
function followed(told: readonly RenameNews[], world: World): string[] {
  const { delimiters = perSide(() => "/"), references = perSide(() => ""), ignored = [] } = world;
  const listings = perSide((side): Listing => ({
    unreadable: [],
    naming: { delimiter: delimiters[side], reference: references[side] },
    mailboxes: new Map(
      world[side].map((shown) => {
        const name = inner(shown.replace(/^-/, ""));
        return [name, { wireName: name, exists: !shown.startsWith("-"), subscribed: false, state: undefined }];
      }),
    ),
  }));
  const known = new Map(world.known.map((name) => [inner(name), { states: perSide(() => undefined) }]));
  const isIgnored = (name: string): boolean => ignored.map(inner).includes(name);
  return planFollowing(told, { listings, known, isIgnored }).map(({ side, from, to }) =>
    `${side} ${from}>${to}`.replaceAll("\0", "/"),
  );
}

function inner(name: string): string {
  return name.replaceAll("/", "\0");
}

const told: RenameNews = { side: "local", from: "a", to: "b" };

test("a rename is followed on the other side, whichever side told", () => {
  assert.deepEqual(followed([told], { local: ["b"], remote: ["a"], known: ["a"] }), ["local a>b"]);
  const mirrored: RenameNews = { ...told, side: "remote" };
  assert.deepEqual(followed([mirrored], { local: ["a"], remote: ["b"], known: ["a"] }), ["remote a>b"]);
});

test("names come with each server's delimiter and reference", () => {
  const world: World = {
    local: ["x/b"],
    remote: ["x/a"],
    known: ["x/a"],
    delimiters: { local: ".", remote: "/" },
    references: { local: "mail.", remote: "" },
  };
  assert.deepEqual(followed([{ side: "local", from: "mail.x.a", to: "mail.x.b" }], world), ["local x/a>x/b"]);
  assert.deepEqual(followed([{ side: "local", from: "x.a", to: "mail.x.b" }], world), []);
  assert.deepEqual(followed([{ side: "local", from: "mail.x.a", to: "elsewhere.b" }], world), []);
});

test("children go along with their parent, in whichever order they are told", () => {
  const world: World = { local: ["b", "b/c"], remote: ["a", "a/c"], known: ["a", "a/c"] };
  const child: RenameNews = { side: "local", from: "a/c", to: "b/c" };
  assert.deepEqual(followed([told, child], world), ["local a>b"]);
  assert.deepEqual(followed([child, told], world), ["local a>b"]);
});

test("a mailbox whose name merely begins like another's is no child of it", () => {
  const world: World = { local: ["b", "bc"], remote: ["a", "ac"], known: ["a", "ac"] };
  assert.deepEqual(followed([told, { side: "local", from: "ac", to: "bc" }], world), ["local a>b", "local ac>bc"]);
});

test("a child is followed alone where the parent was no mailbox", () => {
  const world: World = { local: ["-b", "b/c"], remote: ["-a", "a/c"], known: ["a/c"] };
  const child: RenameNews = { side: "local", from: "a/c", to: "b/c" };
  assert.deepEqual(followed([told, child], world), ["local a/c>b/c"]);
});

test("both servers may tell at once, of different mailboxes", () => {
  const world: World = { local: ["b", "c"], remote: ["a", "d"], known: ["a", "c"] };
  assert.deepEqual(followed([told, { side: "remote", from: "c", to: "d" }], world), ["local a>b", "remote c>d"]);
});

test("a mailbox that was renamed again is followed to its last name, also if another one has the name in between", () => {
  const news: RenameNews[] = [told, { ...told, from: "b", to: "c" }, { ...told, from: "d", to: "b" }];
  const world: World = { local: ["b", "c"], remote: ["a", "d"], known: ["a", "d"] };
  assert.deepEqual(followed(news, world), ["local a>c", "local d>b"]);
});

test("a mailbox that was renamed and renamed back is where it was", () => {
  const news: RenameNews[] = [told, { ...told, from: "b", to: "a" }];
  assert.deepEqual(followed(news, { local: ["a"], remote: ["a"], known: ["a"] }), []);
});

const unfollowed: readonly (readonly [what: string, world: World])[] = [
  ["our own rename, heard back", { local: ["b"], remote: ["b"], known: ["b"] }],
  ["one that the other side has made already", { local: ["b"], remote: ["b"], known: ["a"] }],
  ["a mailbox that was never synchronised", { local: ["b"], remote: [], known: [] }],
  ["one the other side does not have", { local: ["b"], remote: [], known: ["a"] }],
  ["one that is there under the old name, too", { local: ["a", "b"], remote: ["a"], known: ["a"] }],
  ["one that is gone under the new name", { local: [], remote: ["a"], known: ["a"] }],
  ["one that is only a level of the hierarchy now", { local: ["-b"], remote: ["a"], known: ["a"] }],
  ["one whose new name the other side has", { local: ["b"], remote: ["a", "b"], known: ["a"] }],
  ["one whose new name the database has", { local: ["b"], remote: ["a"], known: ["a", "b"] }],
  ["an ignored one", { local: ["b"], remote: ["a"], known: ["a"], ignored: ["a"] }],
  ["one to a name that is ignored", { local: ["b"], remote: ["a"], known: ["a"], ignored: ["b"] }],
];

for (const [what, world] of unfollowed) {
  test(`not followed: ${what}`, () => {
    assert.deepEqual(followed([told], world), []);
  });
}

test("a rename of INBOX moves its messages, and INBOX stays", () => {
  const world: World = { local: ["b"], remote: ["INBOX"], known: ["INBOX"] };
  for (const from of ["INBOX", "Inbox"]) assert.deepEqual(followed([{ ...told, from }], world), []);
});
