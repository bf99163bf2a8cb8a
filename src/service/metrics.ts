// The status as figures for Prometheus, in its text exposition format (version 0.0.4). Totals only: names of mailboxes
// are private, and would make too many series.

import { sides } from "../model/side.ts";
import type { WorkCounts } from "../model/work-counts.ts";
import { escapedLabel } from "./escaped-label.ts";
import type { StatusDocument } from "./status-document.ts";
import { errorCounter, matchedCounter, workCounters } from "./work-counters.ts";

interface Metric {
  readonly name: string;
  readonly type: "gauge" | "counter";
  readonly help: string;
  readonly samples: readonly Sample[];
}

interface Sample {
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
}

export const successMetric = "interimap_last_success_timestamp_seconds";

/**
 * `lastSuccess`, in seconds since 1970, is the last full check that skipped nothing, if known. Every sample has the database
 * as a label: two pairs of servers may have their files collected together.
 */
export function metricsText(status: StatusDocument, lastSuccess: number | undefined, work?: WorkCounts): string {
  const metrics = [
    ...ofProgram(status),
    ...ofFullChecks(status, lastSuccess),
    ...ofDaemon(status),
    ...(work === undefined ? [] : ofWork(work)),
    ...ofMailboxes(status),
  ];
  return metrics
    .filter(({ samples }) => samples.length > 0)
    .map((metric) => format(metric, { database: status.database.path }))
    .join("");
}

function ofProgram({ version }: StatusDocument): Metric[] {
  return [gauge("build_info", "Version of the program that wrote this file.", [{ value: 1, labels: { version } }])];
}

/** They were called looks; dashboards that use the former names go on working. */
function ofFullChecks({ lastLook }: StatusDocument, lastSuccess: number | undefined): Metric[] {
  const last = lastLook === null ? [] : [lastLook];
  const [at, duration, skipped] = [
    last.map(({ at }) => ({ value: secondsOf(at) })),
    last.map(({ durationMs }) => ({ value: durationMs / 1000 })),
    last.map((one) => ({ value: one.skipped })),
  ];
  return [
    gauge("last_full_check_timestamp_seconds", "When the last full check of all mailboxes began, since 1970.", at),
    gauge("last_full_check_duration_seconds", "How long the last full check took.", duration),
    gauge("last_full_check_skipped", "Mailboxes and messages that the last full check skipped.", skipped),
    gauge("last_look_timestamp_seconds", "Former name of interimap_last_full_check_timestamp_seconds.", at),
    gauge("last_look_duration_seconds", "Former name of interimap_last_full_check_duration_seconds.", duration),
    gauge("last_look_skipped", "Former name of interimap_last_full_check_skipped.", skipped),
    {
      name: successMetric,
      type: "gauge",
      help: "When the last full check that skipped nothing began, since 1970.",
      samples: lastSuccess === undefined ? [] : [{ value: lastSuccess }],
    },
  ];
}

/** Without a daemon there is nothing to say: the connections of a run are closed when it ends. */
function ofDaemon({ daemon }: StatusDocument): Metric[] {
  const links = daemon === null ? [] : sides.map((side) => ({ side, ...daemon.sides[side] }));
  return [
    gauge(
      "connected",
      "Whether the daemon is connected to the server.",
      links.map(({ side, state }) => ({ value: state === "connected" ? 1 : 0, labels: { side } })),
    ),
    counter(
      "connections_total",
      "Connections that the daemon has made to the server.",
      links.map(({ side, connections }) => ({ value: connections, labels: { side } })),
    ),
    counter("full_checks_total", "Full checks of all mailboxes by the daemon.", daemon && [{ value: daemon.looks }]),
    counter("looks_total", "Former name of interimap_full_checks_total.", daemon && [{ value: daemon.looks }]),
    counter(
      "mailboxes_synchronised_total",
      "Mailboxes in which the daemon found something to do.",
      daemon && [{ value: daemon.mailboxesSynchronised }],
    ),
  ];
}

function ofWork({ sides: work, matched, errors }: WorkCounts): Metric[] {
  return [
    ...workCounters.map(({ name, help, figure }) =>
      counter(
        name,
        help,
        sides.map((side) => ({ value: work[side][figure], labels: { side } })),
      ),
    ),
    counter(matchedCounter, "Messages that both servers had already, and that were not copied.", [{ value: matched }]),
    counter(
      errorCounter,
      "Errors that were reported, by their code; without a side, those of neither server.",
      errors.map(({ side, code, count }) => ({ value: count, labels: { ...(side && { side }), code } })),
    ),
  ];
}

function ofMailboxes({ mailboxes, refused, waiting, refusedChanges }: StatusDocument): Metric[] {
  return [
    gauge("mailboxes", "Mailboxes in the database.", [{ value: mailboxes.length }]),
    gauge(
      "messages",
      "Messages in these mailboxes when each was synchronised last.",
      sides.map((side) => ({
        value: mailboxes.reduce((sum, { messages }) => sum + (messages?.[side] ?? 0), 0),
        labels: { side },
      })),
    ),
    gauge(
      "refused_messages",
      "Messages on this side that the other server refused.",
      sides.map((side) => ({ value: refused.filter((message) => message.side === side).length, labels: { side } })),
    ),
    gauge(
      "waiting_mailboxes",
      "Mailboxes whose new messages on this side wait, because the other server takes none for now.",
      sides.map((side) => ({ value: waiting.filter((wait) => wait.side === side).length, labels: { side } })),
    ),
    ...(["deletion", "flags"] as const).map((change) =>
      gauge(
        change === "deletion" ? "refused_deletions" : "refused_flags",
        `Messages ${change === "deletion" ? "that this server refused to delete" : "whose flags this server refused to set"}.`,
        sides.map((side) => ({
          value: refusedChanges
            .filter((refusal) => refusal.side === side && refusal.change === change)
            .reduce((sum, { messages }) => sum + messages, 0),
          labels: { side },
        })),
      ),
    ),
  ];
}

function gauge(name: string, help: string, samples: readonly Sample[]): Metric {
  return { name: `interimap_${name}`, type: "gauge", help, samples };
}

function counter(name: string, help: string, samples: readonly Sample[] | null): Metric {
  return { name: `interimap_${name}`, type: "counter", help, samples: samples ?? [] };
}

function format({ name, type, help, samples }: Metric, common: Readonly<Record<string, string>>): string {
  const lines = samples.map(({ value, labels = {} }) => {
    const pairs = Object.entries({ ...common, ...labels }).map(([label, text]) => `${label}="${escapedLabel(text)}"`);
    return `${name}{${pairs.join(",")}} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function secondsOf(at: string): number {
  return Date.parse(at) / 1000;
}
