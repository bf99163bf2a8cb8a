// What the original does with folders, by the names of the facts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { specialUse } from "../../../../src/copier/folders/automap.ts";
import { nameMapper } from "../../../../src/copier/folders/folder-names.ts";
import { inboxCase } from "../../../../src/copier/folders/inbox-case.ts";
import { guessPrefix, guessSeparator } from "../../../../src/copier/folders/layout.ts";
import { selectFolders } from "../../../../src/copier/folders/select-folders.ts";
import { subfolderName } from "../../../../src/copier/folders/subfolders.ts";
import { compileSubstitutions } from "../../../../src/copier/messages/perl-expression.ts";
import { bracketed } from "../../../../src/copier/report/shown-name.ts";

interface Naming {
  readonly prefix1?: string;
  readonly prefix2?: string;
  readonly sep1: string;
  readonly sep2: string;
  readonly fixslash2?: boolean;
  readonly subfolder1?: string;
  readonly subfolder2?: string;
  readonly regextrans2?: readonly string[];
}

function mapped(name: string, { prefix1 = "", prefix2 = "", sep1, sep2, ...given }: Naming): string {
  const { fixslash2 = true, subfolder1, subfolder2, regextrans2 = [] } = given;
  const options = { f1f2: new Map<string, string>(), fixslash2, fixInboxINBOX: true, subfolder1, subfolder2 };
  const layouts = { 1: { prefix: prefix1, separator: sep1 }, 2: { prefix: prefix2, separator: sep2 } };
  return nameMapper({
    options,
    layouts,
    folders: { 1: [name], 2: [] },
    substitute: compileSubstitutions(regextrans2, "--regextrans2"),
  })(name);
}

const slashToDot = { sep1: "/", sep2: "." };
const dotToSlash = { sep1: ".", sep2: "/" };
const prefixes = { prefix1: "Pf1.", prefix2: "Pf2/", ...dotToSlash, fixslash2: false };

for (const [name, naming, expected] of [
  ["spam/spam", { ...slashToDot, fixslash2: false }, "spam.spam"],
  ["spam/spam.spam", { ...slashToDot, fixslash2: false }, "spam.spam/spam"],
  ["s pam/spam.sp  am", { ...slashToDot, fixslash2: false }, "s pam.spam/sp  am"],
  ["spam.spam", { ...slashToDot, fixslash2: false, regextrans2: ["s,/,X,g"] }, "spamXspam"],
  ["spam/spam.spam", { ...slashToDot, fixslash2: false, regextrans2: ["s,/,X,g"] }, "spam.spamXspam"],
  ["blabla", { ...slashToDot, fixslash2: false, regextrans2: ["s,(.*),\\U$1,"] }, "BLABLA"],
  ["spam.spam", { ...slashToDot, fixslash2: true }, "spam_spam"],
  ["spam/spam", { ...dotToSlash, fixslash2: true }, "spam.spam"],
  ["spam.spam", { ...dotToSlash, fixslash2: true }, "spam/spam"],
  ["spam/spam.spam", { ...dotToSlash, fixslash2: true }, "spam.spam/spam"],
  ["F1.F2.F3", prefixes, "Pf2/F1/F2/F3"],
  ["F1/F2/F3", { ...slashToDot, fixslash2: false, subfolder2: "S1.S2" }, "S1.S2.F1.F2.F3"],
  ["INBOX", { ...slashToDot, fixslash2: false, subfolder2: "S1.S2" }, "S1.S2.INBOX"],
  [
    "Pf1/F1/F2/F3",
    { prefix1: "Pf1/", prefix2: "Pf2.", ...slashToDot, fixslash2: false, subfolder2: "Pf2.S1.S2" },
    "Pf2.S1.S2.F1.F2.F3",
  ],
  ["Pf1.S1.S2.F1.F2.F3", { ...prefixes, subfolder1: "S1.S2" }, "Pf2/F1/F2/F3"],
  ["S1.S2", { ...prefixes, subfolder1: "S1.S2" }, "INBOX"],
  ["Pf1.S1.S2.", { ...prefixes, subfolder1: "S1.S2" }, "INBOX"],
  ["S1.S2.F1.F2.F3", { ...prefixes, subfolder1: "S1.S2." }, "Pf2/F1/F2/F3"],
  ["Pf1.S1.S2.F1.F2.F3", { ...prefixes, subfolder1: "S1.S2." }, "Pf2/F1/F2/F3"],
  ["S1.S2", { ...prefixes, subfolder1: "S1.S2." }, "INBOX"],
  ["S1/S2/F1/F2/F3", { sep1: "/", sep2: "/", fixslash2: false, subfolder1: "S1/S2" }, "F1/F2/F3"],
] satisfies [string, Naming, string][]) {
  test(`folder.map ${JSON.stringify(name)} ${JSON.stringify(naming)}`, () => {
    assert.equal(mapped(name, naming), expected);
  });
}

