// Errors of the SQLite library. It is native code, compiled for one version of Node.js; after an upgrade of Node.js, or
// where npm was not allowed to compile, it cannot be loaded. That is not a defect of ours.

import { accessSync, constants } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { InterimapError } from "../model/errors.ts";
import { excerpt } from "../util/printable.ts";
import { shellWord } from "../util/shell-word.ts";

/** What to throw for a failure to load it; undefined for any other error. */
export function addOnError(error: unknown): InterimapError | undefined {
  const problem = problemOf(error);
  if (problem === undefined) return undefined;
  return new InterimapError("INSTALLATION", `the SQLite library (better-sqlite3) ${problem}`, {
    hint: remedy(),
    cause: error,
  });
}

function problemOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = "code" in error ? error.code : undefined;
  const node = `Node.js ${process.version} (${process.execPath})`;
  if (code === "ERR_DLOPEN_FAILED") {
    if (/NODE_MODULE_VERSION/.test(error.message)) return `was compiled for another version than ${node}`;
    const [reason = ""] = error.message.split("\n", 1);
    return `cannot be loaded by ${node}: ${excerpt(reason)}`;
  }
  const isMissing = code === "MODULE_NOT_FOUND" && error.message.includes("better_sqlite3.node");
  return isMissing || error.message.startsWith("Could not locate the bindings file") ? "is not compiled" : undefined;
}

/** By whom the files can be written, and where they are. */
function remedy(): string {
  const directory = home();
  if (directory === undefined) return "install interimap again, and let npm run the script of better-sqlite3";
  const sudo = mayWrite(directory) ? "" : "sudo ";
  return `with the npm of this Node.js, run: cd ${shellWord(directory)} && ${sudo}npm rebuild better-sqlite3`;
}

/** Above the node_modules that the package is in. */
function home(): string | undefined {
  try {
    const file = createRequire(import.meta.url).resolve("better-sqlite3/package.json");
    return dirname(dirname(dirname(file)));
  } catch {
    return undefined;
  }
}

function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
