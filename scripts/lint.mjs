// Lints what changed since it was found to be right. ESLint's own cache looks at one file at a time, but most of our rules ask
// for types, which come from other files: here a file is linted again when anything changed that it imports, near or far.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { ESLint } from "eslint";
import { root } from "./bootstrap.mjs";

const cacheFile = join(root, ".cache/lint.json");
/** What every result depends on. */
const surroundings = ["eslint.config.js", "tsconfig.json", "src/web/page/tsconfig.json", "package-lock.json"];
const notOurs = new Set([".git", ".cache", "node_modules", "dist"]);
const isCode = /\.(?:tsx?|js|mjs|cjs)$/;
const ownImport = /\b(?:from|import|require)\b\s*\(?\s*["'](\.[^"']+)["']/g;

const texts = new Map(codeFiles().map((file) => [file, readFileSync(join(root, file), "utf8")]));
const imports = new Map([...texts].map(([file, text]) => [file, importsOf(file, text)]));
const base = [process.version, ...surroundings.map((file) => readFileSync(join(root, file), "utf8"))].map(digest);
const keys = new Map([...texts.keys()].map((file) => [file, keyOf(file)]));
const right = readCache();
const doubtful = [...keys].filter(([, key]) => !right.has(key)).map(([file]) => file);

const eslint = new ESLint({ cwd: root });
const linted = [];
for (const file of doubtful) if (!(await eslint.isPathIgnored(file))) linted.push(file);
const results = linted.length > 0 ? await eslint.lintFiles(linted) : [];
const wrong = new Set(results.filter(({ messages }) => messages.length > 0).map((one) => relative(root, one.filePath)));
if (wrong.size > 0) console.log(await (await eslint.loadFormatter()).format(results));
mkdirSync(dirname(cacheFile), { recursive: true });
writeFileSync(cacheFile, JSON.stringify([...keys].filter(([file]) => !wrong.has(file)).map(([, key]) => key)));
process.exitCode = wrong.size > 0 ? 1 : 0;

/** @returns {string[]} relative to the root */
function codeFiles() {
  const entries = readdirSync(root, { withFileTypes: true }).filter(({ name }) => !notOurs.has(name));
  return entries.flatMap((entry) => {
    const names = entry.isDirectory()
      ? readdirSync(join(root, entry.name), { recursive: true, encoding: "utf8" }).map((name) => join(entry.name, name))
      : [entry.name];
    return names.filter((name) => isCode.test(name));
  });
}

/**
 * @param {string} file
 * @param {string} text
 * @returns {string[]} files of ours
 */
function importsOf(file, text) {
  const named = [...text.matchAll(ownImport)].map(([, name = ""]) => name);
  return named.map((name) => relative(root, resolve(root, dirname(file), name))).filter((name) => texts.has(name));
}

/**
 * Of the texts of a file and of all that it leads to.
 * @param {string} file
 */
function keyOf(file) {
  const reached = new Set([file]);
  for (const one of reached) for (const next of imports.get(one) ?? []) reached.add(next);
  const parts = [...reached].sort().map((one) => `${one} ${digest(texts.get(one) ?? "")}`);
  return digest([...base, file, ...parts].join("\n"));
}

/** @param {string} text */
function digest(text) {
  return createHash("sha256").update(text).digest("base64url");
}

/** @returns {Set<string>} keys of files that were right */
function readCache() {
  try {
    /** @type {unknown} */
    const keys = existsSync(cacheFile) ? JSON.parse(readFileSync(cacheFile, "utf8")) : [];
    return new Set(/** @type {string[]} */ (keys));
  } catch {
    return new Set();
  }
}
