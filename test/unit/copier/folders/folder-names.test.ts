// What folders are called on host2, beyond the facts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Mapping, nameMapper } from "../../../../src/copier/folders/folder-names.ts";
import { layoutOf } from "../../../../src/copier/folders/layout.ts";
import { ancestors, deepestFirst, foldersToCreate, hasChildren } from "../../../../src/copier/folders/parents.ts";
import { findSubfolder1 } from "../../../../src/copier/folders/subfolders.ts";
import { fc } from "../../../support/examples.ts";

type Given = Partial<Mapping["options"]> & {
  readonly sep?: readonly [string, string];
  readonly prefix?: readonly [string, string];
  readonly folders2?: readonly string[];
} & Pick<Mapping, "automap" | "substitute">;

function mapper({ sep = ["/", "/"], prefix = ["", ""], folders2 = [], automap, substitute, ...given }: Given) {
  const options = {
    f1f2: new Map<string, string>(),
    fixslash2: true,
    fixInboxINBOX: true,
    subfolder1: undefined,
    subfolder2: undefined,
    ...given,
  };
  return nameMapper({
    options,
    layouts: { 1: { prefix: prefix[0], separator: sep[0] }, 2: { prefix: prefix[1], separator: sep[1] } },
    folders: { 1: ["INBOX"], 2: folders2 },
    ...(automap && { automap }),
    ...(substitute && { substitute }),
  });
}

test("--f1f2 knows INBOX in any spelling", () => {
  const map = mapper({ f1f2: new Map([["inbox", "All"]]) });
  assert.deepEqual(["INBOX", "Inbox", "A"].map(map), ["All", "All", "A"]);
});

test("--f1f2 beats --automap, and both beat all rules", () => {
  const map = mapper({
    f1f2: new Map([["A", "New/Place"]]),
    automap: new Map([
      ["A", "no"],
      ["Spam", "Junk"],
    ]),
    subfolder2: "Old",
    substitute: (name) => `${name}!`,
  });
  assert.deepEqual(["A", "Spam", "B"].map(map), ["New/Place", "Junk", "Old/B!"]);
});

test("--subfolder2 comes before --regextrans2", () => {
  const map = mapper({ subfolder2: "Old", substitute: (name) => name.replace(/^Old/, "New") });
  assert.equal(map("A"), "New/A");
});

test("--subfolder2 takes INBOX in any case, and a prefix once", () => {
  const dots = { sep: [".", "."], prefix: ["INBOX.", "INBOX."] } as const;
  const map = mapper({ ...dots, subfolder2: "INBOX.Old." });
  assert.deepEqual(["INBOX", "Inbox", "INBOX.A"].map(map), ["INBOX.Old.INBOX", "INBOX.Old.Inbox", "INBOX.Old.A"]);
});

test("--subfolder1 means whole levels", () => {
  const map = mapper({ subfolder1: "S1" });
  assert.deepEqual(["MyS1/x", "S1x/y", "S1/S1/y", "S1"].map(map), ["MyS1/x", "S1x/y", "S1/y", "INBOX"]);
});

test("what is restored from a folder into the same one lands where it was", () => {
  const map = mapper({ subfolder1: "Sent/2017", subfolder2: "Sent/2017" });
  assert.deepEqual(["Sent/2017", "Sent/2017/a"].map(map), ["Sent/2017", "Sent/2017/a"]);
});

test("options may be written as people read names", () => {
  const map = mapper({ f1f2: new Map([["Été", "Sömmer"]]), subfolder2: "Übrig" });
  assert.equal(map("&AMk-t&AOk-"), "S&APY-mmer");
  assert.equal(map("a"), "&ANw-brig/a");
});

test("INBOX is spelled as host2 has it, unless that is not wanted", () => {
  assert.equal(mapper({ folders2: ["Inbox"] })("INBOX"), "Inbox");
  assert.equal(mapper({ folders2: ["Inbox"], fixInboxINBOX: false })("INBOX"), "INBOX");
});

const separators = fc.constantFrom("/", ".", "\\");
const names = fc.string({ unit: fc.constantFrom("a", "b", "/", ".", "\\", " "), minLength: 1 });

test("separators are exchanged, so that the way back leads to the same name", () => {
  fc.assert(
    fc.property(names, separators, separators, (name, a, b) => {
      const there = mapper({ sep: [a, b], fixslash2: false });
      const back = mapper({ sep: [b, a], fixslash2: false });
      assert.equal(back(there(name)), name);
    }),
  );
});

test("what --subfolder2 put away, --subfolder1 brings back", () => {
  fc.assert(
    fc.property(names, separators, (name, separator) => {
      const there = mapper({ sep: [separator, separator], subfolder2: "Old", fixslash2: false });
      const back = mapper({ sep: [separator, separator], subfolder1: "Old", fixslash2: false });
      assert.equal(back(there(name)), name);
    }),
  );
});

test("the user knows better than NAMESPACE, NAMESPACE better than LIST, LIST better than names", () => {
  const none = { prefix1: undefined, prefix2: undefined, sep1: undefined, sep2: undefined };
  const folders = ["INBOX", "INBOX.a"];
  const namespace = { prefix: "", delimiter: "/" };
  assert.deepEqual(layoutOf(1, { options: none, told: {}, folders }), { prefix: "INBOX.", separator: "." });
  assert.deepEqual(layoutOf(1, { options: none, told: { delimiter: "/" }, folders }).separator, "/");
  assert.deepEqual(layoutOf(2, { options: none, told: { namespace, delimiter: "." }, folders }), {
    prefix: "",
    separator: "/",
  });
  const options = { ...none, prefix2: "X.", sep2: "." };
  assert.deepEqual(layoutOf(2, { options, told: { namespace }, folders }), { prefix: "X.", separator: "." });
});

test("--subfolder1 is found with or without the prefix, also where only something below it exists", () => {
  const layout = { prefix: "INBOX.", separator: "." };
  assert.equal(findSubfolder1("Old", layout, ["INBOX.Old"]), "INBOX.Old");
  assert.equal(findSubfolder1("INBOX.Old.", layout, ["INBOX.Old.a"]), "INBOX.Old");
  assert.equal(findSubfolder1("Old", layout, ["INBOX.Older"]), undefined);
});

test("parents are created from the top, but for INBOX and what is there", () => {
  assert.deepEqual(foldersToCreate("x/y/z", "/", new Set(["x"])), ["x/y", "x/y/z"]);
  assert.deepEqual(foldersToCreate("INBOX.a.b", ".", new Set()), ["INBOX.a", "INBOX.a.b"]);
  assert.deepEqual(ancestors("//a", "/"), []);
});

test("children go before their parents", () => {
  const folders = ["a", "a-b", "a/b", "a/b/c", "z"];
  assert.deepEqual(deepestFirst(folders), ["z", "a/b/c", "a/b", "a-b", "a"]);
  assert.equal(hasChildren("a", "/", folders), true);
  assert.equal(hasChildren("a-b", "/", folders), false);
});
