// An installation that cannot work: one line that says how to mend it, whatever was to be done.

import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { type InterimapHome, makeHome } from "../support/run-interimap.ts";
import { scratchDirectory } from "../support/scratch.ts";
import { assertRefused } from "./refusal.ts";

const dist = fileURLToPath(new URL("../../dist", import.meta.url));
const tunnel = { type: "tunnel", command: "false" };

function homeFor(t: TestContext): InterimapHome {
  const home = makeHome({ local: tunnel, remote: tunnel });
  t.after(() => home.remove());
  // A daemon wants one.
  writeFileSync(home.databaseFile, "", { mode: 0o600 });
  return home;
}

for (const { what, library, problem } of [
  { what: "was not compiled", library: undefined, problem: "is not compiled" },
  {
    what: "is no library",
    library: "not a library",
    problem: `cannot be loaded by Node.js ${process.version} \\(.*\\): .+`,
  },
]) {
  test(`the library ${what}`, async (t) => {
    const directory = scratchDirectory("installed");
    cpSync(dist, join(directory, "dist"), { recursive: true });
    const package_ = join(directory, "node_modules/better-sqlite3");
    mkdirSync(package_, { recursive: true });
    writeFileSync(join(package_, "package.json"), '{ "name": "better-sqlite3" }');
    const file = join(package_, "build/Release/better_sqlite3.node");
    mkdirSync(dirname(file), { recursive: true });
    if (library !== undefined) writeFileSync(file, library);
    const home = homeFor(t);
    const line = new RegExp(
      `^the SQLite library \\(better-sqlite3\\) ${problem}; with the npm of this Node\\.js, run: cd ${directory} && npm rebuild better-sqlite3$`,
    );
    const program = [process.execPath, join(directory, "dist/interimap.js")];
    for (const args of [[], ["--notify"], ["--repair"]]) await assertRefused(home, { status: 72, line, args, program });
  });
}

test("Node.js is too old", async (t) => {
  const hook = join(scratchDirectory("older"), "older.cjs");
  writeFileSync(
    hook,
    'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "18.20.4" } });',
  );
  const program = [process.execPath, "--require", hook, join(dist, "interimap.js")];
  const line = /^interimap needs Node\.js 20 or newer, and this is v.*; start it with another, or upgrade this one$/;
  for (const args of [[], ["--notify"], ["--help"]])
    await assertRefused(homeFor(t), { status: 72, line, args, program });
});
