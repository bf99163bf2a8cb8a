// Makes a fresh clone ready to work in: Node's version, a compiler for better-sqlite3, node_modules.
// Plain JavaScript without dependencies, because it runs before anything is installed.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

// ESLint and yargs need this much; the built command itself runs on any Node 20.
const oldestNode = /** @type {const} */ ([20, 19]);

/** Does what is missing, and nothing (in a few milliseconds) when nothing is. */
export function bootstrap() {
  checkNode();
  if (isInstalled()) return;
  ensureCompiler();
  run("npm", ["ci", "--no-audit", "--no-fund"]);
}

/**
 * Runs a command in the repository's root with our own standard streams; ends the process when it fails.
 * @param {string} command
 * @param {readonly string[]} args
 */
export function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: "inherit" });
  if (error) fail(`cannot run ${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [needMajor, needMinor] = oldestNode;
  if (major < needMajor || (major === needMajor && minor < needMinor)) {
    fail(`Node ${oldestNode.join(".")} or newer is needed, this is ${process.versions.node}`);
  }
}

/** Whether node_modules holds what package-lock.json asks for. By content: file times mean nothing after a checkout. */
function isInstalled() {
  const installedLock = join(root, "node_modules/.package-lock.json");
  if (!existsSync(installedLock)) return false;
  const installed = lockedPackages(installedLock);
  return Object.entries(lockedPackages(join(root, "package-lock.json"))).every(
    ([path, wanted]) =>
      path === "" || installed[path]?.version === wanted.version || (wanted.optional === true && !installed[path]),
  );
}

/**
 * @param {string} lockFile
 * @returns {Record<string, { version?: string, optional?: boolean }>}
 */
function lockedPackages(lockFile) {
  /** @type {unknown} */
  const lock = JSON.parse(readFileSync(lockFile, "utf8"));
  return /** @type {{ packages: ReturnType<typeof lockedPackages> }} */ (lock).packages;
}

/** better-sqlite3 is compiled when its ready-made binary cannot be downloaded. */
function ensureCompiler() {
  const missing = ["python3", "make", "g++"].filter((tool) => spawnSync(tool, ["--version"]).status !== 0);
  if (missing.length === 0) return;
  if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    const apt = ["DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=300"];
    run("env", [...apt, "update"]);
    run("env", [...apt, "install", "-y", "--no-install-recommends", "build-essential", "python3"]);
  } else {
    console.error(`If better-sqlite3 has to be compiled, this will fail for want of: ${missing.join(", ")}.`);
    console.error("On Debian: apt-get install build-essential python3");
  }
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  console.error(message);
  process.exit(1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) bootstrap();
