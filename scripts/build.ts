// npm run build: one file, dist/interimap.js, because that starts in half the time of unbundled packages. What else
// makes it start quickly, and what does not: docs/adr/0004-start-up.md.

import { chmod, readFile, writeFile } from "node:fs/promises";
import packageJson from "../package.json" with { type: "json" };
import { exitCode } from "../src/model/exit-code.ts";
import { build, type BuildOptions, type Plugin } from "esbuild";

const outfile = "dist/interimap.js";

/** Modules of Node that most runs do not need, and that take a millisecond or more to load. */
const loadedOnUse = ["child_process", "crypto", "dns/promises", "fs/promises", "module", "tls", "v8", "zlib"];

const oldestNode = /\d+/.exec(packageJson.engines.node)?.[0];

/** Before anything that an older Node.js cannot run. */
const banner = `#!/usr/bin/env node
"use strict";
if (parseInt(process.versions.node) < ${oldestNode}) {
  process.stderr.write("interimap needs Node.js ${oldestNode} or newer, and this is " + process.version + " (" + process.execPath + "); start it with another, or upgrade this one\\n");
  process.exit(${exitCode.installation});
}
const __url = require("node:url").pathToFileURL(__filename).href;
require = ((eager, onUse) => (name) => {
  if (!onUse.has(name)) return eager(name);
  let loaded;
  return new Proxy({}, { get: (_, key) => (loaded ??= eager(name))[key] });
})(require, new Set(${JSON.stringify(loadedOnUse.map((name) => `node:${name}`))}));`;

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
  // Not ESM: there, all modules of Node that are mentioned anywhere are loaded before anything runs.
  format: "cjs",
  logLevel: "warning",
} as const satisfies BuildOptions;

/** Packages that few runs need stay text until one does: V8 would go through all of it at each start. */
const packagesAsText: Plugin = {
  name: "packages as text",
  setup(builder) {
    builder.onResolve({ filter: /^(?:socks|imapflow\/.*)$/ }, ({ path }) => ({ path, namespace: "text" }));
    builder.onLoad({ filter: /./, namespace: "text" }, async ({ path }) => {
      const entry = { contents: `module.exports = require("${path}");`, resolveDir: process.cwd() };
      const { outputFiles } = await build({ ...forNode, stdin: entry, write: false });
      const code = JSON.stringify(outputFiles[0]?.text);
      const options = JSON.stringify({ filename: path });
      const evaluate = `require("node:vm").compileFunction(${code}, ["module", "require"], ${options})`;
      return { contents: `${evaluate}(module, require);` };
    });
  },
};

await build({
  ...forNode,
  entryPoints: ["src/main.ts"],
  outfile,
  define: { "import.meta.url": "__url" },
  plugins: [nativeAddOn, packagesAsText],
  external: ["better-sqlite3/build/*"],
  banner: { js: banner },
  legalComments: "eof",
});

// The nearest package.json decides how Node reads a .js file.
await writeFile("dist/package.json", '{ "type": "commonjs" }\n');

const bundle = await readFile(outfile, "utf8");
// esbuild moves a #! of the entry file to the top, and a second one after it is a syntax error.
if (bundle.split("\n", 2).every((line) => line.startsWith("#!"))) {
  throw new Error("src/main.ts must not have a #! line: scripts/build.ts writes it");
}
// V8 reads plain ASCII faster than anything else. esbuild leaves comments and regular expressions as they are.
const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
await writeFile(outfile, bundle.replace(/[\x80-\uffff]/g, escaped));
await chmod(outfile, 0o755);
