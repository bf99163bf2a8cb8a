// Makes a program of its modules: a launcher, the bundle that it loads, one file because that starts in half the time of unbundled
// packages, and beside it what not every run needs. What else makes it start quickly, and what does not: docs/adr/0004-start-up.md.

import { createHash } from "node:crypto";
import { chmod, readFile, rename, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { build, type Plugin, transform } from "esbuild";
import packageJson from "../../package.json" with { type: "json" };
import { exitCode } from "../../src/model/exit-code.ts";
import { type Apart, type Chunks, filesApart, split, withImports } from "./chunks.ts";
import { ascii, forNode, forText } from "./esbuild-options.ts";

export interface ProgramSource {
  /** The command: dist/NAME.js is its launcher. */
  readonly name: string;
  readonly entry: string;
  /** What the launcher loads. */
  readonly main: string;
  /** What is imported with `import()`, as text: opened at each start, but read and compiled only on use. */
  readonly texts: string;
  /**
   * Files beside it, for what few processes need, and need at their start or just before their end: under one that goes on, an
   * upgrade may have put another version there. Its chunks have other names then, and are not found.
   */
  readonly apart: readonly Apart[];
  /** What V8 has compiled ahead of a usual run; see compile-ahead.ts. */
  readonly compiled?: string;
  /** Major and minor; as package.json says unless told. */
  readonly oldestNode?: readonly [number, number];
}

/** Modules of Node that most runs do not need, and that take a millisecond or more to load. */
const loadedOnUse = ["child_process", "crypto", "dns/promises", "fs/promises", "module", "tls", "v8", "zlib"];

const usualNode = [Number(/\d+/.exec(packageJson.engines.node)?.[0]), 0] as const;

/** Of the program itself. */
const banner = `"use strict";
const __url = require("node:url").pathToFileURL(__filename).href;
require = ((eager, onUse) => (name) => {
  if (!onUse.has(name)) return eager(name);
  let loaded;
  return new Proxy({}, { get: (_, key) => (loaded ??= eager(name))[key] });
})(require, new Set(${JSON.stringify(loadedOnUse.map((name) => `node:${name}`))}));
let __load;`;

/** Of no chunk: makes the loader, and then runs what the program begins with. */
const start = "./start";

/** Writes its files into dist/. */
export async function bundleProgram(program: ProgramSource): Promise<void> {
  const chunks = await split(program.entry);
  await build({
    ...forNode,
    // Not ESM: there, all modules of Node that are mentioned anywhere are loaded before anything runs.
    format: "cjs",
    entryPoints: [start],
    outfile: program.main,
    plugins: [linker(program, chunks)],
    banner: { js: banner },
    legalComments: "eof",
  });
  const text = ascii(await readFile(program.main, "utf8"));
  await writeFile(program.main, `${headingOf(program, text)}\n${text}`);
  await writeLauncher(program);
}

/** Whoever has it open keeps the one that was there. */
async function replaceFile(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text, "latin1");
  await rename(`${file}.new`, file);
}

/** A first line: no other version begins so. */
function headingOf({ name }: ProgramSource, content: string): string {
  return `// ${name} ${packageJson.version} ${createHash("sha256").update(content).digest("hex")}`;
}

async function writeLauncher({ name, main, compiled, oldestNode = usualNode }: ProgramSource): Promise<void> {
  const launcher = `dist/${name}.js`;
  await build({
    bundle: true,
    entryPoints: ["src/bin/launcher.ts"],
    outfile: launcher,
    format: "cjs",
    platform: "node",
    target: "node12",
    external: [`*/${basename(main)}`],
    define: {
      programName: JSON.stringify(name),
      mainFile: JSON.stringify(`./${basename(main)}`),
      compiledFile: compiled === undefined ? "undefined" : JSON.stringify(`./${basename(compiled)}`),
      oldestNode: JSON.stringify(oldestNode),
      installationError: String(exitCode.installation),
    },
    banner: { js: "#!/usr/bin/env node" },
  });
  await chmod(launcher, 0o755);
}

/** The chunk that the program begins with. */
function beginning({ entry }: ProgramSource): string {
  return `./${basename(entry, ".ts")}.js`;
}

