// From what LIST and LSUB list, what LIST-EXTENDED would have listed (RFC 5258). Pure.

import { listPatterns } from "../../model/list-patterns.ts";
import { canonicalName } from "../../model/mailbox-name.ts";
import type { ListResponse } from "../responses.ts";
import type { ListQuery } from "./listed.ts";

interface PlainLists {
  /** Of LIST; a name may come several times, from several patterns. */
  readonly mailboxes: readonly ListResponse[];
  /** All subscriptions, of LSUB. */
  readonly subscriptions: readonly ListResponse[];
}

/** Each name once. Subscribed ones have \Subscribed; those of them that are not listed have \NonExistent, too. */
export function selectListed(query: ListQuery, { mailboxes, subscriptions }: PlainLists): ListResponse[] {
  const options = new Set(query.selectOptions.map((option) => option.toUpperCase()));
  const listed = byName(mailboxes);
  const subscribed = byName(withoutLevels(subscriptions));
  const marked = new Map([...listed].map(([name, one]) => [name, subscribed.has(name) ? subscribedOne(one) : one]));
  if (!options.has("SUBSCRIBED")) return [...marked.values()];

  const mayMatch = listPatterns(query);
  const matches = ({ name, delimiter }: ListResponse): boolean => mayMatch(name, delimiter);
  const asListed = (one: ListResponse, attributes: readonly string[]): ListResponse =>
    marked.get(canonicalName(one.name)) ?? { kind: "list", delimiter: one.delimiter, name: one.name, attributes };
  const all = [...subscribed.values()];
  const selected = all.filter(matches).map((one) => asListed(one, ["\\NonExistent", "\\Subscribed"]));
  if (!options.has("RECURSIVEMATCH")) return selected;
  // RFC 5258 3.1: what has a subscription somewhere below it that does not match itself.
  const above = all.filter((one) => !matches(one)).flatMap(levelsAbove);
  return [...byName([...selected, ...above.filter(matches).map((one) => asListed(one, ["\\NonExistent"]))]).values()];
}

/** RFC 3501 6.3.9: with \Noselect comes what is only above a subscription; from Courier, whatever the pattern. */
function withoutLevels(subscriptions: readonly ListResponse[]): ListResponse[] {
  const levels = new Set(subscriptions.flatMap(levelsAbove).map(({ name }) => canonicalName(name)));
  return subscriptions.filter(
    ({ name, attributes }) => !(levels.has(canonicalName(name)) && attributes.some((one) => /^\\noselect$/i.test(one))),
  );
}

function byName(responses: readonly ListResponse[]): Map<string, ListResponse> {
  const found = new Map<string, ListResponse>();
  for (const response of responses) {
    const name = canonicalName(response.name);
    if (!found.has(name)) found.set(name, response);
  }
  return found;
}

function subscribedOne(one: ListResponse): ListResponse {
  return { ...one, attributes: [...one.attributes, "\\Subscribed"] };
}

function levelsAbove(one: ListResponse): ListResponse[] {
  const { name, delimiter } = one;
  if (delimiter === null) return [];
  const levels: ListResponse[] = [];
  for (let at = name.lastIndexOf(delimiter); at > 0; at = name.lastIndexOf(delimiter, at - 1))
    levels.push({ ...one, name: name.slice(0, at) });
  return levels;
}
