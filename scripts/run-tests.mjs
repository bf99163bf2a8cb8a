// Runs test files in one go, so that the closing lines count everything. Usage: node --import tsx scripts/run-tests.mjs FILE...
// Does what `node --test` does, and ends when the tests have: that one would wait for whatever a test left running.

import { run } from "node:test";
import { spec } from "node:test/reporters";

// A whole file's time, not a single test's: Node 20 has no limit for all single tests at once. It ends what hangs for ever;
// no slow or busy machine may reach it.
const fileTimeoutMs = 30 * 60_000;

const tests = run({ files: process.argv.slice(2), concurrency: 2, timeout: fileTimeoutMs });
tests.on("test:fail", ({ todo }) => {
  if (todo === undefined || todo === false) process.exitCode = 1;
});
for await (const text of tests.compose(new spec())) process.stdout.write(String(text));
process.stdout.write("", () => process.exit());
