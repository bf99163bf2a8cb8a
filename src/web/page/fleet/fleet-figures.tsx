// Figures of a whole fleet.

import type { VNode } from "preact";
import type { FleetStatus } from "../../../fleet/report/gather-status.ts";
import { Figure } from "../parts/figure.tsx";
import { count, size } from "../words/figures.ts";
import { endInWords, pairsInWords } from "./fleet-words.ts";

export function FleetFigures({ status }: { readonly status: FleetStatus }): VNode {
  const { accounts, sizes, rates, phases } = status;
  const pairs = pairsInWords(status);
  const needing = accounts.stopped + accounts.quarantined + accounts.dead;
  return (
    <section class="card" aria-label="Progress">
      <dl class="figures">
        <Figure term="Accounts" value={`${count(accounts.done)} of ${count(accounts.total)} done`} />
        <Figure
          term="Waiting"
          value={`${count(accounts.waiting)}, ${count(accounts.running)} of them being worked on`}
        />
        <Figure term="Need somebody" value={count(needing)} />
        <Figure term="Paused" value={count(accounts.paused)} />
        <Figure term="Copied" value={`${count(sizes.copiedMessages)} messages, ${size(sizes.copiedOctets)}`} />
        <Figure
          term="In the last ten minutes"
          value={`${count(Math.round(rates.accounts * 600))} runs, ${rates.messages.toFixed(1)} messages and ${size(rates.octets)} a second`}
        />
        {pairs !== undefined && <Figure term="Pairs" value={pairs} />}
        <Figure term="Expected end" value={endInWords(status)} />
        <Figure
          term="Phases"
          value={phases.map((one) => `${one.phase}: ${count(one.accounts)} ${one.status}`).join(", ") || "none"}
        />
      </dl>
    </section>
  );
}
