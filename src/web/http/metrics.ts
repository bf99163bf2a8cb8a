// Figures for Prometheus, in its text exposition format (version 0.0.4). Totals only: whose mail it is, is private.

import packageJson from "../../../package.json" with { type: "json" };
import type { WebContext } from "./context.ts";

interface Metric {
  readonly name: string;
  readonly type: "gauge" | "counter";
  readonly help: string;
  /** By label, or one without. */
  readonly samples: Readonly<Record<string, number>>;
}

export function metricsText({ jobs, config, startedAt }: WebContext): string {
  const { tally } = jobs;
  const { maxJobs } = config();
  const one = (value: number): Metric["samples"] => ({ "": value });
  const ended = Object.entries(tally.ended).map(([state, count]) => [`{state="${state}"}`, count]);
  const all: readonly Metric[] = [
    metric("build_info", "gauge", "Version of the program.", { [`{version="${packageJson.version}"}`]: 1 }),
    metric(
      "start_time_seconds",
      "gauge",
      "When the server was started, since 1970.",
      one(Date.parse(startedAt) / 1000),
    ),
    metric("jobs_running", "gauge", "Jobs that run.", one(jobs.runningCount)),
    metric("jobs_queued", "gauge", "Jobs that wait for their turn.", one(jobs.queuedCount)),
    metric("jobs_max", "gauge", "Jobs that may run at once.", one(maxJobs)),
    metric("jobs_kept", "gauge", "Jobs that can be looked at.", one([...jobs.kept].length)),
    metric("jobs_ended_total", "counter", "Jobs that have ended.", Object.fromEntries(ended) as Metric["samples"]),
    metric("messages_total", "counter", "Messages that jobs have dealt with.", one(tally.messages)),
    metric("octets_total", "counter", "Octets of these messages.", one(tally.octets)),
    metric("errors_total", "counter", "Errors of jobs.", one(tally.errors)),
    metric("octets_per_second", "gauge", "What running jobs copy at the moment.", one(tally.rate)),
    metric(
      "resident_memory_bytes",
      "gauge",
      "Memory of the server without its workers.",
      one(process.memoryUsage.rss()),
    ),
  ];
  return all.map(format).join("");
}

function metric(name: string, type: Metric["type"], ...[help, samples]: [string, Metric["samples"]]): Metric {
  return { name: `imapsync_web_${name}`, type, help, samples };
}

function format({ name, type, help, samples }: Metric): string {
  const lines = Object.entries(samples).map(([labels, value]) => `${name}${labels} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}
