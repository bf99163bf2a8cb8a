import assert from "node:assert/strict";
import { realpathSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { addOnError } from "../../../src/state/add-on.ts";
import { errorLine } from "../../support/error-line.ts";

const root = realpathSync(fileURLToPath(new URL("../../../", import.meta.url))).replace(/\/$/, "");
const remedy = `with the npm of this Node.js, run: cd ${root} && npm rebuild better-sqlite3`;
const node = `Node.js ${process.version} (${process.execPath})`;

function failed(code: string | undefined, message: string): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code });
}

for (const { what, error, problem } of [
  {
    what: "another version of Node.js",
    error: failed(
      "ERR_DLOPEN_FAILED",
      "The module '/x/better_sqlite3.node'\nwas compiled against a different Node.js version using\nNODE_MODULE_VERSION 115. This version of Node.js requires\nNODE_MODULE_VERSION 137. Please try re-compiling or re-installing\nthe module (for instance, using `npm rebuild` or `npm install`).",
    ),
    problem: `was compiled for another version than ${node}`,
  },
  {
    what: "another system",
    error: failed("ERR_DLOPEN_FAILED", "/lib/libc.so.6: version `GLIBC_2.38' not found (required by x)\nmore"),
    problem: `cannot be loaded by ${node}: /lib/libc.so.6: version \`GLIBC_2.38' not found (required by x)`,
  },
  {
    what: "a script that npm did not run",
    error: failed(
      "MODULE_NOT_FOUND",
      "Cannot find module 'better-sqlite3/build/Release/better_sqlite3.node'\nRequire stack:\n- /x/dist/interimap.js",
    ),
    problem: "is not compiled",
  },
  {
    what: "the same for the sources",
    error: failed(undefined, "Could not locate the bindings file. Tried:\n → /x/build/better_sqlite3.node"),
    problem: "is not compiled",
  },
]) {
  test(`one line with the command: ${what}`, () => {
    const found = addOnError(error);
    assert.equal(found?.code, "INSTALLATION");
    assert.equal(errorLine(found), `the SQLite library (better-sqlite3) ${problem}; ${remedy}`);
  });
}

test("what else can go wrong is something else", () => {
  for (const error of [failed("MODULE_NOT_FOUND", "Cannot find module 'x'"), failed("SQLITE_BUSY", "locked"), "text"]) {
    assert.equal(addOnError(error), undefined);
  }
});
