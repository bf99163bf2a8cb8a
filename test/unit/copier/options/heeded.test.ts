// Whoever gives an option expects something of it: each is read somewhere, or is in the group of those that do nothing.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import type { OptionSpec } from "../../../../src/copier/options/option-spec.ts";
import { optionTable } from "../../../../src/copier/options/option-table.ts";

const copier = new URL("../../../../src/copier/", import.meta.url);

const sources = readdirSync(copier, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts") && !path.startsWith("options/"))
  .map((path) => readFileSync(new URL(path, copier), "utf8"))
  .join("\n");

/** By its name, or, where there is one for each host, as `name${host}`. */
function isRead(name: string): boolean {
  const base = /^(.*)[12]$/.exec(name)?.[1];
  return (
    new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(sources) ||
    (base !== undefined && new RegExp(`(?<![\\w-])${base}(?:\\$\\{|"|\\b)`).test(sources)) ||
    /^ssl[12]_/.test(name)
  );
}

/** Other options follow from these, or they say what to do before anything is copied: see options/. */
const settled = [
  ...["search", "timeout", "authmd5", "abletosearch", "debugimap", "usecache", "skipcrossduplicates"],
  ...["noexclude", "noregexmess", "noregexflag", "nof1f2", "yes", "help", "version", "completion"],
];

test("every option is heeded", () => {
  const ignored = Object.entries<OptionSpec>(optionTable)
    .filter(([name, { group }]) => !["Obsolete", "Presets"].includes(group) && !settled.includes(name) && !isRead(name))
    .map(([name]) => name);
  assert.deepEqual(ignored, []);
});
