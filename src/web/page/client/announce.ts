// Says to those who listen how the job stands: at once when its state changes, and else now and then.

import { effect, type ReadonlySignal } from "@preact/signals";
import { ending } from "../job/ending-words.ts";
import { hasEnded, type JobState } from "../job/job-state.ts";
import { spokenState, stateInWords } from "../job/job-words.ts";
import { inWordsOfThePage } from "../words/sides.ts";

const pauseMs = 60_000;

/** Returns what ends it. */
export function announce(state: ReadonlySignal<JobState>): () => void {
  const region = document.createElement("p");
  region.className = "unseen";
  region.setAttribute("role", "status");
  document.getElementById("main")?.append(region);
  let last = { words: stateInWords(state.value), time: Date.now() };
  const end = effect(() => {
    const words = stateInWords(state.value);
    if (words === last.words && Date.now() - last.time < pauseMs) return;
    last = { words, time: Date.now() };
    const over = hasEnded(state.value) ? ending(state.value) : undefined;
    const sentences = over?.statements.map(({ sentence }) => inWordsOfThePage(sentence)) ?? [];
    region.textContent =
      over === undefined ? spokenState(state.value) : [`${words}.`, ...sentences, over.advice].join(" ");
  });
  return () => {
    end();
    region.remove();
  };
}
