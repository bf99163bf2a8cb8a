// For whoever leads a migration of many accounts: how far it is, and what needs somebody.

import type { VNode } from "preact";
import { Foreign } from "../parts/foreign.tsx";
import type { FleetOverview, FleetPageProps } from "../props.ts";
import { count } from "../words/figures.ts";
import { AccountList } from "./account-list.tsx";
import { FleetFigures } from "./fleet-figures.tsx";
import { backQuery } from "./fleet-words.ts";
import { GroupTable } from "./group-table.tsx";
import { WorkerTable } from "./worker-table.tsx";

export function FleetView({ overview, filter, error }: FleetPageProps): VNode {
  const query = backQuery(filter);
  return (
    <>
      <h1>Fleet</h1>
      <p class="soft">
        <a href={query === "" ? "/operator/fleet" : `/operator/fleet?${query}`}>Reload</a> ·{" "}
        <a href="/operator">Operator</a>
      </p>
      {error !== undefined && (
        <p class="card note wrong" role="alert">
          <Foreign text={error} />
        </p>
      )}
      {overview !== undefined && (
        <>
          <FleetFigures status={overview.status} />
          <Reasons reasons={overview.reasons} />
          <AccountList overview={overview} filter={filter} />
          <GroupTable groups={overview.status.groups} back={query} />
          <WorkerTable workers={overview.status.workers} />
        </>
      )}
    </>
  );
}

function Reasons({ reasons }: Pick<FleetOverview, "reasons">): VNode | null {
  if (reasons.length === 0) return null;
  return (
    <section class="card">
      <div class="card-head">
        <h2 id="reasons-title">What goes wrong</h2>
      </div>
      <div class="scroll" role="region" aria-labelledby="reasons-title" tabIndex={0}>
        <table class="numbers-first">
          <thead>
            <tr>
              <th scope="col">Accounts</th>
              <th scope="col">Status</th>
              <th scope="col">Why</th>
            </tr>
          </thead>
          <tbody>
            {reasons.map(({ status, reason, accounts }) => (
              <tr key={`${status} ${reason}`}>
                <td>{count(accounts)}</td>
                <td>
                  <span class={`tag ${status}`}>{status}</span>
                </td>
                <td>
                  <p class="why wide">
                    <Foreign text={reason} />
                  </p>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
