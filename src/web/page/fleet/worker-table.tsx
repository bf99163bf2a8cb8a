// The workers of a fleet, and whether they are there.

import type { VNode } from "preact";
import type { FleetStatus } from "../../../fleet/report/gather-status.ts";
import { Foreign } from "../parts/foreign.tsx";
import { count, roughly } from "../words/figures.ts";

/** As long as others wait before they tell that it is gone. */
const goneSeconds = 120;

export function WorkerTable({ workers }: Pick<FleetStatus, "workers">): VNode {
  return (
    <section class="card">
      <div class="card-head">
        <h2 id="workers-title">Workers</h2>
      </div>
      {workers.length === 0 ? (
        <p class="soft">None: nothing is copied until one is started.</p>
      ) : (
        <div class="scroll jobs" role="region" aria-labelledby="workers-title" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">Worker</th>
                <th scope="col">Accounts at a time</th>
                <th scope="col">Seen</th>
              </tr>
            </thead>
            <tbody>
              {workers.map(({ name, concurrency, seenSecondsAgo }) => (
                <tr key={name}>
                  <th scope="row">
                    <Foreign text={name} />
                  </th>
                  <td>{count(concurrency)}</td>
                  <td class={seenSecondsAgo > goneSeconds ? "wrong" : undefined}>{roughly(seenSecondsAgo)} ago</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
