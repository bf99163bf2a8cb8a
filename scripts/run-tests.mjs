// Runs test files in one go, so that the closing lines count everything. Usage: node scripts/run-tests.mjs FILE...
// Does what `node --test` does, and ends when the tests have: that one would wait for whatever a test left running.

import { availableParallelism } from "node:os";
import { finished } from "node:stream/promises";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { bundleTests } from "./lib/bundle-tests.mjs";
import { longestFirst } from "./lib/heavy-tests.mjs";

// A whole file's time, not a single test's: Node 20 has no limit for all single tests at once. It ends what hangs for ever;
// no slow or busy machine may reach it.
const fileTimeoutMs = 30 * 60_000;

/**
 * Files whose tests spend most of their time in pauses of the program's; they run beside those that keep the cores busy. Of
 * these, twice as many as there are cores: while a test starts a server or asks it, its file does nothing else.
 */
const waiting = /\/(?:watch|recovery|mailutils|chaos|waits|untold-changes|standstill|completion)[^/]*$/;
const waitingLanes = 4;
const workingLanes = 2 * availableParallelism();

/** A line of the closing ones, e.g. "pass 12". */
const closing = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) ([\d.]+)$/;

/** @typedef {{ type: string, data: { nesting: number, message?: string, todo?: unknown } }} TestEvent */

// A test process that is ended so ends its servers.
const interruption = new AbortController();
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, () => interruption.abort());
// Each process would read all of a machine's certificates when it starts, which takes it longer than all else.
delete process.env["NODE_EXTRA_CA_CERTS"];
const started = performance.now();
const files = await bundleTests(longestFirst(process.argv.slice(2)));
/** @type {Map<string, number>} */
const sums = new Map();
const report = new spec();
report.pipe(process.stdout);
await Promise.all([
  runSideBySide(
    waitingLanes,
    files.filter((file) => waiting.test(file)),
  ),
  runSideBySide(
    workingLanes,
    files.filter((file) => !waiting.test(file)),
  ),
]);
sums.set("duration_ms", performance.now() - started);
for (const [name, sum] of sums)
  report.write({ type: "test:diagnostic", data: { nesting: 0, message: `${name} ${sum}` } });
report.end();
await finished(report);
process.stdout.write("", () => process.exit());

/**
 * Reports a test with all of its subtests at a time: others run meanwhile.
 * @param {number} concurrency
 * @param {string[]} files
 */
async function runSideBySide(concurrency, files) {
  if (files.length === 0) return;
  /** @type {TestEvent[]} */
  let held = [];
  const events = run({ files, concurrency, timeout: fileTimeoutMs, signal: interruption.signal });
  for await (const event of /** @type {AsyncIterable<TestEvent>} */ (events)) {
    if (isClosing(event)) continue;
    const { type, data } = event;
    if (type === "test:fail" && (data.todo === undefined || data.todo === false)) process.exitCode = 1;
    held.push(event);
    if (data.nesting > 0 || !["test:pass", "test:fail"].includes(type)) continue;
    for (const each of held) report.write(each);
    held = [];
  }
  for (const each of held) report.write(each);
}

/**
 * Adds what a closing line counts to the sums.
 * @param {TestEvent} event
 */
function isClosing({ type, data }) {
  if (type !== "test:diagnostic" || data.nesting > 0) return false;
  const [, name, count] = closing.exec(data.message ?? "") ?? [];
  if (name === undefined) return false;
  sums.set(name, (sums.get(name) ?? 0) + Number(count));
  return true;
}
