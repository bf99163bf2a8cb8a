// npm test and npm run check. Plain JavaScript, because it starts before node_modules exists.
//   node scripts/test.mjs            all: static checks, build, every test (real servers are installed when missing)
//   node scripts/test.mjs --quick    static checks, unit and property tests
//   node scripts/test.mjs PATH...    build, then only the tests in these files or folders

import { spawn } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { bootstrap, root, run } from "./bootstrap.mjs";

const staticChecks = ["format:check", "lint", "types", "boundaries", "deadcode"];
const quickFolders = ["test/unit", "test/property"];

const args = process.argv.slice(2);
const quick = args.includes("--quick");
const paths = args.filter((arg) => arg !== "--quick");

bootstrap();
const statuses = await Promise.all([
  paths.length > 0 ? 0 : runStaticChecks(),
  // Beside them, because most of it is waiting for what is downloaded.
  quick ? 0 : prepare(),
]);
const status = Math.max(...statuses);
if (status !== 0) process.exit(status);
const places = paths.length > 0 ? paths : quick ? quickFolders : ["test"];
run(process.execPath, ["--enable-source-maps", "scripts/run-tests.mjs", ...places.flatMap(testFilesIn)]);

/**
 * Runs them side by side and shows the output of those that fail.
 * @returns {Promise<number>} an exit status
 */
async function runStaticChecks() {
  const results = await Promise.all(staticChecks.map(runCheck));
  return results.includes(false) ? 1 : 0;
}

/**
 * Builds what the tests run, and brings the servers that they talk to.
 * @returns {Promise<number>} an exit status
 */
async function prepare() {
  const status = await statusOf("npm", ["run", "--silent", "build"]);
  return status === 0 ? statusOf(process.execPath, ["--import", "tsx", "scripts/install-packages.ts"]) : status;
}

/**
 * With our own standard streams.
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {Promise<number>}
 */
function statusOf(command, args) {
  const child = spawn(command, args, { cwd: root, stdio: "inherit" });
  return new Promise((resolve) => child.on("close", (status) => resolve(status ?? 1)));
}

/**
 * @param {string} name
 * @returns {Promise<boolean>} whether it passed
 */
function runCheck(name) {
  const start = performance.now();
  const child = spawn("npm", ["run", "--silent", name], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (chunk) => (output += String(chunk)));
  child.stderr.on("data", (chunk) => (output += String(chunk)));
  return new Promise((resolve) => {
    child.on("close", (status) => {
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      const passed = status === 0;
      console.log(`${passed ? "✔" : "✖"} ${name} (${seconds} s)`);
      if (!passed) console.log(output);
      resolve(passed);
    });
  });
}

/**
 * @param {string} place a file or a folder, relative to the root
 * @returns {string[]}
 */
function testFilesIn(place) {
  const path = join(root, place);
  if (!existsSync(path)) throw new Error(`no such test file or folder: ${place}`);
  if (statSync(path).isFile()) return [place];
  const names = readdirSync(path, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".test.ts"));
  // In alphabetical order the slow folders (fault, integration) come first, which keeps both cores busy to the end.
  return names.sort().map((name) => join(place, name));
}
