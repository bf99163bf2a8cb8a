// Fifty people move small accounts (20 to 50 messages) at the same time, from one local Dovecot to another through one
// imapsync-web with its own limits: what it takes, and how quickly the page answers meanwhile.
//
//   npm run bench:web                     fifty; installs what is missing
//   npm run bench:web -- --migrations 10  fewer
//   npm run bench:web -- --max-jobs 8     another limit than the default

import { parseArgs } from "node:util";
import { installOrExit } from "../scripts/install-packages.ts";
import { startDovecot } from "../test/support/dovecot.ts";
import { startImapsyncWeb } from "../test/support/imapsync-web.ts";
import { fillAccounts, type LoadFigures, underLoad } from "../test/support/web-load.ts";
import { commit, loadPerCore, machine } from "./lib/machine.ts";

const { values } = parseArgs({
  options: { migrations: { type: "string", default: "50" }, "max-jobs": { type: "string" } },
});

installOrExit(["dovecot-imapd"]);
const { cores } = machine();
const maxJobs = Number(values["max-jobs"] ?? 2 * cores);
if (loadPerCore() > 0.2) console.warn(`This machine is busy (load ${loadPerCore().toFixed(2)} for each core).`);
const source = await startDovecot();
const destination = await startDovecot();
const web = await startImapsyncWeb({ "max-jobs": values["max-jobs"] });
try {
  const options = { web, source, destination, migrations: Number(values.migrations) };
  await fillAccounts(options);
  show(await underLoad(options));
} finally {
  await Promise.all([web.stop(), source.stop(), destination.stop()]);
}

function show(figures: LoadFigures): void {
  const { answers, failures, differences, messages, seconds, mostWorkers, serverMegabytes, workerMegabytes } = figures;
  const quantile = (share: number): string => `${(answers[Math.floor(answers.length * share)] ?? 0).toFixed(1)} ms`;
  const rows = {
    "this program": commit(),
    migrations: values.migrations,
    messages: String(messages),
    "all done after": `${seconds.toFixed(1)} s (${(messages / seconds).toFixed(0)} messages a second)`,
    "jobs at work at once": `${String(mostWorkers)} of ${String(maxJobs)} allowed`,
    "the page answered": `${String(answers.length)} times; median ${quantile(0.5)}, 95 % within ${quantile(0.95)}, at most ${quantile(0.9999)}`,
    memory: `server ${serverMegabytes.toFixed(0)} MB, a job ${workerMegabytes.toFixed(0)} MB at most`,
    failed: failures.length === 0 ? "none" : failures.join("\n"),
    differences: differences.length === 0 ? "none" : differences.join("\n"),
  };
  for (const [name, value] of Object.entries(rows)) console.log(`${name.padEnd(22)}${value}`);
  const isGood = failures.length === 0 && differences.length === 0 && mostWorkers <= maxJobs;
  if (!isGood || (answers[Math.floor(answers.length / 2)] ?? Infinity) > 200) process.exitCode = 1;
}
