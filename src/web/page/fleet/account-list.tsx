// Accounts of a fleet, as many as fit on a page, with what can be done about them.

import type { VNode } from "preact";
import { Foreign } from "../parts/foreign.tsx";
import type { FleetAccount, FleetFilter, FleetOverview, FleetPair } from "../props.ts";
import { count } from "../words/figures.ts";
import { AccountFilter } from "./account-filter.tsx";
import { actsOn, actWords, backQuery, isInStep, progressInWords, runsInWords, stepInWords } from "./fleet-words.ts";
import { Hidden } from "./hidden.tsx";

export interface AccountListProps {
  readonly overview: FleetOverview;
  readonly filter: FleetFilter;
}

const needing: readonly string[] = ["stopped", "quarantined", "dead"];

export function AccountList({ overview, filter }: AccountListProps): VNode {
  const { accounts, hasMore, status } = overview;
  const back = backQuery(filter);
  const next = backQuery({ ...filter, after: accounts.at(-1)?.name ?? "" });
  return (
    <section class="card">
      <div class="card-head">
        <h2 id="accounts-title">Accounts</h2>
      </div>
      <AccountFilter filter={filter} groups={status.groups.map(({ group }) => group)} />
      {needing.includes(filter.status) && accounts.length > 0 && (
        <form method="post" action="/operator/fleet/accounts" class="all-of-these">
          <Hidden values={{ do: "retry", status: filter.status, back }} />
          <button type="submit">Retry all that are {filter.status}</button>
        </form>
      )}
      {accounts.length === 0 ? <p class="soft">None.</p> : <Accounts accounts={accounts} back={back} />}
      {hasMore && (
        <p class="further">
          <a href={`/operator/fleet?${next}`}>Further accounts</a>
        </p>
      )}
    </section>
  );
}

function Accounts({ accounts, back }: { readonly accounts: readonly FleetAccount[]; readonly back: string }): VNode {
  return (
    <div class="scroll jobs tall" role="region" aria-labelledby="accounts-title" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Account</th>
            <th scope="col">State</th>
            <th scope="col">Progress</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {accounts.map((account) => (
            <Account key={account.name} account={account} back={back} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Account({ account, back }: { readonly account: FleetAccount; readonly back: string }): VNode {
  const { name, host1, host2, phase, status, worker, messages, copied, reason, pair } = account;
  const state = status === "waiting" && worker !== null ? "running" : status;
  return (
    <tr>
      <th scope="row">
        <span class="account-line">
          <Foreign text={name} />
        </span>
        <small class="account-line">
          <Foreign text={host1} /> → <Foreign text={host2} />
        </small>
      </th>
      <td>
        <span class={`tag ${state}`}>{state}</span> <small>{phase}</small>
        <div class="acts">
          {actsOn(status).map((act) => (
            <form key={act} method="post" action="/operator/fleet/accounts">
              <Hidden values={{ do: act, name, back }} />
              <button type="submit" class="small" aria-label={`${actWords[act]} ${name}`}>
                {actWords[act]}
              </button>
            </form>
          ))}
        </div>
      </td>
      <td>
        {pair !== null && <Pair pair={pair} isRunning={worker !== null} />}
        {pair === null ? count(copied) : `${count(copied)} copied`}
        {messages === null ? "" : ` of ${count(messages)}`}
        {worker !== null && <small class="account-line">{progressInWords(account)}</small>}
      </td>
      <td>
        <p class="why">
          <Foreign text={reason ?? ""} />
        </p>
      </td>
    </tr>
  );
}

function Pair({ pair, isRunning }: { readonly pair: FleetPair; readonly isRunning: boolean }): VNode {
  return (
    <>
      <span class={`account-line${isInStep(pair) ? "" : " wrong"}`}>{stepInWords(pair)}</span>
      <small class="account-line">{runsInWords(pair, isRunning)}</small>
    </>
  );
}
