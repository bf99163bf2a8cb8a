// For whoever runs the server: what is going on.

import type { VNode } from "preact";
import { Figure } from "../parts/figure.tsx";
import { Foreign } from "../parts/foreign.tsx";
import type { OperatorJob, OperatorOverview, OperatorPageProps } from "../props.ts";
import { count, percent, share, size, utc } from "../words/figures.ts";

export function OperatorView({ overview, hasFleet, error }: OperatorPageProps): VNode {
  return (
    <>
      <h1>Operator</h1>
      {overview === undefined ? <Login error={error} /> : <Overview overview={overview} hasFleet={hasFleet} />}
    </>
  );
}

function Login({ error }: { readonly error: string | undefined }): VNode {
  return (
    <form method="post" action="/operator" class="card narrow">
      <div class="field">
        <label for="token">Token</label>
        <input
          id="token"
          name="token"
          type="password"
          required
          autocomplete="current-password"
          aria-describedby="token-note"
          aria-invalid={error !== undefined}
        />
        <p
          class={error === undefined ? "note" : "note wrong"}
          id="token-note"
          role={error === undefined ? undefined : "alert"}
        >
          {error === undefined ? "The one in the server’s configuration." : <Foreign text={error} />}
        </p>
      </div>
      <button type="submit" class="main">
        Log in
      </button>
    </form>
  );
}

function Overview({ overview, hasFleet }: { readonly overview: OperatorOverview; readonly hasFleet: boolean }): VNode {
  const { ended } = overview;
  return (
    <>
      <p class="soft">
        Since {utc(overview.startedAt)}. <a href="/operator">Reload</a>
        {hasFleet && (
          <>
            {" "}
            <a href="/operator/fleet">Fleet</a>
          </>
        )}
      </p>
      <section class="card" aria-label="Load">
        <dl class="figures">
          <Figure term="Running" value={`${overview.running} of ${overview.maxRunning}`} />
          <Figure term="Queued" value={`${overview.queued} of ${overview.maxQueued}`} />
          <Figure term="Speed" value={`${size(overview.rate)} a second`} />
          <Figure term="Copied" value={`${count(overview.messages)} messages, ${size(overview.octets)}`} />
          <Figure term="Errors" value={count(overview.errors)} />
          <Figure
            term="Ended"
            value={`${count(ended.done)} done, ${count(ended.failed)} failed, ${count(ended.aborted)} aborted, ${count(ended.interrupted)} interrupted`}
          />
        </dl>
      </section>
      <section class="card">
        <div class="card-head">
          <h2 id="jobs-title">Jobs</h2>
        </div>
        {overview.jobs.length === 0 ? <p class="soft">None.</p> : <Jobs jobs={overview.jobs} />}
      </section>
    </>
  );
}

function Jobs({ jobs }: { readonly jobs: readonly OperatorJob[] }): VNode {
  return (
    <div class="scroll jobs" role="region" aria-labelledby="jobs-title" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">From → to</th>
            <th scope="col">State</th>
            <th scope="col">Done</th>
            <th scope="col">Speed</th>
            <th scope="col">Errors</th>
            <th scope="col">Started</th>
            <th scope="col">By</th>
            <th scope="col">Watchers</th>
          </tr>
        </thead>
        <tbody>
          {jobs.map((job) => (
            <Job key={job.status.id} job={job} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Job({ job: { status, progress, address, watchers } }: { readonly job: OperatorJob }): VNode {
  const done = progress === undefined ? undefined : share(progress.octetsDone, progress.octetsTotal);
  return (
    <tr>
      <th scope="row">
        <Account user={status.user1} host={status.host1} />
        <Account sign="→ " user={status.user2} host={status.host2} />
      </th>
      <td>
        <span class={`tag ${status.state}`}>{status.isStopping ? "stopping" : status.state}</span>
        {(status.state === "running" || status.state === "queued") && !status.isStopping && (
          <form method="post" action={`/operator/jobs/${encodeURIComponent(status.id)}/abort`}>
            <button type="submit" class="danger small" aria-label={`Abort the job of ${short(status.user1)}`}>
              Abort
            </button>
          </form>
        )}
      </td>
      <td>{done === undefined ? "" : percent(done)}</td>
      <td>{status.state === "running" && progress !== undefined ? `${size(progress.rate)}/s` : ""}</td>
      <td class={(progress?.errors ?? 0) > 0 ? "wrong" : undefined}>{progress?.errors ?? ""}</td>
      <td>{utc(status.startedAt ?? status.createdAt)}</td>
      <td>{address === "" ? <span class="soft">–</span> : <Foreign text={address} />}</td>
      <td>{watchers}</td>
    </tr>
  );
}

interface AccountProps {
  readonly sign?: string;
  readonly user: string;
  readonly host: string;
}

function Account({ sign, user, host }: AccountProps): VNode {
  return (
    <span class="account-line">
      {sign}
      <Foreign text={short(user)} />{" "}
      <small>
        <Foreign text={host} />
      </small>
    </span>
  );
}

/** Enough to tell two people apart, and no more: `al…@example.org`. */
function short(login: string): string {
  const at = login.lastIndexOf("@");
  const [name, domain] = at < 0 ? [login, ""] : [login.slice(0, at), login.slice(at)];
  return `${name.length > 3 ? `${[...name].slice(0, 2).join("")}…` : name}${domain}`;
}
