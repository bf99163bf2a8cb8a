// The sentences in which a job ends.

import { Fragment, type VNode } from "preact";
import { Foreign } from "../parts/foreign.tsx";
import { inWordsOfThePage } from "../words/sides.ts";
import { ending } from "./ending-words.ts";
import type { JobState } from "./job-state.ts";
import { runKind } from "./run-kind.ts";

export function EndingMessage({ state }: { readonly state: JobState }): VNode {
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
        {advice} {runKind(state.options) !== undefined && <a href="/">To the form</a>}
      </p>
    </div>
  );
}
