// Folders of the same special use.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  automap,
  automapBase,
  type ListedFolder,
  specialFolders,
  specialUse,
} from "../../../../src/copier/folders/automap.ts";
import { encodeUtf7 } from "../../../../src/model/mailbox-name.ts";

const layout = { prefix: "", separator: "/" };

function folders(...names: readonly (string | [name: string, attribute: string])[]): ListedFolder[] {
  return names.map((one) =>
    typeof one === "string" ? { name: one, attributes: ["\\HasNoChildren"] } : { name: one[0], attributes: [one[1]] },
  );
}

function mapped(one: readonly ListedFolder[], two: readonly ListedFolder[]): Record<string, string> {
  const special = (all: readonly ListedFolder[]) => specialFolders({ layout, folders: all });
  return Object.fromEntries(automap(special(one), special(two)));
}

test("by what both servers say", () => {
  const one = folders(["Envoi", "\\Sent"], ["Poubelle", "\\Trash"], "Work");
  const two = folders(["S", "\\Sent"], ["T", "\\Trash"], ["J", "\\Junk"]);
  assert.deepEqual(mapped(one, two), { Envoi: "S", Poubelle: "T" });
});

test("by names where a server says nothing, in any language", () => {
  const one = folders(encodeUtf7("Éléments envoyés"), "Papierkorb", encodeUtf7("Спам"), "Entwurf", "Arkiv");
  const two = folders("Sent", "Trash", "Junk", "Drafts", "Archive");
  assert.deepEqual(Object.values(mapped(one, two)).toSorted(), ["Archive", "Drafts", "Junk", "Sent", "Trash"]);
});

test("what the server says counts more than a name, and the usual name more than others", () => {
  assert.deepEqual(mapped(folders("Sent", ["Outgoing", "\\Sent"]), folders("Gesendet")), { Outgoing: "Gesendet" });
  assert.deepEqual(mapped(folders("Gesendet", "Sent Items", "Sent"), folders("Verzonden")), { Sent: "Verzonden" });
  assert.deepEqual(mapped(folders(["Spam", "\\Trash"]), folders("Junk", "Bin")), { Spam: "Bin" });
});

test("Gmail's folders, by its older words and by its names", () => {
  const two = folders(["[Gmail]/Starred", "\\Starred"], ["[Gmail]/Spam", "\\Spam"], "[Gmail]/All Mail");
  const one = folders(["S", "\\Flagged"], ["J", "\\Junk"], ["A", "\\All"]);
  assert.deepEqual(mapped(one, two), { S: "[Gmail]/Starred", J: "[Gmail]/Spam", A: "[Gmail]/All Mail" });
});

test("children have no use of their own", () => {
  assert.equal(specialUse("Work/Sent", ""), undefined);
  assert.deepEqual(mapped(folders("Sent Items", "Sent Items/2020"), folders("Sent")), { "Sent Items": "Sent" });
});

test("with --subfolder1 and --subfolder2, in there", () => {
  const options = { subfolder1: "Old", subfolder2: "New" };
  const one = { layout, folders: folders("Old/Sent Items", ["Sent", "\\Sent"]) };
  const two = { layout, folders: folders("New/Gesendet", ["Sent", "\\Sent"]) };
  const special1 = specialFolders({ ...one, base: automapBase(1, options, one) });
  const special2 = specialFolders({ ...two, base: automapBase(2, options, two) });
  assert.deepEqual(Object.fromEntries(automap(special1, special2)), { "Old/Sent Items": "New/Gesendet" });
});
