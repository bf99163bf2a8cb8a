// The groups that an account counts in: its two servers, their providers, and one of the administrator's own.

import type { Account } from "./account.ts";

/** A provider has many names of servers, and one limit for all of them. */
const providers: readonly (readonly [name: string, hosts: RegExp])[] = [
  ["gmail", /(?:^|\.)(?:gmail|googlemail)\.com$/],
  ["microsoft", /(?:^|\.)(?:office365|outlook|hotmail)\.com$/],
  ["yahoo", /(?:^|\.)yahoo\.com$/],
  ["icloud", /(?:^|\.)(?:me|icloud)\.com$/],
];

/** How the name of the administrator's own one begins. */
const own = "group:";

/** Sorted, each once. */
export function groupsOf({ hosts: [source, target], group }: Account): string[] {
  const names = [
    `source:${placeOf(source.host)}`,
    `target:${placeOf(target.host)}`,
    ...[source, target].flatMap(({ host }) => providerOf(host)),
    ...(group === undefined ? [] : [`${own}${group}`]),
  ];
  return [...new Set(names)].sort();
}

/** All in which accounts of this server are, on either side: its provider if it is one of many servers. */
export function groupsOfServer(host: string): string[] {
  const provider = providerOf(host);
  return provider.length > 0 ? provider : ["source", "target"].map((side) => `${side}:${placeOf(host)}`);
}

/** The name of the administrator's own one. */
export function ownGroup(groups: readonly string[]): string | undefined {
  return groups.find((group) => group.startsWith(own))?.slice(own.length);
}

/** Their name in the queue. */
export function groupKey(groups: readonly string[]): string {
  return groups.join(" ");
}

function placeOf(host: string): string {
  return host.toLowerCase().replace(/\.$/, "");
}

function providerOf(host: string): string[] {
  const place = placeOf(host);
  return providers.flatMap(([name, hosts]) => (hosts.test(place) ? [`provider:${name}`] : []));
}
