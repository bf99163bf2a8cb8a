import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListedMailbox } from "../../../../src/mail/listing/list-mailboxes.ts";
import { InterimapError } from "../../../../src/model/errors.ts";
import { allTargets, type Target } from "../../../../src/model/target.ts";
import { planRename, type RenamePlan } from "../../../../src/sync/renames/rename-plan.ts";
import { errorLine } from "../../../support/error-line.ts";

interface World {
  /** On the wire; `-` in front: a level that is no mailbox; `+`: subscribed. */
  readonly local?: readonly string[];
  readonly remote?: readonly string[];
  /** With NUL written as a slash. */
  readonly known?: readonly string[];
  readonly targets?: readonly Target[];
}

function listing(names: readonly string[] = [], delimiter: string): ReadonlyMap<string, ListedMailbox> {
  return new Map(
    names.map((marked) => {
      const wireName = marked.replace(/^[-+]+/, "");
      return [
        wireName.replaceAll(delimiter, "\0"),
        { wireName, exists: !marked.startsWith("-"), subscribed: /^-?\+/.test(marked), state: undefined },
      ];
    }),
  );
}

function plan(from: string, to: string, { local, remote, known = [], targets = allTargets }: World): RenamePlan {
  return planRename({
    from: from.replaceAll("/", "\0"),
    to: to.replaceAll("/", "\0"),
    targets,
    namings: { local: { delimiter: "/", reference: "" }, remote: { delimiter: ".", reference: "r." } },
    listed: { local: listing(local, "/"), remote: listing(remote, ".") },
    known: known.map((name, index) => ({ idx: index + 1, name: name.replaceAll("/", "\0") })),
  });
}

function refusal(work: () => unknown): InterimapError {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof InterimapError);
    return error;
  }
  return assert.fail("it was not refused");
}

test("the remote server first, with its own names; children are the servers' business, but rows and subscriptions ours", () => {
  assert.deepEqual(plan("a", "x/y", { local: ["+a", "a/b"], remote: ["a", "+a.b"], known: ["c", "a", "a/b", "ab"] }), {
    servers: [
      {
        side: "remote",
        wireFrom: "a",
        wireTo: "r.x.y",
        emptyLevels: [],
        subscriptions: [{ from: "a\0b", to: "x\0y\0b" }],
      },
      { side: "local", wireFrom: "a", wireTo: "x/y", emptyLevels: [], subscriptions: [{ from: "a", to: "x\0y" }] },
    ],
    rows: [
      { idx: 2, name: "x\0y" },
      { idx: 3, name: "x\0y\0b" },
    ],
  });
});

test("only where the old name exists, or anything below it", () => {
  const sides = (world: World): string[] => plan("a", "z", world).servers.map(({ side }) => side);
  assert.deepEqual(sides({ local: ["a"] }), ["local"]);
  assert.deepEqual(sides({ local: ["-a", "a/b"], remote: ["-a"] }), ["local"]);
  assert.deepEqual(sides({ local: ["a"], remote: ["a"], targets: ["remote", "database"] }), ["remote"]);
  assert.deepEqual(plan("a", "z", {}), { servers: [], rows: [] });
  assert.deepEqual(plan("a", "z", { known: ["a"], targets: ["local", "remote"] }).rows, []);
});

test("INBOX leaves what is below it", () => {
  const { servers, rows } = plan("INBOX", "old", { local: ["+INBOX", "+INBOX/k"], known: ["INBOX", "INBOX/k"] });
  assert.deepEqual(servers[0]?.subscriptions, [{ from: "INBOX", to: "old" }]);
  assert.deepEqual(rows, [{ idx: 1, name: "old" }]);
});

test("levels without a mailbox make way, deepest first, unless there is one below them", () => {
  const levels = (world: World): readonly string[] => plan("a/b", "a", world).servers[0]?.emptyLevels ?? [];
  assert.deepEqual(levels({ local: ["-a", "a/b"] }), []);
  assert.deepEqual(plan("c", "a", { local: ["-a", "-a/b", "c"] }).servers[0]?.emptyLevels, ["a/b", "a"]);
});

test("a new name that is taken by a mailbox, or by one that would go along, is refused with the command that clears it", () => {
  const cases: [World, string, string][] = [
    [{ local: ["a", "z"] }, '"z" already exists on the local server', "--target=local --delete z"],
    [
      { remote: ["a", "a.y", "-z", "z.y", "z.x"] },
      '"z/y" already exists on the remote server',
      "--target=remote --delete z/y",
    ],
    [
      { local: ["a"], remote: ["z"], known: ["a", "z"], targets: ["remote", "database"] },
      '"z" already exists on the remote server and in the database',
      "--target=remote,database --delete z",
    ],
    [
      { local: ["z"], remote: ["z"], known: ["z"] },
      '"z" already exists on the local server and on the remote server and in the database',
      "--delete z",
    ],
  ];
  for (const [world, what, command] of cases) {
    const error = refusal(() => plan("a", "z", world));
    assert.deepEqual([error.code, error.exitCode], ["MAILBOX_EXISTS", 65]);
    assert.equal(
      errorLine(error),
      `cannot rename "a" to "z": ${what}; to delete what is in the way: interimap ${command}`,
    );
  }
});

test("what another target holds does not matter", () => {
  assert.doesNotThrow(() => plan("a", "z", { local: ["a"], remote: ["z"], known: ["z"], targets: ["local"] }));
});

test("other mailboxes below the new name stay: where a server does not take it so, they make room for a moment", () => {
  const [server] = plan("a", "z", { local: ["a", "a/b", "-z", "z/y"] }).servers;
  assert.deepEqual(
    server?.detour?.map(({ from, to }) => `${from}>${to}`.replaceAll("\0", "/")),
    ["z>z-interimap-renaming", "a>z", "z-interimap-renaming/y>z/y"],
  );
  assert.equal(plan("a", "z", { local: ["a", "a/b", "-z"] }).servers[0]?.detour, undefined);
});

test("a rename that was done in part can be completed", () => {
  const error = refusal(() => plan("a", "z", { local: ["z"], remote: ["a"], known: ["a"] }));
  assert.equal(
    errorLine(error),
    'cannot rename "a" to "z": "z" already exists on the local server; ' +
      "if it was renamed there: interimap --target=remote,database --rename a z; " +
      "to delete what is in the way: interimap --target=local --delete z",
  );
});

test("below itself, and under a name that a server cannot have: refused", () => {
  assert.throws(() => plan("a", "a/b", {}), {
    code: "USAGE",
    message: 'mailbox "a" cannot become "a/b", below itself',
  });
  assert.throws(() => plan("a", "x.y", { local: ["a"], remote: ["a"] }), { code: "MAILBOX_NAME" });
  assert.doesNotThrow(() => plan("a", "x.y", { local: ["a"] }));
});