const slashes = { sep1: "/", sep2: "/", fixslash2: false };
const toSent = "s{^Sent$|^Sent Messages$|^Gesendet$}{Sent}";

for (const [name, naming, expected] of [
  ["INBOX.foo", { sep1: ".", sep2: ".", fixslash2: false, regextrans2: ["s/^INBOX\\.(.+)/$1/"] }, "foo"],
  ["INBOX", { ...slashes, regextrans2: ["s{^INBOX$}{Inbox_Migrated}"] }, "Inbox_Migrated"],
  ["any/folder", { ...slashes, regextrans2: ["s/.*/INBOX/"] }, "INBOX"],
  ["Gesendet", { ...slashes, regextrans2: [toSent] }, "Sent"],
  ["folder/Sent Messages", { ...slashes, regextrans2: [toSent] }, "folder/Sent Messages"],
  ["a*b%c.d#e", { ...slashes, regextrans2: ["tr,*%.#,_,"] }, "a_b_c_d_e"],
] satisfies [string, Naming, string][]) {
  test(`folder.map.faq ${name}`, () => {
    assert.equal(mapped(name, naming), expected);
  });
}

for (const [name, naming, expected] of [
  ["la/l.ala", { sep1: ".", sep2: "/" }, "la.l/ala"],
  ["l.al/ala", { sep1: "/", sep2: ".", fixslash2: false }, "l/al.ala"],
] satisfies [string, Naming, string][]) {
  test(`folder.sepinvert ${name}`, () => {
    assert.equal(mapped(name, naming), expected);
  });
}

for (const [name, expected] of [
  ["PPPPlalala", "QQQPlalala"],
  ["sss", "QQQttt"],
  ["PPPsAAAsBBB", "QQQtAAAtBBB"],
] as const) {
  test(`folder.prefix_and_sep ${name}`, () => {
    assert.equal(mapped(name, { prefix1: "PPP", prefix2: "QQQ", sep1: "s", sep2: "t" }), expected);
  });
}

for (const [names, expected] of [
  [["INBOX", "INBOX/Junk"], "INBOX/"],
  [["Inbox", "Inbox.Junk"], "Inbox."],
  [["INBOX", "Junk"], ""],
] as const) {
  test(`folder.guess_prefix ${names.join(" ")}`, () => {
    assert.equal(guessPrefix(names), expected);
  });
}

for (const [names, expected] of [
  [[], "/"],
  [["abcd"], "/"],
  [["a.b/c.d"], "."],
] as const) {
  test(`folder.guess_sep ${names.join(" ")}`, () => {
    assert.equal(guessSeparator(names), expected);
  });
}

test("folder.inbox_case", () => {
  assert.deepEqual(inboxCase(["INBOX"], ["Inbox"]), { from: "INBOX", to: "Inbox" });
  assert.equal(inboxCase(["INBOX"], ["rrrrr"]), undefined);
});

for (const [given, expected] of [
  [" ab cd ", "ab cd"],
  ["aA.b-_ 8c/dD", "aA.b-_ 8c/dD"],
] as const) {
  test(`folder.subfolder_sanitize ${JSON.stringify(given)}`, () => {
    assert.equal(subfolderName(given, { separator: "/" }), expected);
  });
}

for (const [folders, folderfirst, folderlast, expected] of [
  [["A_99", "M_55", "Z_11"], [], [], ["A_99", "M_55", "Z_11"]],
  [["A_99", "M_55", "M_44", "Z_11"], ["Z_11"], ["A_99"], ["Z_11", "M_44", "M_55", "A_99"]],
] as const) {
  test(`folder.order ${folders.join(" ")}`, () => {
    const options = { folder: [], folderrec: [], subscribed: false, checkfoldersexist: true, subfolder1: undefined };
    const layout = { prefix: "", separator: "/" };
    const { wanted } = selectFolders({ options: { ...options, folderfirst, folderlast }, layout, folders });
    assert.deepEqual(wanted, expected);
  });
}

for (const [name, prefix, expected] of [
  ["Sent", "", "\\Sent"],
  ["INBOX.Sent", "INBOX.", "\\Sent"],
  ["IN BOX.Sent", "IN BOX.", "\\Sent"],
  ["INBOX.Kosz", "INBOX.", "\\Trash"],
] as const) {
  test(`folder.special_guess ${name}`, () => {
    assert.equal(specialUse(name, prefix), expected);
  });
}

for (const [name, expected] of [
  ["&ANY-", "[&ANY-] = [Ö]"],
  ["&BB8EQAQ+BDUEOgRC-", "[&BB8EQAQ+BDUEOgRC-] = [Проект]"],
  ["R&AOk-ponses 1200+1201+1202", "[R&AOk-ponses 1200+1201+1202] = [Réponses 1200+1201+1202]"],
  ["&ZTZO9nux-", "[&ZTZO9nux-] = [收件箱]"],
] as const) {
  test(`folder.utf7_display ${name}`, () => {
    assert.equal(bracketed(name), expected);
  });
}
