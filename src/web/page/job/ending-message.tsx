// The sentences in which a job ends.

import { Fragment, type VNode } from "preact";
import { Foreign } from "../parts/foreign.tsx";
import { inWordsOfThePage } from "../words/sides.ts";
import { ending } from "./ending-words.ts";
import type { JobActions } from "./job-actions.ts";
import type { JobState } from "./job-state.ts";
import { runKind } from "./run-kind.ts";

export interface EndingMessageProps {
  readonly state: JobState;
  readonly toForm: JobActions["toForm"];
}

export function EndingMessage({ state, toForm }: EndingMessageProps): VNode {
  const { kind, statements, advice } = ending(state);
  return (
    <div class={`message ${kind}`} id="ending" tabIndex={-1}>
      {statements.map(({ sentence, detail }) => (
        <Fragment key={sentence}>
          <p class="sentence">
            <Foreign text={inWordsOfThePage(sentence)} />
          </p>
          {detail !== undefined && (
            <p>
              <Foreign text={inWordsOfThePage(detail)} />
            </p>
          )}
        </Fragment>
      ))}
      <p>
        {advice}{" "}
        {leadsToForm(state) && (
          <ToForm word={state.status.state === "done" ? "To the form" : "Change what you entered"} toForm={toForm} />
        )}
      </p>
    </div>
  );
}

function leadsToForm({ status, options }: JobState): boolean {
  return status.state === "failed" || runKind(options) !== undefined;
}

/** The form as it was sent. A click that wants another tab or window is the browser's. */
function ToForm({ word, toForm }: { readonly word: string } & Pick<JobActions, "toForm">): VNode {
  return (
    <a
      href="form"
      onClick={(event) => {
        if (toForm === undefined || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        toForm();
      }}
    >
      {word}
    </a>
  );
}
