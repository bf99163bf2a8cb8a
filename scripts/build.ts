// npm run build: dist/, which has the programs.

import { mkdir, writeFile } from "node:fs/promises";
import { bundlePage } from "./lib/bundle-page.ts";
import { bundleProgram, type ProgramSource } from "./lib/bundle-program.ts";
import { compileAhead } from "./lib/compile-ahead.ts";

const completion = ["src/util/shell/completion-scripts.ts", "src/util/shell/completion-lines.ts"];

const programs: readonly ProgramSource[] = [
  {
    name: "interimap",
    entry: "src/bin/interimap.ts",
    main: "dist/main.js",
    texts: "dist/main.txt",
    compiled: "dist/main.compiled",
    apart: [
      { modules: ["src/cli/completion.ts", "src/cli/help-and-completion.ts", ...completion], file: "dist/help.js" },
      { modules: ["src/log/json-log.ts"], file: "dist/json-log.js" },
    ],
  },
  {
    name: "imapsync",
    entry: "src/bin/imapsync.ts",
    main: "dist/imapsync-main.js",
    texts: "dist/imapsync-main.txt",
    compiled: "dist/imapsync-main.compiled",
    apart: [
      {
        modules: ["src/copier/options/help.ts", "src/copier/options/completion.ts", ...completion],
        file: "dist/imapsync-help.js",
      },
    ],
  },
  {
    name: "imapsync-job",
    entry: "src/bin/imapsync-job.ts",
    main: "dist/imapsync-job-main.js",
    texts: "dist/imapsync-job-main.txt",
    compiled: "dist/imapsync-job-main.compiled",
    apart: [],
  },
  {
    name: "interimap-job",
    entry: "src/bin/interimap-job.ts",
    main: "dist/interimap-job-main.js",
    texts: "dist/interimap-job-main.txt",
    compiled: "dist/interimap-job-main.compiled",
    apart: [],
  },
  {
    name: "interimap-fleet",
    entry: "src/bin/interimap-fleet.ts",
    main: "dist/interimap-fleet-main.js",
    texts: "dist/interimap-fleet-main.txt",
    apart: [],
    // pg-boss demands it.
    oldestNode: [22, 12],
  },
  {
    name: "imapsync-web",
    entry: "src/bin/imapsync-web.ts",
    main: "dist/imapsync-web-main.js",
    texts: "dist/imapsync-web-main.txt",
    apart: [],
  },
];

await mkdir("dist", { recursive: true });
// The nearest package.json decides how Node reads a .js file.
await writeFile("dist/package.json", '{ "type": "commonjs" }\n');

await Promise.all([bundlePage("dist/web"), ...programs.map(bundleProgram)]);
await compileAhead(programs);
