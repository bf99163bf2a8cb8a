// The groups of a fleet: how many of each are at work, and what holds them back.

import type { VNode } from "preact";
import type { GroupStatus } from "../../../fleet/report/gather-status.ts";
import { Foreign } from "../parts/foreign.tsx";
import { count } from "../words/figures.ts";
import { pauseInWords } from "./fleet-words.ts";
import { Hidden } from "./hidden.tsx";

export interface GroupTableProps {
  readonly groups: readonly GroupStatus[];
  readonly back: string;
}

export function GroupTable({ groups, back }: GroupTableProps): VNode | null {
  if (groups.length === 0) return null;
  return (
    <section class="card">
      <div class="card-head">
        <h2 id="groups-title">Groups</h2>
      </div>
      <div class="scroll jobs" role="region" aria-labelledby="groups-title" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Group</th>
              <th scope="col">Accounts</th>
              <th scope="col">Waiting</th>
              <th scope="col">Running</th>
              <th scope="col">At most</th>
              <th scope="col">Paused</th>
            </tr>
          </thead>
          <tbody>
            {groups.map((group) => (
              <Group key={group.group} group={group} back={back} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Group({ group, back }: { readonly group: GroupStatus; readonly back: string }): VNode {
  const { group: name, accounts, waiting, running, limit, pausedUntil, reason } = group;
  const act = pausedUntil === undefined ? "pause" : "resume";
  return (
    <tr>
      <th scope="row">
        <span class="account-line">
          <Foreign text={name} />
        </span>
      </th>
      <td>{count(accounts)}</td>
      <td>{count(waiting)}</td>
      <td>{count(running)}</td>
      <td>
        <form method="post" action="/operator/fleet/groups" class="inline">
          <Hidden values={{ do: "limit", group: name, back }} />
          <input
            name="most"
            inputMode="numeric"
            pattern="\d{0,6}"
            value={limit === undefined ? "" : String(limit)}
            placeholder="any"
            size={5}
            aria-label={`At most, of ${name}`}
          />
          <button type="submit" class="small">
            Set
          </button>
        </form>
      </td>
      <td>
        {pausedUntil !== undefined && (
          <p class="why">
            {pauseInWords(pausedUntil)}
            {reason !== undefined && (
              <>
                {": "}
                <Foreign text={reason} />
              </>
            )}
          </p>
        )}
        <form method="post" action="/operator/fleet/groups">
          <Hidden values={{ do: act, group: name, back }} />
          <button type="submit" class="small" aria-label={`${act === "pause" ? "Pause" : "Resume"} ${name}`}>
            {act === "pause" ? "Pause" : "Resume"}
          </button>
        </form>
      </td>
    </tr>
  );
}
