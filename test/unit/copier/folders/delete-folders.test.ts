// Which folders are deleted.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Deletion, planDeletions } from "../../../../src/copier/folders/delete-folders-plan.ts";
import { emptyFolderCandidates, mayGo } from "../../../../src/copier/folders/empty-folders.ts";
import { withoutMixing } from "../../../../src/copier/folders/mix-folders.ts";
import { fc } from "../../../support/examples.ts";

type Given = Partial<Omit<Deletion, "folders2" | "options">> & { readonly subfolder2?: string };

function planned(folders2: readonly (string | [string, string])[], { subfolder2, ...given }: Given = {}) {
  return planDeletions({
    options: { subfolder2 },
    layout2: { prefix: "", separator: "/" },
    folders1: [],
    map: (name) => name,
    ...given,
    folders2: folders2.map((one) =>
      typeof one === "string" ? { name: one, attributes: [] } : { name: one[0], attributes: [one[1]] },
    ),
  });
}

test("what host1 has not goes, children first, and INBOX stays", () => {
  const { doomed } = planned(["INBOX", "A", "Gone", "Gone/Sub"], { folders1: ["INBOX", "A"] });
  assert.deepEqual(doomed, ["Gone/Sub", "Gone"]);
  assert.deepEqual(planned(["inbox"]).doomed, []);
});

test("images of folders stay, and so do folders of the same name", () => {
  const { doomed } = planned(["A", "B", "C"], { folders1: ["A"], map: () => "B" });
  assert.deepEqual(doomed, ["C"]);
});

test("what is above an image stays, also before the image is there", () => {
  const { doomed, spared } = planned(["x", "x/y", "x/z"], { folders1: ["x/y/new"] });
  assert.deepEqual([doomed, spared], [["x/z"], ["x", "x/y"]]);
});

test("a folder with a special use stays, and what is above it", () => {
  const { doomed, spared } = planned(["Mail", ["Mail/Trash", "\\Trash"], "Old"]);
  assert.deepEqual([doomed, spared], [["Old"], ["Mail", "Mail/Trash"]]);
});

test("--delete2foldersonly and --delete2foldersbutnot narrow", () => {
  const all = ["Old1", "Old2", "New"];
  assert.deepEqual(planned(all, { only: (name) => /^Old/.test(name) }).doomed, ["Old2", "Old1"]);
  assert.deepEqual(planned(all, { butNot: (name) => /^Old/.test(name) }).doomed, ["New"]);
});

test("with --subfolder2, only in there", () => {
  const { doomed } = planned(["Old", "Old/a", "b", "Older"], { subfolder2: "Old", map: (name) => `Old/${name}` });
  assert.deepEqual(doomed, ["Old/a"]);
});

test("nothing that host1 has is ever deleted, nor what is above it", () => {
  const name = fc
    .array(fc.constantFrom("a", "b", "INBOX"), { minLength: 1, maxLength: 3 })
    .map((levels) => levels.join("/"));
  const names = fc.uniqueArray(name);
  fc.assert(
    fc.property(names, names, (folders1, folders2) => {
      const doomed = new Set(planned(folders2, { folders1 }).doomed);
      for (const folder of folders1)
        for (const gone of doomed) assert.ok(folder !== gone && !folder.startsWith(`${gone}/`));
      for (const folder of folders2)
        if (!doomed.has(folder)) for (const gone of doomed) assert.ok(!folder.startsWith(`${gone}/`));
    }),
  );
});

test("empty folders go from the bottom, and never INBOX or one that has others in it", () => {
  assert.deepEqual(emptyFolderCandidates(["A", "A/B", "INBOX", "AB"]), ["AB", "A/B", "A"]);
  assert.equal(mayGo("A", "/", ["A", "A/B"]), false);
  assert.equal(mayGo("A", "/", ["A", "AB"]), true);
  assert.equal(mayGo("Inbox", "/", []), false);
});

test("of names that differ in case only, one is copied: the first, or the one that host2 has", () => {
  const alike = ["SENT", "Sent", "sent", "x"];
  const same = (name: string) => name;
  assert.deepEqual(withoutMixing(alike, same, new Set()), { wanted: ["SENT", "x"], mixed: ["Sent", "sent"] });
  assert.deepEqual(withoutMixing(alike, same, new Set(["Sent"])).wanted, ["Sent", "x"]);
  assert.deepEqual(withoutMixing(["a", "b"], () => "INBOX", new Set()).mixed, []);
});
