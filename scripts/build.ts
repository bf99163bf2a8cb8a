// npm run build: dist/interimap.js, which loads the program from dist/main.js, one file because that starts in half the time of
// unbundled packages; beside it what not every run needs. What else makes it start quickly, and what does not: docs/adr/0004-start-up.md.

import { createHash } from "node:crypto";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { build, type BuildOptions, type Plugin, transform, type TransformOptions } from "esbuild";
import packageJson from "../package.json" with { type: "json" };
import { exitCode } from "../src/model/exit-code.ts";

const entry = "src/bin/interimap.ts";
const outfile = "dist/main.js";
/** What is imported with `import()`, as text: read at each start, but compiled only on use. */
const textFile = "dist/main.txt";
/** What is started; it loads the program. */
const launcher = "dist/interimap.js";

/**
 * Files beside it, for what few processes need, and need at their start or just before their end: under one that goes on, an
 * upgrade may have put another version there. Its chunks have other names then, and are not found.
 */
const apart = [
  { modules: ["src/cli/completion.ts", "src/cli/help-and-completion.ts"], outfile: "dist/help.js" },
  { modules: ["src/log/json-log.ts"], outfile: "dist/json-log.js" },
] as const;

/** Modules of Node that most runs do not need, and that take a millisecond or more to load. */
const loadedOnUse = ["child_process", "crypto", "dns/promises", "fs/promises", "module", "tls", "v8", "zlib"];

const oldestNode = /\d+/.exec(packageJson.engines.node)?.[0];

/** Of the program itself. */
const banner = `"use strict";
const __url = require("node:url").pathToFileURL(__filename).href;
require = ((eager, onUse) => (name) => {
  if (!onUse.has(name)) return eager(name);
  let loaded;
  return new Proxy({}, { get: (_, key) => (loaded ??= eager(name))[key] });
})(require, new Set(${JSON.stringify(loadedOnUse.map((name) => `node:${name}`))}));
let __load;`;

/** Instead of looking for it in a dozen places. Node loads it, so it cannot be inside the bundle. */
const nativeAddOn: Plugin = {
  name: "native add-on",
  setup(builder) {
    builder.onResolve({ filter: /^bindings$/ }, () => ({ path: "bindings", namespace: "add-on" }));
    builder.onLoad({ filter: /./, namespace: "add-on" }, () => ({
      contents: 'module.exports = () => require("better-sqlite3/build/Release/better_sqlite3.node");',
    }));
  },
};

const forNode = {
  bundle: true,
  platform: "node",
  target: "node20",
  external: ["better-sqlite3/build/*"],
  logLevel: "warning",
} as const satisfies BuildOptions;

const forText = {
  format: "cjs",
  platform: "node",
  target: forNode.target,
  // Text that is compiled cannot import anything but by what it is given.
  supported: { "dynamic-import": false },
} as const satisfies TransformOptions;

interface Chunk {
  readonly text: string;
  /** Of our own module that is imported with `import()`; undefined for what several share. */
  readonly module: string | undefined;
  /** The chunks that it imports; those of an `import()` are not among them. */
  readonly imports: readonly string[];
}

/** All code, by names like `./chunk-X.js` and `./watch-X.js`: what every run needs, and what `import()` brings. */
async function split(): Promise<ReadonlyMap<string, Chunk>> {
  const { outputFiles, metafile } = await build({
    ...forNode,
    format: "esm",
    splitting: true,
    entryPoints: [entry],
    outdir: "dist",
    write: false,
    metafile: true,
    define: { "import.meta.url": "__url" },
    plugins: [nativeAddOn],
  });
  // As chunks they have no names but "default".
  for (const { imports } of Object.values(metafile.inputs))
    for (const { kind, original = "" } of imports)
      if (kind === "dynamic-import" && !original.startsWith("."))
        throw new Error(`import("${original}"): import a module of our own that has "from" for the package`);
  const nameOf = (path: string): string => `./${basename(path)}`;
  const described = new Map(Object.entries(metafile.outputs).map(([path, output]) => [nameOf(path), output]));
  return new Map(
    outputFiles.map(({ path, text }) => {
      const imports = described.get(nameOf(path))?.imports ?? [];
      const isChunk = ({ kind, external }: (typeof imports)[number]): boolean =>
        kind === "import-statement" && external !== true;
      const module = described.get(nameOf(path))?.entryPoint;
      return [nameOf(path), { text, module, imports: imports.filter(isChunk).map((one) => nameOf(one.path)) }];
    }),
  );
}

const chunks = await split();
const main = `./${basename(entry, ".ts")}.js`;

/** Of no chunk: makes the loader, and then runs what the program begins with. */
const start = "./start";

/** What every run needs. */
const eager = withImports([main]);

const isEntry = (modules: readonly string[], { module }: Chunk): boolean =>
  module !== undefined && modules.includes(module);
const namesOf = (chosen: (chunk: Chunk) => boolean): string[] =>
  [...chunks].filter(([, chunk]) => chunk.module !== undefined && chosen(chunk)).map(([name]) => name);

