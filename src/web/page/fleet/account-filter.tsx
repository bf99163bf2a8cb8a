// Which accounts are shown.

import type { VNode } from "preact";
import type { FleetFilter } from "../props.ts";

export interface AccountFilterProps {
  readonly filter: FleetFilter;
  readonly groups: readonly string[];
}

const states: readonly (readonly [value: string, words: string])[] = [
  ["", "any state"],
  ["trouble", "in trouble"],
  ["running", "running"],
  ["late", "out of step"],
  ...["waiting", "done", "paused", "stopped", "quarantined", "dead"].map((one) => [one, one] as const),
];

/** A menu of more groups than that is of no use. */
const mostGroups = 200;

export function AccountFilter({ filter, groups }: AccountFilterProps): VNode {
  return (
    <form method="get" action="/operator/fleet" class="filter" role="search">
      <div class="field">
        <label for="q">Name or user</label>
        <input id="q" name="q" value={filter.q} maxLength={300} />
      </div>
      <div class="field">
        <label for="status">State</label>
        <select id="status" name="status">
          {states.map(([value, words]) => (
            <option key={value} value={value} selected={value === filter.status}>
              {words}
            </option>
          ))}
        </select>
      </div>
      <div class="field">
        <label for="group">Group</label>
        <select id="group" name="group">
          <option value="">any group</option>
          {groups.slice(0, mostGroups).map((group) => (
            <option key={group} value={group} selected={group === filter.group}>
              {group}
            </option>
          ))}
        </select>
      </div>
      <button type="submit">Show</button>
    </form>
  );
}
