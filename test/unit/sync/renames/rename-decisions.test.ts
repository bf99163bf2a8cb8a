import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListedMailbox } from "../../../../src/mail/listing/list-mailboxes.ts";
import { type PerSide, perSide, sides } from "../../../../src/model/side.ts";
import { decideRenames, type Decisions } from "../../../../src/sync/renames/rename-decisions.ts";

interface World {
  /** Known mailboxes. */
  readonly known: readonly string[];
  /** On each server: `name` for one that nobody knows, `name=known` for a known one. */
  readonly local: readonly string[];
  readonly remote: readonly string[];
  readonly ignored?: readonly string[];
  readonly isTold?: boolean;
  /** Whose messages say that they were renamed. */
  readonly confirmed?: readonly string[];
}

function decide({ known, ignored = [], isTold = false, confirmed = [], ...servers }: World): Decisions {
  const held = perSide((side) => servers[side].map((shown) => shown.split("=")));
  const places = perSide((side) => {
    const found = new Map<number, string | undefined>();
    for (const [idx, name] of known.entries()) {
      const at = held[side].find(([, holder]) => holder === name)?.[0];
      if (at !== name) found.set(idx, at);
    }
    return found;
  });
  return decideRenames({
    known: known.map((name, idx) => ({ idx, name })),
    listed: perSide(
      (side) =>
        new Map(
          held[side].map(([name = ""]): [string, ListedMailbox] => [
            name,
            { wireName: name, exists: true, subscribed: false, state: undefined },
          ]),
        ),
    ),
    places,
    unclear: perSide(() => new Map()),
    isIgnored: (name) => ignored.includes(name),
    isInScope: () => true,
    isTold: () => isTold,
    isConfirmed: (_, idx) => confirmed.includes(known[idx] ?? ""),
  });
}

/** What follows, in a line, and the same with the sides exchanged. */
function follows(world: World): string {
  const lines = [world, { ...world, local: world.remote, remote: world.local }].map((one) => {
    const { moves, followed, recorded, carried, held } = decide(one);
    return [
      ...moves.flat().map(({ side, current, to }) => `${side} ${current}>${to}`),
      ...followed.map(({ side, current, to }) => `${side} ${current}>>${to}`),
      ...recorded.map(({ from, to }) => `database ${from}>${to}`),
      ...carried.map(({ from, to }) => `${from} along as ${to}`),
      ...held.map(({ from, obstacle: { kind } }) => `${from} held: ${kind}`),
    ]
      .sort()
      .join(", ");
  });
  const mirrored = lines[1]!.replaceAll(/\b(local|remote)\b/g, (side) => (side === "local" ? "remote" : "local"));
  assert.deepEqual(mirrored.split(", ").sort(), lines[0]!.split(", ").sort());
  return lines[0]!;
}

test("an old name that is another's now: the other server follows", () => {
  assert.equal(follows({ known: ["a"], local: ["b=a", "a"], remote: ["a=a"] }), "remote a>b");
  assert.equal(follows({ known: ["a", "b"], local: ["a=b", "b=a"], remote: ["a=a", "b=b"] }), "remote a>b, remote b>a");
  assert.equal(follows({ known: ["a", "b"], local: ["b=a", "c=b"], remote: ["a=a", "b=b"] }), "remote a>b, remote b>c");
});

test("what was left half done is gone on with, and the database comes last", () => {
  const aside = "b-interimap-renaming";
  assert.equal(
    follows({ known: ["a", "b"], local: ["a=b", "b=a"], remote: ["a=a", `${aside}=b`] }),
    `remote a>b, remote ${aside}>a`,
  );
  assert.equal(
    follows({ known: ["a", "b"], local: ["a=b", "b=a"], remote: ["a=b", "b=a"] }),
    "database a>b, database b>a",
  );
  assert.equal(
    follows({ known: ["a"], local: ["a=a"], remote: ["a-interimap-renaming=a"] }),
    "remote a-interimap-renaming>a",
  );
});

test("a mere rename is followed where a server tells of such, and else left alone", () => {
  const world: World = { known: ["a"], local: ["b=a"], remote: ["a=a"] };
  assert.equal(follows({ ...world, isTold: true }), "remote a>>b");
  assert.equal(follows(world), "a held: mere");
  assert.equal(follows({ known: ["a"], local: ["b=a"], remote: ["b=a"] }), "database a>b");
  assert.equal(follows({ known: ["a"], local: ["b=a"], remote: [] }), "");
});

