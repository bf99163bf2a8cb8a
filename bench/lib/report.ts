// docs/benchmarks.md: what was measured, as tables for people.

import { writeFileSync } from "node:fs";
import { format, resolveConfig } from "prettier";
import { humanBytes } from "../../src/util/human-bytes.ts";
import type { Bar } from "./bars.ts";
import { machine, versions } from "./machine.ts";
import { referenceNames } from "./references.ts";
import { type EntrantName, medianOf, type Results, type Sample } from "./results.ts";
import type { Row } from "./rows.ts";

const titles: Readonly<Record<EntrantName, string>> = {
  ours: "this program",
  original: "original",
  mbsync: "mbsync",
  "mbsync pull": "mbsync, Sync Pull",
  imapsync: "this program's imapsync",
  "imapsync --state": "the same with --state",
  "node -e 0": "`node -e 0`",
  "one connection": "replay, one connection",
  "two connections": "replay, two connections",
  relay: "relay",
};

/** Rows without a result are left out. */
export async function writeReport(file: string, rows: readonly Row[], results: Results): Promise<void> {
  const measured = rows.filter(({ name }) => results.rows[name] !== undefined);
  const text = [
    introduction(),
    "## Wall time\n",
    table(
      ["work", titles.ours, titles.original, titles.mbsync, "÷ original", "÷ mbsync", "for comparison", "wanted", "at"],
      measured.map((row) => wallCells(row, results)),
    ),
    "## What it takes\n",
    "Traffic is that with the remote server, in one run; a round trip is that a client says something after it has heard something.\n",
    table(
      ["work", "program", "CPU", "peak memory", "sent", "received", "round trips", "connections"],
      measured.flatMap((row) => costCells(row, results)),
    ),
    ...(results.latency === undefined ? [] : ["## Latency of `--watch --notify`\n", latencyList(results.latency)]),
  ].join("\n");
  writeFileSync(file, await format(text, { ...(await resolveConfig("package.json")), parser: "markdown" }));
}

/** For the terminal. */
export function shownSample({ seconds, cpuSeconds, peakBytes }: Sample): string {
  const cells = [
    `${seconds.toFixed(3)} s`,
    cpuSeconds === undefined ? "" : `CPU ${cpuSeconds.toFixed(2)} s`,
    peakBytes === undefined ? "" : `peak ${humanBytes(peakBytes)}`,
  ];
  return cells.map((cell) => cell.padStart(14)).join(" ");
}

/** For the terminal: medians, traffic and bars of one row. */
export function shownResult(row: Row, results: Results): string[] {
  const bars = row.bars.map((bar) => `  ${barText(bar, row, results)}`);
  const costs = costCells(row, results).map((cells) => `  ${cells.slice(1).join(" | ")}`);
  return ["  program | CPU | peak memory | sent | received | round trips | connections", ...costs, ...bars];
}

function introduction(): string {
  const { cores, model, memory, kernel } = machine();
  return `# Benchmarks

Written by \`npm run bench\`, which repeats all this; \`npm run bench -- --rows PATTERN\` measures some rows anew (see
\`bench/run.ts\`). Seconds are medians, the programs taking turns; seconds of different machines do not compare, ratios do.
Both servers are Dovecots that keep all mail in memory; the programs' databases are on disk. Nothing is encrypted or compressed
unless a row names TLS or COMPRESS. “50 ms” is the round-trip time to one of the servers, made by a proxy that delays without
slowing down. The original is interimap ${versions().original}.

- ${new Date().toISOString().slice(0, 10)}, ${cores} cores (${model}), ${memory}, Linux ${kernel}
- ${Object.entries(versions())
    .map(([name, version]) => `${name === "original" ? "interimap (Debian)" : name} ${version}`)
    .join(", ")}
- the column “at” names the commit that was measured; “busy” is added where more than half of each core was in use in the
  minute before, for a row before it or for something else
`;
}

function wallCells(row: Row, results: Results): string[] {
  const result = results.rows[row.name];
  const of = (name: EntrantName): number | undefined => medianOf(result, name, "seconds");
  const ours = of("ours");
  const ratio = (other: number | undefined): string =>
    ours === undefined || other === undefined ? "" : (ours / other).toFixed(2);
  const references = referenceNames.flatMap((name) => {
    const value = of(name);
    return value === undefined ? [] : [`${titles[name]}: ${seconds(value)}`];
  });
  const at = `${result?.commit ?? ""}${(result?.load ?? 0) > busyLoad ? " busy" : ""}`;
  return [
    row.work,
    ...[ours, of("original"), of("mbsync")].map(seconds),
    ratio(of("original")),
    ratio(of("mbsync")),
    references.join("<br>"),
    row.bars.map((bar) => barText(bar, row, results)).join("<br>"),
    at,
  ];
}

/** Load average for each core above which figures are doubtful. */
export const busyLoad = 0.5;

function barText({ what, most, unit = "", value }: Bar, { name }: Row, results: Results): string {
  const reached = value(results, name);
  const wanted = `${what} ≤ ${most}${unit}`;
  if (reached === undefined) return `? ${wanted}`;
  return `${reached <= most ? "✔" : "✘"} ${wanted}: ${reached.toFixed(reached < 10 ? 2 : 0)}`;
}

function costCells(row: Row, results: Results): string[][] {
  const result = results.rows[row.name];
  return (["ours", "original", "mbsync", "node -e 0"] as const).flatMap((name) => {
    const wire = result?.entrants[name]?.wire;
    const cpu = medianOf(result, name, "cpuSeconds");
    if (cpu === undefined) return [];
    const peak = medianOf(result, name, "peakBytes");
    return [
      [
        row.work,
        titles[name],
        seconds(cpu),
        peak === undefined ? "" : humanBytes(peak),
        wire === undefined ? "" : humanBytes(wire.sent),
        wire === undefined ? "" : humanBytes(wire.received),
        String(wire?.roundTrips ?? ""),
        String(wire?.connections ?? ""),
      ],
    ];
  });
}

function latencyList({ commit, lines }: NonNullable<Results["latency"]>): string {
  return `${lines.map((line) => `- ${line}`).join("\n")}\n- at ${commit}\n`;
}

function seconds(value: number | undefined): string {
  return value === undefined ? "" : `${value.toFixed(value < 1 ? 3 : 2)} s`;
}

function table(header: readonly string[], body: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return `${[line(header), line(header.map((_, i) => (i === 0 ? "---" : "--:"))), ...body.map(line)].join("\n")}\n`;
}
