// npm run release -- VERSION [--go]: checks that VERSION can be released, and says what would be done. With --go it sets the version
// in package.json and CHANGELOG.md, runs all tests, and makes the packages. It neither commits nor publishes anything.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import packageJson from "../package.json" with { type: "json" };
import { planRelease } from "./lib/release-plan.ts";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { go: { type: "boolean" } } });
const [version = ""] = positionals;
if (positionals.length !== 1) {
  console.error("Usage: npm run release -- VERSION [--go]");
  process.exit(64);
}

const { obstacles, changelog } = planRelease({
  version,
  current: packageJson.version,
  changelog: readFileSync("CHANGELOG.md", "utf8"),
  uncommitted: output("git", ["status", "--porcelain"])
    .split("\n")
    .filter((line) => line !== ""),
  date: new Date().toISOString().slice(0, 10),
});
for (const obstacle of obstacles) console.error(`✖ ${obstacle}`);
if (obstacles.length > 0) process.exit(1);

const steps: readonly (readonly [what: string, action: () => void])[] = [
  [`set the version ${version} in package.json and package-lock.json`, setVersion],
  ["give the section Unreleased of CHANGELOG.md its version and date", () => writeFileSync("CHANGELOG.md", changelog)],
  ["run all tests: npm test", () => run("npm", ["test"])],
  ["make the package for npm, with its bill of materials: npm pack", () => run("npm", ["pack", "--silent"])],
  ["make the package for Debian: npm run package:deb", () => run("npm", ["run", "--silent", "package:deb"])],
  ["try the package in a bare Debian: npm run test:deb", () => run("npm", ["run", "--silent", "test:deb"])],
  ["write the digests of both into SHA256SUMS", writeDigests],
];
for (const [index, [what, action]] of steps.entries()) {
  console.log(`${String(index + 1)}. ${what}`);
  if (values.go === true) action();
}
console.log(
  values.go === true
    ? `\nDone. If all looks right:\n  git commit -am "Release ${version}" && git tag v${version}\nPublishing is yours: npm publish ./interimap-${version}.tgz`
    : "\nNothing was done. To do it, add --go",
);

function setVersion(): void {
  run("npm", ["version", version, "--no-git-tag-version", "--allow-same-version"]);
}

function writeDigests(): void {
  const packages = [`interimap-${version}.tgz`, `interimap-node_${version.replace("-", "~")}-1_`];
  const files = readdirSync(".").filter((file) => packages.some((name) => file.startsWith(name)));
  const line = (file: string): string => `${createHash("sha256").update(readFileSync(file)).digest("hex")}  ${file}\n`;
  writeFileSync("SHA256SUMS", files.map(line).join(""));
}

function output(program: string, args: readonly string[]): string {
  return execFileSync(program, args, { encoding: "utf8" });
}

function run(program: string, args: readonly string[]): void {
  execFileSync(program, args, { stdio: "inherit" });
}
