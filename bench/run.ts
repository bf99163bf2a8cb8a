// What every kind of work costs this program, the original and mbsync, side by side on real servers, with all mail in memory.
// The table goes to docs/benchmarks.md; the figures are kept in .cache/bench/, so that a later run with --rows adds to them.
//
//   npm run bench                                  everything (about an hour); installs what is missing
//   npm run bench -- --list                        the names of the rows
//   npm run bench -- --rows nothing-200            only rows whose name contains this (a regular expression)
//   npm run bench -- --rows '^new-200$' --pairs 3  fewer turns; default 5
//   npm run bench -- --only ours                   without the other programs; only prints
//   npm run bench -- --quick                       a hundredth of the mail, one turn; only prints: does the bench work?
//   npm run bench -- --out FILE                    the table goes elsewhere, and the figures to FILE.json
//
// INTERIMAP_BIN=/path/to/interimap.js measures another build than dist/interimap.js.

import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { installOrExit } from "../scripts/install-packages.ts";
import { oursOrThrow } from "./lib/contenders.ts";
import { latencyFigures } from "./lib/latency-figures.ts";
import { commit, loadPerCore } from "./lib/machine.ts";
import { busyLoad, shownResult, shownSample, writeReport } from "./lib/report.ts";
import { loadResults, type Results, saveResults } from "./lib/results.ts";
import { reduced, type Row, rows } from "./lib/rows.ts";
import { runRow } from "./lib/run-row.ts";
import { Stage } from "./lib/stage.ts";

const { values: options } = parseArgs({
  options: {
    rows: { type: "string", default: "" },
    pairs: { type: "string" },
    quick: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
    out: { type: "string", default: "docs/benchmarks.md" },
    only: { type: "string" },
  },
});
const figures = options.out === "docs/benchmarks.md" ? ".cache/bench/results.json" : `${options.out}.json`;
const pairs = Number(options.pairs ?? (options.quick ? 1 : 5));
const printsOnly = options.quick || options.only !== undefined;
const pattern = new RegExp(options.rows);
const wanted = rows.filter(({ name }) => pattern.test(name)).map(asWanted);

if (options.list) {
  for (const { name, work } of rows) console.log(`${name.padEnd(24)} ${work}`);
  console.log(`${"latency".padEnd(24)} until a change is visible on the other side, with --notify`);
} else await run();

async function run(): Promise<void> {
  installOrExit(["dovecot-imapd", "interimap", "isync"]);
  console.log(`this program: ${oursOrThrow().join(" ")}`);
  if (loadPerCore() > busyLoad) {
    console.warn(`This machine is busy (load ${loadPerCore().toFixed(2)} for each core): do not trust the figures.`);
  }
  const stage = new Stage();
  try {
    for (const [i, row] of wanted.entries()) {
      stage.keepOnly(wanted.slice(i).map(({ situation }) => situation));
      await measureRow(stage, row).catch((error: unknown) => {
        // The other rows are worth having.
        console.error(error);
        process.exitCode = 1;
      });
    }
  } finally {
    await stage.stop();
  }
  if (pattern.test("latency")) await measureLatency();
}

async function measureRow(stage: Stage, row: Row): Promise<void> {
  console.log(`\n${row.name}: ${row.work}`);
  const load = loadPerCore();
  const entrants = await runRow(stage, row, {
    pairs,
    onSample: (name, sample) => console.log(`  ${name.padEnd(16)}${shownSample(sample)}`),
  });
  const earlier = printsOnly ? { rows: {} } : loadResults(figures);
  const results = { ...earlier, rows: { ...earlier.rows, [row.name]: { commit: commit(), load, entrants } } };
  for (const line of shownResult(row, results)) console.log(line);
  await keep(results);
}

async function measureLatency(): Promise<void> {
  console.log("\nlatency");
  const lines = await latencyFigures(options.quick ? 6 : 60);
  for (const line of lines) console.log(`  ${line}`);
  await keep({ ...loadResults(figures), latency: { commit: commit(), lines } });
}

async function keep(results: Results): Promise<void> {
  if (printsOnly) return;
  mkdirSync(dirname(figures), { recursive: true });
  saveResults(figures, results);
  await writeReport(options.out, rows, results);
}

function asWanted(row: Row): Row {
  const programs = row.programs.filter((name) => options.only === undefined || name === options.only);
  return { ...(options.quick ? reduced(row) : row), programs };
}