/** The file beside the bundle for each chunk that is needed by the modules of one such file only. */
const fileOf = new Map(
  apart.flatMap(({ modules, outfile: file }) => {
    const elsewhere = withImports(namesOf((chunk) => !isEntry(modules, chunk)));
    const needed = [...withImports(namesOf((chunk) => isEntry(modules, chunk)))];
    const own = needed.filter((name) => !elsewhere.has(name));
    if (own.length === 0) throw new Error(`nothing is in ${file}`);
    return own.map((name) => [name, file] as const);
  }),
);

function withImports(names: readonly string[]): ReadonlySet<string> {
  const all = new Set(names);
  for (const name of all) for (const one of chunks.get(name)?.imports ?? []) all.add(one);
  return all;
}

/**
 * What is imported with `import()` stays text until it is: V8 would go through all of it at each start. What it shares with
 * the rest it gets from there. All that a daemon can need is read at once, so an upgrade cannot replace a part under it.
 */
async function makeLoader(): Promise<string> {
  const texts: Record<string, string> = {};
  const textsApart = new Map<string, Record<string, string>>(apart.map((one) => [one.outfile, {}]));
  const shared = new Set<string>();
  for (const [name, { text, imports }] of chunks) {
    if (eager.has(name)) continue;
    const { code } = await transform(text, { ...forText, sourcefile: name });
    (textsApart.get(fileOf.get(name) ?? "") ?? texts)[name] = code;
    for (const one of imports) if (eager.has(one)) shared.add(one);
  }
  for (const [file, ofFile] of textsApart)
    await writeFile(file, ascii(`module.exports = ${JSON.stringify(ofFile)};\n`));
  const { heading, places } = await writeTexts(texts);
  const names = [...shared];
  return `
    ${names.map((name, i) => `import * as chunk${i} from "${name}";`).join("\n    ")}
    const { join } = require("node:path");
    const texts = require("node:fs").readFileSync(join(__dirname, "${basename(textFile)}"), "latin1");
    if (!texts.startsWith("${heading}")) throw anotherVersion("${basename(textFile)}");
    const places = ${JSON.stringify(places)};
    const textsApart = {};
    const shared = { ${names.map((name, i) => `"${name}": chunk${i}`).join(", ")} };
    const loaded = new Map();
    function anotherVersion(file) {
      return new Error(file + " is of another version of interimap, as after an upgrade: start it again");
    }
    function textOf(name) {
      const [from, to] = places[name] ?? [];
      if (from !== undefined) return texts.substring(from, to);
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
        const parameters = ["module", "exports", "require", "__url"];
        require("node:vm").compileFunction(text, parameters, { filename: name })(module, module.exports, load, __url);
        loaded.set(name, module.exports);
      }
      return module.exports;
    }
    // Not exported: what is required has all that it imports in functions, which V8 goes through twice.
    __load = load;`;
}

interface WrittenTexts {
  /** How the file begins: no other version of it begins so. */
  readonly heading: string;
  /** Where in it each text begins and ends. */
  readonly places: Readonly<Record<string, readonly [from: number, to: number]>>;
}

async function writeTexts(texts: Readonly<Record<string, string>>): Promise<WrittenTexts> {
  const plain = Object.entries(texts).map(([name, text]) => [name, ascii(text)] as const);
  const digest = createHash("sha256").update(JSON.stringify(plain)).digest("hex");
  const heading = `// interimap ${packageJson.version} ${digest} `;
  const places: Record<string, readonly [number, number]> = {};
  let written = `${heading}\n`;
  for (const [name, text] of plain) {
    places[name] = [written.length, written.length + text.length];
    written += text;
  }
  await writeFile(textFile, written, "latin1");
  return { heading, places };
}

/** Puts what every run needs into one scope, as if there were no chunks. */
const linker: Plugin = {
  name: "linker",
  setup(builder) {
    builder.onResolve({ filter: /^\.\// }, ({ path, kind }) => ({
      path,
      namespace: kind === "dynamic-import" ? "on use" : "at once",
    }));
    builder.onLoad({ filter: /./, namespace: "at once" }, async ({ path }) => ({
      contents: path === start ? `${await makeLoader()}\nimport "${main}";` : chunks.get(path)!.text,
      resolveDir: process.cwd(),
    }));
    builder.onLoad({ filter: /./, namespace: "on use" }, ({ path }) => ({
      contents: `module.exports = __load("${path}");`,
    }));
  },
};

await mkdir("dist", { recursive: true });
await build({
  ...forNode,
  // Not ESM: there, all modules of Node that are mentioned anywhere are loaded before anything runs.
  format: "cjs",
  entryPoints: [start],
  outfile,
  plugins: [linker],
  banner: { js: banner },
  legalComments: "eof",
});

// The nearest package.json decides how Node reads a .js file.
await writeFile("dist/package.json", '{ "type": "commonjs" }\n');

await writeFile(outfile, ascii(await readFile(outfile, "utf8")));
const { code } = await transform(await readFile("src/bin/launcher.ts", "utf8"), {
  loader: "ts",
  format: "cjs",
  platform: "node",
  target: "node12",
  define: { oldestNode: String(oldestNode), installationError: String(exitCode.installation) },
  banner: '#!/usr/bin/env node\n"use strict";',
});
await writeFile(launcher, code);
await chmod(launcher, 0o755);

/** V8 reads plain ASCII faster than anything else. esbuild leaves comments and regular expressions as they are. */
function ascii(text: string): string {
  return text.replace(/[\x80-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
