// A fleet's status as Prometheus reads it (text format 0.0.4).

import type { FleetStatus } from "./gather-status.ts";

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: "gauge" | "counter";
  readonly samples: readonly Sample[];
}

/** Ends with a line break. */
export function metricsText(status: FleetStatus): string {
  return metricsOf(status)
    .map(({ name, help, type, samples }) => {
      const full = `interimap_fleet_${name}`;
      const lines = samples.map(([labels, value]) => `${full}${labelText(labels)} ${String(value)}`);
      return [`# HELP ${full} ${help}`, `# TYPE ${full} ${type}`, ...lines, ""].join("\n");
    })
    .join("");
}

function metricsOf({ accounts, phases, pairs, sizes, groups, workers }: FleetStatus): Metric[] {
  const alone = (value: number): Sample[] => [[{}, value]];
  const ofGroups = (value: (group: (typeof groups)[number]) => number | undefined): Sample[] =>
    groups.flatMap((group): Sample[] => {
      const number = value(group);
      return number === undefined ? [] : [[{ group: group.group }, number]];
    });
  return [
    {
      ...{ name: "accounts", help: "Accounts by phase and status.", type: "gauge" },
      samples: phases.map(({ phase, status, accounts: number }) => [{ phase, status }, number]),
    },
    { name: "running", help: "Accounts that are being worked on.", type: "gauge", samples: alone(accounts.running) },
    { name: "pairs", help: "Pairs that are kept in step.", type: "gauge", samples: alone(pairs?.total ?? 0) },
    {
      ...{
        name: "pairs_late",
        help: "Pairs that have been out of step for more than twice their rhythm.",
        type: "gauge",
      },
      samples: alone(pairs?.late ?? 0),
    },
    {
      ...{
        name: "pairs_never_in_step",
        help: "Pairs that no run has left in step yet, and that are not late.",
        type: "gauge",
      },
      samples: alone(pairs?.never ?? 0),
    },
    {
      ...{ name: "lag_seconds", help: "Since the last run that left a pair in step.", type: "gauge" },
      samples:
        pairs?.lagSeconds === undefined
          ? []
          : [
              [{ of: "median" }, pairs.lagSeconds.median],
              [{ of: "most" }, pairs.lagSeconds.most],
            ],
    },
    {
      ...{ name: "copied_messages_total", help: "Messages copied.", type: "counter" },
      samples: alone(sizes.copiedMessages),
    },
    { name: "copied_bytes_total", help: "Octets copied.", type: "counter", samples: alone(sizes.copiedOctets) },
    {
      ...{ name: "group_running", help: "Accounts of a group that are being worked on.", type: "gauge" },
      samples: ofGroups(({ running }) => running),
    },
    {
      ...{ name: "group_limit", help: "How many of a group may be worked on at a time.", type: "gauge" },
      samples: ofGroups(({ limit }) => limit),
    },
    {
      ...{ name: "group_paused", help: "Whether a group is paused.", type: "gauge" },
      samples: ofGroups(({ pausedUntil }) => (pausedUntil === undefined ? 0 : 1)),
    },
    {
      ...{ name: "worker_seen_seconds", help: "How long ago a worker was seen.", type: "gauge" },
      samples: workers.map(({ name, seenSecondsAgo }) => [{ worker: name }, seenSecondsAgo]),
    },
  ];
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${value.replace(/[\\"\n]/g, (one) => (one === "\n" ? "\\n" : `\\${one}`))}"`,
  );
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}
