// Makes JavaScript of the test files and of all that they import, once for all of them: to do it anew for each file would
// take as long as many of them run.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { root } from "../bootstrap.mjs";

/** A folder for each process: they may run side by side. Inside the root, where packages are found. */
const place = join(root, ".cache/tests");
const outdir = join(place, String(process.pid));

/**
 * Files that tests read, and programs that they start, lie beside the source.
 * @type {import("esbuild").Plugin}
 */
const urlOfSource = {
  name: "url of the source",
  setup(builder) {
    builder.onLoad({ filter: /\.tsx?$/ }, ({ path }) => {
      const url = JSON.stringify(pathToFileURL(path).href);
      return {
        loader: path.endsWith("x") ? "tsx" : "ts",
        contents: readFileSync(path, "utf8").replaceAll("import.meta.url", url),
      };
    });
  },
};

/**
 * @param {readonly string[]} files relative to the root
 * @returns {Promise<string[]>} what to run in their place
 */
export async function bundleTests(files) {
  removeLeftovers();
  process.on("exit", () => rmSync(outdir, { recursive: true, force: true }));
  const sources = files.map((file) => relative(root, file));
  await build({
    absWorkingDir: root,
    entryPoints: sources,
    outdir,
    outbase: ".",
    bundle: true,
    splitting: true,
    platform: "node",
    target: "node20",
    format: "esm",
    packages: "external",
    sourcemap: true,
    plugins: [urlOfSource],
    logLevel: "warning",
  });
  return sources.map((file) => join(outdir, file.replace(/\.ts$/, ".js")));
}

/** Of processes that were killed. */
function removeLeftovers() {
  mkdirSync(place, { recursive: true });
  for (const pid of readdirSync(place)) {
    if (!existsSync(`/proc/${pid}`)) rmSync(join(place, pid), { recursive: true, force: true });
  }
}
