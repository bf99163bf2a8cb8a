// Whose hands a file is in. To make files of others, these tests need root.

import assert from "node:assert/strict";
import { chmodSync, chownSync, lchownSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { examine } from "../../../src/files/examine.ts";
import { temporaryDirectory } from "../state/databases.ts";

const stranger = 65534;
const user = 1;

/** `folder/file`, of this process, for nobody else. */
function place(t: TestContext): { readonly folder: string; readonly file: string } {
  const folder = join(temporaryDirectory(t), "folder");
  mkdirSync(folder, { mode: 0o700 });
  const file = join(folder, "file");
  writeFileSync(file, "", { mode: 0o600 });
  return { folder, file };
}

function problem(path: string): string | undefined {
  return examine(path).distrust?.problem;
}

describe("as root", { skip: process.getuid?.() !== 0 }, () => {
  for (const { name, change, expected } of [
    { name: "a file of ours", change: () => undefined, expected: undefined },
    {
      name: "a file of a stranger",
      change: ({ file }) => chownSync(file, stranger, 0),
      expected: /^belongs to another user/,
    },
    { name: "a file for all", change: ({ file }) => chmodSync(file, 0o602), expected: /^can be changed by others$/ },
    {
      name: "a file for a group",
      change: ({ file }) => (chownSync(file, 0, 5), chmodSync(file, 0o620)),
      expected: /^can be changed/,
    },
    { name: "a file for our group", change: ({ file }) => chmodSync(file, 0o660), expected: undefined },
    {
      name: "a folder for all",
      change: ({ folder }) => chmodSync(folder, 0o777),
      expected: /^is in \S+, which others may write to$/,
    },
    { name: "a folder for all, sticky", change: ({ folder }) => chmodSync(folder, 0o1777), expected: undefined },
    {
      name: "a folder of a stranger",
      change: ({ folder }) => chownSync(folder, stranger, 0),
      expected: /^is in \S+, which belongs/,
    },
    {
      name: "root's folder for a group",
      change: ({ folder }) => (chownSync(folder, 0, 5), chmodSync(folder, 0o775)),
      expected: undefined,
    },
    {
      name: "another name in a folder for all",
      change: ({ folder, file }) => (chmodSync(folder, 0o1777), linkSync(file, `${folder}/other`)),
      expected: /^has a second name/,
    },
  ] satisfies {
    name: string;
    change: (at: { folder: string; file: string }) => unknown;
    expected: RegExp | undefined;
  }[]) {
    test(name, (t) => {
      const at = place(t);
      change(at);
      const found = problem(at.file);
      if (expected === undefined) assert.equal(found, undefined);
      else assert.match(found ?? "", expected);
    });
  }

  test("a folder far above counts, too", (t) => {
    const { folder } = place(t);
    mkdirSync(join(folder, "a/b"), { recursive: true });
    chmodSync(folder, 0o777);
    assert.match(problem(join(folder, "a/b/missing")) ?? "", /folder, which others may write to/);
  });

  for (const target of ["folder/file", "../../etc/passwd", "folder/missing"]) {
    test(`a link of a stranger to ${target} is not followed, one of ours is`, (t) => {
      const { folder } = place(t);
      const link = join(folder, "link");
      symlinkSync(join(folder, "..", target), link);
      assert.equal(problem(link), undefined);
      lchownSync(link, stranger, stranger);
      assert.match(problem(link) ?? "", /^is reached by the symbolic link \S+ of another user/);
    });
  }

  test("what a link of ours leads to is looked at like anything else", (t) => {
    const { folder, file } = place(t);
    const link = join(folder, "link");
    symlinkSync("./link2", link);
    symlinkSync("../folder/file", join(folder, "link2"));
    assert.equal(examine(link).path, file);
    chmodSync(file, 0o666);
    assert.match(problem(link) ?? "", /^can be changed/);
  });

  test("links in a circle end", (t) => {
    const { folder } = place(t);
    symlinkSync("b", join(folder, "a"));
    symlinkSync("a", join(folder, "b"));
    assert.equal(examine(join(folder, "a")).stats?.isSymbolicLink(), true);
  });

  test("for a user, root's files and his own are fine, other users' are not", (t) => {
    const { folder, file } = place(t);
    chmodSync(folder, 0o755);
    chmodSync(join(folder, ".."), 0o755);
    const asUser = (): string | undefined => {
      process.seteuid?.(user);
      try {
        return problem(file);
      } finally {
        process.seteuid?.(0);
      }
    };
    assert.equal(asUser(), undefined);
    chownSync(file, user, 0);
    assert.equal(asUser(), undefined);
    chownSync(file, stranger, 0);
    assert.match(asUser() ?? "", /^belongs to another user/);
  });
});

for (const path of ["/dev/stderr", "/dev/fd/2", "/proc/self/fd/2"]) {
  test(`${path} is what somebody chose at the start`, () => {
    assert.deepEqual([examine(path).isDescriptor, examine(path).distrust], [true, undefined]);
  });
}

test("a folder of ours in a folder for all is no file with another name, however many folders are in it", (t) => {
  const { folder } = place(t);
  chmodSync(folder, 0o1777);
  const inside = join(folder, "inside");
  mkdirSync(join(inside, "more"), { recursive: true, mode: 0o700 });
  assert.equal(problem(inside), undefined);
});

test("/dev/null is everybody's", () => {
  assert.equal(problem("/dev/null"), undefined);
});
