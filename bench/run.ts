// What every kind of work costs this program, the original and mbsync, side by side on real servers, with all mail in memory.
// The table goes to docs/benchmarks.md; the figures are kept in .cache/bench/, so that a later run with --rows adds to them.
//
//   npm run bench                                  everything (about an hour); installs what is missing
//   npm run bench -- --rows nothing-200            only rows whose name contains this (a regular expression)
//   npm run bench -- --rows '^new-200$' --pairs 3  fewer turns; default 5
//   npm run bench -- --quick                       a hundredth of the mail and one turn: does the bench itself work?
//   npm run bench -- --list                        the names of the rows
//   npm run bench -- --out FILE                    another table; the figures go to FILE.json
//   npm run bench -- --only ours                   leave the other programs out; writes nothing
//
// INTERIMAP_BIN=/path/to/interimap.js measures another build instead of dist/interimap.js.

import { execFileSync } from "node:child_process";
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { installOrExit } from "../scripts/install-packages.ts";
import { oursOrThrow } from "./lib/contenders.ts";
import { shownSample, writeReport } from "./lib/report.ts";
import { loadResults, medianOf, saveResults, type EntrantName, type Results } from "./lib/results.ts";
import { rows as allRows, type Row } from "./lib/rows.ts";
import { runRow } from "./lib/run-row.ts";
import { Stage } from "./lib/stage.ts";

const { values: options } = parseArgs({
  options: {
    rows: { type: "string", default: "" },
    pairs: { type: "string" },
    quick: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
    out: { type: "string" },
    only: { type: "string" },
  },
});
const table = options.out ?? "docs/benchmarks.md";
const figures = options.out === undefined ? ".cache/bench/results.json" : `${options.out}.json`;
const pairs = Number(options.pairs ?? (options.quick ? 1 : 5));
const wanted = allRows.filter(({ name }) => new RegExp(options.rows).test(name)).map(options.quick ? small : same);

if (options.list) {
  for (const { name, work } of wanted) console.log(`${name.padEnd(24)} ${work}`);
} else await run();

async function run(): Promise<void> {
  installOrExit(["dovecot-imapd", "interimap", "isync"]);
  console.log(`ours: ${oursOrThrow().join(" ")}`);
  const load = loadPerCore();
  if (load > 0.5)
    console.warn(`This machine is busy (load ${load.toFixed(2)} for each core): the figures will be worse.`);
  const stage = new Stage();
  try {
    for (const [i, row] of wanted.entries()) {
      stage.keepOnly(wanted.slice(i).map(({ situation }) => situation));
      await measureRow(stage, row);
    }
  } finally {
    await stage.stop();
  }
}

async function measureRow(stage: Stage, row: Row): Promise<void> {
  console.log(`\n${row.name}: ${row.work}`);
  const load = loadPerCore();
  const chosen =
    options.only === undefined ? row : { ...row, programs: row.programs.filter((name) => name === options.only) };
  const entrants = await runRow(stage, chosen, {
    pairs,
    onSample: (name, sample) => console.log(`  ${name.padEnd(16)} ${shownSample(sample)}`),
  });
  const date = new Date().toISOString().slice(0, 10);
  const result = { date, commit: commit(), load, isQuick: options.quick, entrants };
  const results: Results = { ...loadResults(figures), [row.name]: result };
  for (const { what, most, unit = "", value } of row.bars) {
    const reached = value(results, row.name);
    if (reached !== undefined) console.log(`  ${what}: ${reached.toFixed(2)}${unit}, wanted ≤ ${most}${unit}`);
  }
  for (const name of Object.keys(entrants) as EntrantName[]) {
    const { wire } = entrants[name] ?? {};
    const seconds = medianOf(result, name, "seconds") ?? NaN;
    const traffic =
      wire === undefined
        ? ""
        : `, sent ${wire.sent}, received ${wire.received}, ${wire.roundTrips} round trips, ${wire.connections} connections`;
    console.log(`  median ${name.padEnd(16)} ${seconds.toFixed(3)} s${traffic}`);
  }
  if (options.only !== undefined) return;
  saveResults(figures, results);
  await writeReport(table, results);
}

function small(row: Row): Row {
  const { mailboxes, messages, size } = row.situation;
  const situation = {
    ...row.situation,
    mailboxes: mailboxes > 1 ? Math.max(3, mailboxes / 100) : 1,
    messages: mailboxes > 1 ? 3 : Math.max(20, messages / 100),
    size: Math.min(size, 1_000_000),
  };
  return { ...row, situation };
}

function same(row: Row): Row {
  return row;
}

function loadPerCore(): number {
  return (loadavg()[0] ?? 0) / cpus().length;
}

/** With a + when the files differ from it. */
function commit(): string {
  const git = (...args: readonly string[]): string => execFileSync("git", args, { encoding: "utf8" }).trim();
  return git("rev-parse", "--short", "HEAD") + (git("status", "--porcelain", "src", "migrations") === "" ? "" : "+");
}
