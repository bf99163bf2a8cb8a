// What was not copied, and why.

import type { VNode } from "preact";
import type { LeftMessage } from "../../../job/job-message.ts";
import { Foreign } from "../parts/foreign.tsx";
import { count, counted, size } from "../words/figures.ts";
import { inWordsOfThePage } from "../words/sides.ts";

export interface LeftListProps {
  readonly left: readonly LeftMessage[];
  readonly leftCount: number;
}

export function LeftList({ left, leftCount }: LeftListProps): VNode {
  return (
    <section class="card">
      <div class="card-head">
        <h2 id="left-title">Not copied: {counted(leftCount, "message")}</h2>
        <span>
          <a href="left.csv">As a table (CSV)</a> <a href="report.json">Report (JSON)</a>
        </span>
      </div>
      <div class="scroll left" role="region" aria-labelledby="left-title" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Folder</th>
              <th scope="col">Number</th>
              <th scope="col">Size</th>
              <th scope="col">Why</th>
            </tr>
          </thead>
          <tbody>
            {left.map((message, i) => (
              <tr key={i}>
                <th scope="row">
                  <Foreign text={message.folder1} />
                </th>
                <td>{message.uid1}</td>
                <td>{message.octets === undefined ? "" : size(message.octets)}</td>
                <td class={message.isError ? "reason wrong" : "reason"}>
                  <Foreign text={inWordsOfThePage(message.reason)} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {leftCount > left.length && (
        <p class="soft">
          These are the first {count(left.length)}. The files have all {count(leftCount)}.
        </p>
      )}
    </section>
  );
}
