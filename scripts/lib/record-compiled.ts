// Runs a program as its launcher does, and writes what V8 has compiled of it until it ends: the build starts this.

import fs from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, resolve } from "node:path";
import v8 from "node:v8";
import vm, { type Script } from "node:vm";
import { readProgram, runProgram, scriptOf, writtenCompiled } from "../../src/bin/compiled.ts";

const [node = "", , main = "", output = "", ...args] = process.argv;
const filename = resolve(main);
process.argv = [node, filename, ...args];

// V8 takes what was compiled with other options for useless.
v8.setFlagsFromString = () => undefined;

const scripts = new Map<string, Script>();
const name = `./${basename(filename)}`;
const text = readProgram(fs, filename);
process.once("exit", (code) => {
  if (code !== 0) return;
  const compiled = [...scripts].map(([name, script]) => [name, script.createCachedData()] as const);
  fs.writeFileSync(output, writtenCompiled(text, Object.fromEntries(compiled)), { flush: true });
});
runProgram({ name, text, filename, directory: dirname(filename), require: createRequire(filename) }, (code) => {
  const script = scriptOf(vm, code);
  scripts.set(code.name, script);
  return script.runInThisContext() as (...values: readonly unknown[]) => unknown;
});