test("a mere rename is followed where the messages confirm it, with what is below it, or not at all", () => {
  const world: World = { known: ["a"], local: ["b=a"], remote: ["a=a"] };
  assert.equal(follows({ ...world, confirmed: ["a"] }), "remote a>>b");
  const parent: World = { known: ["a", "a\0c"], local: ["b=a", "b\0c=a\0c"], remote: ["a=a", "a\0c=a\0c"] };
  assert.equal(follows({ ...parent, confirmed: ["a", "a\0c"] }), "remote a>>b");
  assert.equal(follows({ ...parent, confirmed: ["a"] }), "remote a>>b");
  assert.equal(follows({ ...parent, confirmed: ["a\0c"] }), "a\0c held: mere, a held: mere");
  const elsewhere: World = { ...parent, local: ["b=a", "d=a\0c"] };
  assert.equal(follows({ ...elsewhere, confirmed: ["a", "a\0c"] }), "remote a\0c>d, remote a>b");
  assert.equal(follows({ ...elsewhere, confirmed: ["a"] }), "a\0c held: mere, a held: mere");
  assert.equal(follows({ ...world, remote: ["a=a", "b"], confirmed: ["a"] }), "a held: taken");
});

test("what cannot be followed is left alone, with all that depends on it", () => {
  assert.equal(follows({ known: ["a"], local: ["b=a", "a"], remote: ["c=a", "a"] }), "a held: both");
  assert.equal(follows({ known: ["a"], local: ["b=a", "a"], remote: ["a=a", "b"] }), "a held: taken");
  assert.equal(follows({ known: ["a"], local: ["b=a"], remote: ["a=a", "b"], isTold: true }), "a held: taken");
  assert.equal(follows({ known: ["a", "b"], local: ["a=b"], remote: ["a=a", "b=b"] }), "b held: taken");
  assert.equal(follows({ known: ["a"], local: ["b=a", "a"], remote: ["a=a"], ignored: ["b"] }), "a held: ignored");
  assert.equal(
    follows({ known: ["INBOX"], local: ["b=INBOX", "INBOX"], remote: ["INBOX=INBOX"] }),
    "INBOX held: inbox",
  );
  assert.equal(follows({ known: ["a"], local: ["b=a", "a"], remote: ["a=a"], ignored: ["a"] }), "");
});

test("where both servers renamed, what goes together is done, outer names first", () => {
  const childOfRenamed: World = { known: ["a", "a\0b"], local: ["a=a", "a\0c=a\0b"], remote: ["d=a", "d\0b=a\0b"] };
  assert.equal(follows({ ...childOfRenamed, isTold: true }), "a\0b along as d\0b, local a>d");
  assert.equal(follows(childOfRenamed), "a\0b held: entangled, a held: mere");
  assert.equal(
    follows({ known: ["d", "d\0b"], local: ["d=d", "d\0c=d\0b"], remote: ["d=d", "d\0b=d\0b"], isTold: true }),
    "remote d\0b>>d\0c",
  );
  assert.equal(
    follows({ known: ["a", "b"], local: ["c=a", "b=b"], remote: ["a=a", "d=b"], isTold: true }),
    "local b>>d, remote a>>c",
  );
});

test("where they contradict each other, nothing is done by halves, and there is a line", () => {
  const parents: World = { known: ["a", "a\0b"], local: ["c=a", "c\0b=a\0b"], remote: ["d=a", "d\0b=a\0b"] };
  assert.equal(follows({ ...parents, isTold: true }), "a\0b held: entangled, a held: both");
  const oneName: World = { known: ["a", "b"], local: ["c=a", "b=b"], remote: ["a=a", "c=b"] };
  assert.equal(follows({ ...oneName, isTold: true }), "a held: taken, b held: taken");
  const exchangeAndRename: World = { known: ["a", "b"], local: ["b=a", "a=b"], remote: ["c=a", "b=b"] };
  assert.equal(follows(exchangeAndRename), "a held: both, b held: entangled");
  assert.equal(follows({ known: ["a", "b"], local: ["b=a", "a"], remote: ["b=b"] }), "a held: taken");
});

test("INBOX is renamed in the database only, when both servers have done it", () => {
  const world: World = { known: ["INBOX"], local: ["b=INBOX", "INBOX"], remote: ["b=INBOX", "INBOX"] };
  assert.equal(follows(world), "database INBOX>b");
  assert.equal(follows({ ...world, remote: ["c=INBOX", "INBOX"] }), "INBOX held: both");
});

test("a mailbox below its own old name gets there", () => {
  assert.equal(follows({ known: ["a"], local: ["a\0b=a"], remote: ["a=a"] }), "remote a>a\0b");
});

test("what made room when a run was ended goes back before its name says anything", () => {
  const world: World = { known: ["a"], local: ["b-interimap-renaming=a"], remote: ["c=a"] };
  assert.equal(follows(world), "local b-interimap-renaming>b");
  assert.equal(follows({ ...world, remote: ["b=a"] }), "local b-interimap-renaming>b");
  assert.equal(follows({ ...world, local: ["b=a"] }), "a held: both");
});

test("where nothing was renamed, nothing follows", () => {
  for (const side of sides) {
    const servers: PerSide<readonly string[]> = { local: ["a=a", "n"], remote: ["a=a"] };
    assert.equal(follows({ known: ["a", "gone"], ...servers, [side]: ["a=a", "n"] }), "");
  }
});
