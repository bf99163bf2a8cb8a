// npm run build: one file, dist/interimap.js, because it starts in half the time of unbundled packages.

import { chmod, readFile } from "node:fs/promises";
import { build } from "esbuild";

const outfile = "dist/interimap.js";

// CommonJS packages inside the bundle call require() and read __dirname, which an ES module does not have.
const banner = `#!/usr/bin/env node
import { createRequire as __createRequire } from "node:module";
import { fileURLToPath as __fileURLToPath } from "node:url";
const require = __createRequire(import.meta.url);
const __dirname = __fileURLToPath(new URL(".", import.meta.url));`;

await build({
  entryPoints: ["src/main.ts"],
  outfile,
  bundle: true,
  platform: "node",
  target: "node20",
  format: "esm",
  // A native add-on: its .node file must stay in node_modules.
  external: ["better-sqlite3"],
  banner: { js: banner },
  legalComments: "eof",
  logLevel: "warning",
});

// esbuild moves a #! of the entry file to the top, and a second one after it is a syntax error.
if ((await readFile(outfile, "utf8")).split("\n", 2).every((line) => line.startsWith("#!"))) {
  throw new Error("src/main.ts must not have a #! line: scripts/build.ts writes it");
}
await chmod(outfile, 0o755);