/** Puts what every run needs into one scope, as if there were no chunks. */
function linker(program: ProgramSource, chunks: Chunks): Plugin {
  return {
    name: "linker",
    setup(builder) {
      builder.onResolve({ filter: /^\.\// }, ({ path, kind }) => ({
        path,
        namespace: kind === "dynamic-import" ? "on use" : "at once",
      }));
      builder.onLoad({ filter: /./, namespace: "at once" }, async ({ path }) => ({
        contents:
          path === start
            ? `${await makeLoader(program, chunks)}\nimport "${beginning(program)}";`
            : chunks.get(path)!.text,
        resolveDir: process.cwd(),
      }));
      builder.onLoad({ filter: /./, namespace: "on use" }, ({ path }) => ({
        contents: `module.exports = __load("${path}");`,
      }));
    },
  };
}

/**
 * What is imported with `import()` stays text until it is: V8 would go through all of it at each start. What it shares with
 * the rest it gets from there. The file with all that a daemon can need is opened at once, so an upgrade cannot replace it under it.
 */
async function makeLoader(program: ProgramSource, chunks: Chunks): Promise<string> {
  /** What every run needs. */
  const eager = withImports(chunks, [beginning(program)]);
  const fileOf = filesApart(chunks, program.apart);
  const texts: Record<string, string> = {};
  const textsApart = new Map<string, Record<string, string>>(program.apart.map(({ file }) => [file, {}]));
  const shared = new Set<string>();
  for (const [name, { text, imports }] of chunks) {
    if (eager.has(name)) continue;
    const { code } = await transform(text, { ...forText, sourcefile: name });
    (textsApart.get(fileOf.get(name) ?? "") ?? texts)[name] =
      `(function (module, exports, require, __url) {${code}\n})`;
    for (const one of imports) if (eager.has(one)) shared.add(one);
  }
  for (const [file, ofFile] of textsApart)
    await writeFile(file, ascii(`module.exports = ${JSON.stringify(ofFile)};\n`));
  const { heading, places } = await writeTexts(program, texts);
  const names = [...shared];
  return `
    ${names.map((name, i) => `import * as chunk${i} from "${name}";`).join("\n    ")}
    const { join } = require("node:path");
    const { openSync, readSync } = require("node:fs");
    const texts = openSync(join(__dirname, "${basename(program.texts)}"), "r");
    function textAt(from, to) {
      const octets = Buffer.allocUnsafe(to - from);
      return octets.latin1Slice(0, readSync(texts, octets, 0, to - from, from));
    }
    if (textAt(0, ${heading.length}) !== ${JSON.stringify(heading)}) throw anotherVersion("${basename(program.texts)}");
    const places = ${JSON.stringify(places)};
    const textsApart = {};
    const shared = { ${names.map((name, i) => `"${name}": chunk${i}`).join(", ")} };
    const loaded = new Map();
    const compile = typeof __compile === "function" ? __compile : ({ text, filename }) =>
      new (require("node:vm").Script)(text, { filename }).runInThisContext();
    function anotherVersion(file) {
      return new Error(file + " is of another version of ${program.name}, as after an upgrade: start it again");
    }
    function textOf(name) {
      if (name in places) return textAt(...places[name]);
      const file = ${JSON.stringify(Object.fromEntries([...fileOf].map(([name, file]) => [name, `./${basename(file)}`])))}[name];
      if (file === undefined) return undefined;
      Object.assign(textsApart, require(join(__dirname, file)));
      if (!(name in textsApart)) throw anotherVersion(file);
      return textsApart[name];
    }
    function load(name) {
      if (!name.startsWith("./")) return require(name);
      if (loaded.has(name)) return loaded.get(name);
      // Values, which are sooner got at than what stands for them.
      const module = { exports: { ...shared[name] } };
      loaded.set(name, module.exports);
      const text = textOf(name);
      if (text !== undefined) {
        compile({ name, text, filename: name })(module, module.exports, load, __url);
        loaded.set(name, module.exports);
      }
      return module.exports;
    }
    // Not exported: what is required has all that it imports in functions, which V8 goes through twice.
    __load = load;`;
}

interface WrittenTexts {
  /** How the file begins. */
  readonly heading: string;
  /** Where in it each text begins and ends. */
  readonly places: Readonly<Record<string, readonly [from: number, to: number]>>;
}

async function writeTexts(program: ProgramSource, texts: Readonly<Record<string, string>>): Promise<WrittenTexts> {
  const plain = Object.entries(texts).map(([name, text]) => [name, ascii(text)] as const);
  const heading = headingOf(program, JSON.stringify(plain));
  const places: Record<string, readonly [number, number]> = {};
  let written = `${heading}\n`;
  for (const [name, text] of plain) {
    places[name] = [written.length, written.length + text.length];
    written += text;
  }
  await replaceFile(program.texts, written);
  return { heading, places };
}
