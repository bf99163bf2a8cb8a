// How far it is, in a bar and in figures.

import type { ComponentChildren, VNode } from "preact";
import type { JobProgress } from "../../../job/job-message.ts";
import { count, percent, roughly, size } from "../words/figures.ts";
import { hasEnded, type JobState } from "./job-state.ts";
import { messagesInWords, octetsInWords, shareDone } from "./job-words.ts";

export interface ProgressCardProps {
  readonly state: JobState;
  readonly children: ComponentChildren;
}

export function ProgressCard({ state, children }: ProgressCardProps): VNode | null {
  const { progress } = state;
  const done = shareDone(state);
  const isOver = hasEnded(state);
  if (isOver && (progress === undefined || hasNothing(progress))) return null;
  return (
    <section class="card progress" aria-label="Progress">
      <div class="bar">
        {done === undefined && !isOver ? (
          <progress aria-label="Progress" />
        ) : (
          <progress aria-label="Progress" max={1} value={done ?? 0} />
        )}
        {done !== undefined && (
          <span class="percent" aria-hidden="true">
            {percent(done)}
          </span>
        )}
      </div>
      {progress !== undefined && (
        <dl class="figures">
          <Figure term="Messages" value={messagesInWords(progress)} />
          <Figure term="Size" value={octetsInWords(progress)} />
          {!isOver && <Figure term="Speed" value={`${size(progress.rate)} a second`} />}
          {!isOver && (
            <Figure
              term="Time left"
              value={progress.secondsLeft === undefined ? "not known yet" : `about ${roughly(progress.secondsLeft)}`}
            />
          )}
          <Figure
            term="Errors"
            value={progress.errors === 0 ? "none" : count(progress.errors)}
            isBad={progress.errors > 0}
          />
        </dl>
      )}
      {children}
    </section>
  );
}

/** It ended before there was anything to count. */
function hasNothing({ messagesDone, messagesTotal }: JobProgress): boolean {
  return messagesDone === 0 && messagesTotal === undefined;
}

interface FigureProps {
  readonly term: string;
  readonly value: string;
  readonly isBad?: boolean;
}

function Figure({ term, value, isBad = false }: FigureProps): VNode {
  return (
    <div class={isBad ? "figure wrong" : "figure"}>
      <dt>{term}</dt>
      <dd>{value}</dd>
    </div>
  );
}
