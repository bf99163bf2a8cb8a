// Which folders of host1 are copied.

import assert from "node:assert/strict";
import { test } from "node:test";
import { selectFolders, type Selection } from "../../../../src/copier/folders/select-folders.ts";

const folders = ["INBOX", "A", "A/B", "A/B/C", "AB", "Z"];

type Given = Partial<Omit<Selection["options"], "subscribed">> & Partial<Omit<Selection, "options">>;

function selected({ include, exclude, unselectable, subscribed, layout, last, ...given }: Given) {
  return selectFolders({
    options: {
      folder: [],
      folderrec: [],
      subscribed: subscribed !== undefined,
      folderfirst: [],
      folderlast: [],
      checkfoldersexist: true,
      subfolder1: undefined,
      ...given,
    },
    layout: layout ?? { prefix: "", separator: "/" },
    folders: given.folders ?? folders,
    ...(include && { include }),
    ...(exclude && { exclude }),
    ...(unselectable && { unselectable }),
    ...(subscribed && { subscribed }),
    ...(last && { last }),
  });
}

const matching = (pattern: RegExp) => (name: string) => pattern.test(name);

test("all, in the order of their octets, when nothing is asked for", () => {
  assert.deepEqual(selected({}).wanted, ["A", "A/B", "A/B/C", "AB", "INBOX", "Z"]);
});

test("INBOX is one folder in any spelling, the server's", () => {
  const named = { folder: ["inbox", "Inbox", "Z", "z"], folderrec: ["iNBOX"], checkfoldersexist: false };
  assert.deepEqual(selected(named).wanted, ["INBOX", "Z", "z"]);
  assert.deepEqual(selected({ ...named, checkfoldersexist: true }).missing, ["z"]);
  assert.deepEqual(selected({ ...named, folders: ["Inbox", "Z", "z"] }).wanted, ["Inbox", "Z", "z"]);
  assert.deepEqual(selected({ folderfirst: ["Z"], folderlast: ["inbox"] }).wanted.at(-1), "INBOX");
});

test("--folder, --folderrec and --subscribed are united", () => {
  const { wanted } = selected({ folder: ["Z"], folderrec: ["A/B/"], subscribed: ["INBOX"] });
  assert.deepEqual(wanted, ["A/B", "A/B/C", "INBOX", "Z"]);
});

test("--folderrec means whole levels", () => {
  assert.deepEqual(selected({ folderrec: ["A"] }).wanted, ["A", "A/B", "A/B/C"]);
});

test("--include adds to what is named, and alone it selects", () => {
  assert.deepEqual(selected({ include: matching(/^A/) }).wanted, ["A", "A/B", "A/B/C", "AB"]);
  assert.deepEqual(selected({ folder: ["Z"], include: matching(/C$/) }).wanted, ["A/B/C", "Z"]);
});

test("--exclude has the last word", () => {
  const { wanted } = selected({ folder: ["A", "Z"], include: matching(/^A/), exclude: matching(/^Z|C$/) });
  assert.deepEqual(wanted, ["A", "A/B", "AB"]);
});

test("--folderfirst and --folderlast order what is wanted, and add nothing", () => {
  const { wanted } = selected({
    exclude: matching(/^A./),
    folderfirst: ["Z", "AB", "nowhere"],
    folderlast: ["INBOX", "Z"],
  });
  assert.deepEqual(wanted, ["Z", "A", "INBOX"]);
});

test("what is to be last besides comes behind --folderlast, unless it is to be first", () => {
  const given = { folderlast: ["A"], last: ["AB"], exclude: matching(/^A\//) };
  assert.deepEqual(selected(given).wanted, ["INBOX", "Z", "A", "AB"]);
  assert.deepEqual(selected({ ...given, folderfirst: ["AB"] }).wanted, ["AB", "INBOX", "Z", "A"]);
});

test("what host1 does not have is left out, unless that is not to be checked", () => {
  const { wanted, missing } = selected({ folder: ["A", "gone"] });
  assert.deepEqual([wanted, missing], [["A"], ["gone"]]);
  assert.deepEqual(selected({ folder: ["A", "gone"], checkfoldersexist: false }).wanted, ["A", "gone"]);
});

test("what cannot be selected is left out", () => {
  const { wanted, unselectable } = selected({ folderrec: ["A"], unselectable: new Set(["A", "x"]) });
  assert.deepEqual([wanted, unselectable], [["A/B", "A/B/C"], ["A"]]);
});

test("--subfolder1 narrows, with or without the prefix", () => {
  assert.deepEqual(selected({ subfolder1: "A" }).wanted, ["A", "A/B", "A/B/C"]);
  assert.deepEqual(selected({ subfolder1: "A", folder: ["Z", "A/B"] }).wanted, ["A/B"]);
  const layout = { prefix: "INBOX.", separator: "." };
  assert.deepEqual(selected({ subfolder1: "Old", layout, folders: ["INBOX.Old.a", "INBOX.b"] }).wanted, [
    "INBOX.Old.a",
  ]);
});

test("names may be written as people read them", () => {
  assert.deepEqual(selected({ folder: ["Été"], folders: ["&AMk-t&AOk-"] }).wanted, ["&AMk-t&AOk-"]);
});
