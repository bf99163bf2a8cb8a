// man/imapsync-web.1.md and imapsync-web.example.ini explain the options and settings that there are.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { SettingRules } from "../../../src/config/setting.ts";
import { webOptions } from "../../../src/web/command/options.ts";
import { webSettings } from "../../../src/web/configuration/settings.ts";
import { parts, readManual, testRendered } from "./manual-page.ts";

const { sections, section } = readManual("man/imapsync-web.1");
const table = Object.entries<SettingRules>(webSettings);
const example = readFileSync(new URL("../../../imapsync-web.example.ini", import.meta.url), "utf8");

test("every option is explained, and no other", () => {
  const titles = [...parts(section("OPTIONS"), 4).keys()].map((title) => title.replace(/^--([a-z]+).*/, "$1"));
  assert.deepEqual(
    titles,
    webOptions.map(({ name }) => name),
  );
});

const explained = new Map([...parts(section("CONFIGURATION"), 3).values()].flatMap((text) => [...parts(text, 4)]));

test("every setting is explained, and no other", () => {
  assert.deepEqual([...explained.keys()].sort(), table.map(([name]) => name).sort());
});

for (const [name, { doc, default: byDefault, absent }] of table) {
  test(`${name}: what it is, and what holds without it`, () => {
    const text = (explained.get(name) ?? "").replace(/\s+/g, " ").replaceAll("`", "");
    assert.ok(text.includes(doc), doc);
    assert.match(doc, /^[A-Z][^\n]+\.$/);
    if (byDefault !== undefined && byDefault !== "") assert.ok(text.includes(`The default is ${byDefault}.`));
    if (absent !== undefined) assert.ok(text.includes(`Without it: ${absent}.`));
  });
}

test("the example sets only what there is, to what can be", () => {
  const lines = [...example.matchAll(/^#?([a-z][\w-]*) = (.*)$/gm)];
  for (const [, name = "", value = ""] of lines) {
    assert.ok(Object.hasOwn(webSettings, name), name);
    assert.doesNotThrow(() => webSettings[name as keyof typeof webSettings].parse(value), name);
  }
  const shown = new Set(lines.map(([, name]) => name));
  assert.deepEqual(
    table.map(([name]) => name).filter((name) => !shown.has(name)),
    ["state-directory"],
  );
});

testRendered("man/imapsync-web.1", [...sections.keys()]);
