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

/** @type {Set<import("node:child_process").ChildProcess>} */
const children = new Set();

const args = process.argv.slice(2);
const quick = args.includes("--quick");
const paths = args.filter((arg) => arg !== "--quick");

bootstrap();
endWithUs();
const places = paths.length > 0 ? paths : quick ? quickFolders : ["test"];
const files = places.flatMap(testFilesIn);
if (!quick) run("npm", ["run", "--silent", "build"]);
const [failedChecks, status] = await Promise.all([paths.length > 0 ? [] : runStaticChecks(), runTests()]);
if (failedChecks.length > 0) console.log(`✖ ${failedChecks.join(", ")}: see above`);
process.exitCode = failedChecks.length > 0 ? 1 : status;

/**
 * Brings the servers that the tests talk to; what is downloaded is waited for beside the static checks.
 * @returns {Promise<number>} an exit status
 */
async function runTests() {
  const status = quick ? 0 : await statusOf(process.execPath, ["--import", "tsx", "scripts/install-packages.ts"]);
  if (status !== 0) return status;
  return statusOf(process.execPath, ["--enable-source-maps", "scripts/run-tests.mjs", ...files]);
}

/** Whoever ends this process means the tests; a terminal tells them itself. */
function endWithUs() {
  for (const signal of /** @type {const} */ (["SIGTERM", "SIGHUP"])) {
    process.on(signal, () => {
      for (const child of children) child.kill(signal);
      process.exit(143);
    });
  }
}

/**
 * Runs them side by side and shows the output of those that fail.
 * @returns {Promise<string[]>} those
 */
async function runStaticChecks() {
  const results = await Promise.all(staticChecks.map(runCheck));
  return staticChecks.filter((_, index) => !results[index]);
}

/**
 * With our own standard streams.
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {Promise<number>}
 */
function statusOf(command, args) {
  const child = spawn(command, args, { cwd: root, stdio: "inherit" });
  children.add(child);
  return new Promise((resolve) => child.on("close", (status) => resolve(status ?? 1)));
}

/**
 * @param {string} name
 * @returns {Promise<boolean>} whether it passed
 */
function runCheck(name) {
  const start = performance.now();
  const child = spawn("npm", ["run", "--silent", name], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  children.add(child);
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
  return names.map((name) => join(place, name));
}
