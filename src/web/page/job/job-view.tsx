// One job: how it stands, what it does, what came of it.

import type { ReadonlySignal } from "@preact/signals";
import type { ComponentChildren, VNode } from "preact";
import { Foreign } from "../parts/foreign.tsx";
import type { ShownLimits } from "../props.ts";
import { counted } from "../words/figures.ts";
import { CertificateCard } from "./certificate-card.tsx";
import { Confirmed } from "./confirmed.tsx";
import { EndingMessage } from "./ending-message.tsx";
import { FolderTable } from "./folder-table.tsx";
import type { Connection, JobActions } from "./job-actions.ts";
import { hasEnded, type JobState } from "./job-state.ts";
import { gapInWords, stateInWords } from "./job-words.ts";
import { LeftList } from "./left-list.tsx";
import { ProgressCard } from "./progress-card.tsx";
import { ResumeForm } from "./resume-form.tsx";
import { resumeWord } from "./resume-word.ts";
import { tags } from "./run-kind.ts";

export interface JobViewProps {
  readonly state: ReadonlySignal<JobState>;
  readonly connection: ReadonlySignal<Connection>;
  readonly actions: ReadonlySignal<JobActions>;
  readonly limits: ShownLimits;
  readonly attached: boolean;
  /** Without a script the end of it, else all. */
  readonly log: ComponentChildren;
}

export function JobView(props: JobViewProps): VNode {
  const state = props.state.value;
  const actions = props.actions.value;
  const isOver = hasEnded(state);
  const needsTrust = isOver && state.certificates.length > 0;
  return (
    <>
      <Head state={state} time={actions.time} />
      {props.attached && !isOver && (
        <p class="message">This copy was running already. Here it is, from its beginning.</p>
      )}
      {actions.problem !== undefined && !isOver && (
        <p class="message bad" role="alert">
          <Foreign text={actions.problem} />
        </p>
      )}
      <ConnectionNote connection={props.connection.value} isOver={isOver} />
      {isOver && <EndingMessage state={state} toForm={actions.toForm} />}
      {state.status.hasLogGap && (
        <p class="message fair" role={isOver ? undefined : "status"}>
          {gapInWords(state)}
        </p>
      )}
      {needsTrust && <CertificateCard state={state} actions={actions} />}
      <ProgressCard state={state}>
        {!isOver && <WhileItRuns state={state} actions={actions} limits={props.limits} />}
      </ProgressCard>
      {state.leftCount > 0 && <LeftList left={state.left} leftCount={state.leftCount} />}
      {isOver && !needsTrust && (
        <section class="card" aria-labelledby="resume-title">
          <h2 id="resume-title">{resumeWord(state)}</h2>
          <ResumeForm state={state} actions={actions} />
        </section>
      )}
      <FolderTable folders={state.folders} />
      <section class="card" aria-labelledby="log-title">
        <div class="card-head">
          <h2 id="log-title">Log</h2>
          <a href="log">The whole log as text</a>
        </div>
        {props.log}
      </section>
      {isOver && <AfterTheEnd limits={props.limits} />}
    </>
  );
}

function Head({ state, time }: { readonly state: JobState } & Pick<JobActions, "time">): VNode {
  const { status, options } = state;
  return (
    <div class="head">
      <p class="route">
        <Account user={status.user1} host={status.host1} />
        <span class="arrow" aria-label="to" role="img">
          →
        </span>
        <Account user={status.user2} host={status.host2} />
      </p>
      <h1 class={`state ${status.state}`}>{stateInWords(state)}</h1>
      <p class="times">
        {tags(options).map((tag) => (
          <span key={tag} class="tag">
            {tag}
          </span>
        ))}
        {status.startedAt === undefined ? "Sent" : "Started"}{" "}
        <Time time={status.startedAt ?? status.createdAt} write={time} />
        {status.endedAt !== undefined && (
          <>
            , ended <Time time={status.endedAt} write={time} />
          </>
        )}
      </p>
    </div>
  );
}

function Account({ user, host }: { readonly user: string; readonly host: string }): VNode {
  return (
    <span class="end">
      <strong>
        <Foreign text={user} />
      </strong>
      <small>
        <Foreign text={host} />
      </small>
    </span>
  );
}

function Time({ time, write }: { readonly time: string; readonly write: JobActions["time"] }): VNode {
  return <time dateTime={time}>{write(time)}</time>;
}

function ConnectionNote({
  connection,
  isOver,
}: {
  readonly connection: Connection;
  readonly isOver: boolean;
}): VNode | null {
  if (isOver) return null;
  switch (connection) {
    case "live":
      return null;
    case "written":
      return (
        <p class="message without-script">
          This is how things stand now. <a href="">Reload this page</a> to see news, or watch <a href="log">the log</a>.
        </p>
      );
    case "lost":
      return (
        <p class="message fair" role="status">
          No connection to the server of this page: trying again. Your copy goes on there meanwhile.
        </p>
      );
  }
}

interface PartProps {
  readonly actions: JobActions;
  readonly limits: ShownLimits;
}

function WhileItRuns({ state, actions, limits }: PartProps & { readonly state: JobState }): VNode {
  if (state.status.isStopping)
    return (
      <div class="while">
        <p class="soft">It ends after the message in hand. What was copied stays.</p>
      </div>
    );
  return (
    <div class="while">
      <p class="soft">
        {limits.endsWithTab
          ? "Keep this page open: the copy ends when it is closed."
          : "You may close this page: the copy goes on. To come back, open this address in the same browser, or enter the same six values in any."}
      </p>
      <Confirmed
        key="abort"
        word="Abort"
        question="What was copied stays, and a later run goes on from there."
        button="Yes, abort"
        action="abort"
        onConfirm={actions.abort}
      />
    </div>
  );
}

function AfterTheEnd({ limits }: Pick<PartProps, "limits">): VNode {
  return (
    <div class="while">
      <p>
        <a href="/">Move another mailbox</a>
      </p>
      <Confirmed
        key="delete"
        word="Delete this job’s data"
        question={`Its log and lists are deleted now, instead of in ${counted(limits.keptDays, "day")}. Your mail is not touched.`}
        button="Yes, delete it"
        action="delete"
      />
    </div>
  );
}
