// A fleet's status for people.

import { textTable } from "../../service/text-table.ts";
import { counted } from "../../util/counted.ts";
import { duration } from "../../util/duration.ts";
import { humanBytes } from "../../util/human-bytes.ts";
import { printable } from "../../util/printable.ts";
import type { FleetStatus, GroupStatus } from "./gather-status.ts";
import { pairsLines } from "./pairs-text.ts";

/** Ends with a line break. */
export function statusText(status: FleetStatus): string {
  const sections = [summary(status), groupLines(status), workerLines(status), troubleLines(status)];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function summary({ accounts, phases, pairs, sizes, rates, secondsLeft }: FleetStatus): string[] {
  const { total, running, ...byStatus } = accounts;
  const parts = Object.entries(byStatus).flatMap(([name, number]) => (number > 0 ? [`${String(number)} ${name}`] : []));
  const speed = `${rates.messages.toFixed(1)} messages and ${humanBytes(Math.round(rates.octets))} a second`;
  return [
    `${counted(total, "account")}: ${parts.join(", ") || "none yet"}; ${String(running)} being worked on`,
    ...phases.map(({ phase, status, accounts: number }) => `  ${phase}: ${String(number)} ${status}`),
    ...(pairs === undefined ? [] : pairsLines(pairs)),
    `Copied: ${counted(sizes.copiedMessages, "message")}, ${humanBytes(sizes.copiedOctets)}`,
    ...(sizes.measured === 0
      ? []
      : [
          `Measured: ${counted(sizes.measured, "account")} with ${counted(sizes.messages, "message")}, ${humanBytes(sizes.octets)}`,
        ]),
    `In the last ten minutes: ${speed}`,
    ...(secondsLeft === undefined ? [] : [`At this pace, what waits is done in ${duration(secondsLeft * 1000)}`]),
  ];
}

function groupLines({ groups }: FleetStatus): string[] {
  const columns = [
    { title: "Group" },
    ...["Accounts", "Waiting", "Running", "Limit"].map((title) => ({ title, isNumber: true })),
    { title: "Paused" },
  ];
  const rows = groups.map((group) => [
    printable(group.group),
    ...[group.accounts, group.waiting, group.running, group.limit ?? "-"].map(String),
    pauseOf(group),
  ]);
  return rows.length === 0 ? [] : textTable(columns, rows);
}

function pauseOf({ pausedUntil, reason }: GroupStatus): string {
  if (pausedUntil === undefined) return "";
  const until = pausedUntil === "infinity" ? "until it is resumed" : `until ${pausedUntil}`;
  return printable(reason === undefined ? until : `${until}: ${reason}`);
}

const silentSeconds = 120;

function workerLines({ workers }: FleetStatus): string[] {
  if (workers.length === 0) return ["There is no worker"];
  return workers.map(({ name, concurrency, seenSecondsAgo }) => {
    const seen = seenSecondsAgo > silentSeconds ? `; not seen for ${duration(seenSecondsAgo * 1000)}` : "";
    return `Worker ${printable(name)}: up to ${counted(concurrency, "account")} at a time${seen}`;
  });
}

function troubleLines({ troubled }: FleetStatus): string[] {
  const columns = ["Account", "Status", "Phase", "Why"].map((title) => ({ title }));
  const rows = troubled.map(({ name, status, phase, reason }) => [name, status, phase, reason].map(printable));
  return rows.length === 0 ? [] : textTable(columns, rows);
}
