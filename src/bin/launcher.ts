// What is started, of each program. Makes sure that Node is new enough, whatever Node this is, before it loads the program: as the
// build has compiled it, if it is for this Node; else Node keeps what it compiles, if it can.

import type nodeFs from "node:fs";
import type nodePath from "node:path";
import type nodeVm from "node:vm";
import { type Compile, openCompiled, readProgram, runProgram, scriptOf } from "./compiled.ts";

/** The build puts in what these are, and has this run on any Node that can say so. */
declare const programName: string;
declare const mainFile: string;
declare const compiledFile: string | undefined;
/** Major and minor. */
declare const oldestNode: readonly [number, number];
declare const installationError: number;
declare const require: NodeJS.Require;
declare const __dirname: string;

/** Node 22 and newer. */
interface CompileCache {
  enableCompileCache?(directory: string): unknown;
}

const [major, minor] = process.versions.node.split(".").map(Number) as [number, number];

if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])) {
  process.exitCode = installationError;
  process.stderr.write(
    `${programName} needs Node.js ${oldestNode.slice(0, oldestNode[1] === 0 ? 1 : 2).join(".")} or newer, and this is ${process.version} (${process.execPath}); ` +
      "start it with another, or upgrade this one\n",
  );
} else {
  if (!runsCompiled()) {
    if (major >= 22) keepCompiled();
    require(mainFile);
  }
}

/** False: it has to be compiled first. */
function runsCompiled(): boolean {
  if (compiledFile === undefined) return false;
  const fs = require("fs") as typeof nodeFs;
  const path = require("path") as typeof nodePath;
  const filename = path.join(__dirname, mainFile);
  let text: string;
  let partOf: ReturnType<typeof openCompiled>;
  try {
    text = readProgram(fs, filename);
    partOf = openCompiled(fs, { file: path.join(__dirname, compiledFile), program: text });
  } catch {
    return false;
  }
  if (partOf === undefined) return false;
  const vm = require("vm") as typeof nodeVm;
  const compiledOf = partOf;
  runProgram({ name: mainFile, text, filename, directory: __dirname, require }, (code) => {
    return scriptOf(vm, code, compiledOf(code.name)).runInThisContext() as ReturnType<Compile>;
  });
  return true;
}

/** Node checks what it kept against the source, and by a checksum. But whoever can write there could have us run anything. */
function keepCompiled(): void {
  const fs = process.getBuiltinModule("node:fs");
  const path = process.getBuiltinModule("node:path");
  const isOurs = (directory: string): boolean => {
    const { uid, mode } = fs.statSync(directory);
    return uid === process.getuid?.() && (mode & 0o022) === 0;
  };
  try {
    const { HOME = "", XDG_CACHE_HOME = "" } = process.env;
    const isGiven = path.isAbsolute(XDG_CACHE_HOME);
    if (!isGiven && !(path.isAbsolute(HOME) && isOurs(HOME))) return;
    const caches = isGiven ? XDG_CACHE_HOME : path.join(HOME, ".cache");
    const directory = path.join(caches, "interimap");
    fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
    if (!isOurs(caches) || !isOurs(directory)) return;
    (process.getBuiltinModule("node:module") as CompileCache).enableCompileCache?.(directory);
  } catch {
    // It starts a little later.
  }
}
