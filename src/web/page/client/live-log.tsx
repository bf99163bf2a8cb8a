// The whole log: only the lines that are looked at are in the document.

import { useSignal, useSignalEffect } from "@preact/signals";
import type { VNode } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { LogLines } from "../../api.ts";
import { LogTail } from "../job/log-tail.tsx";
import { counted } from "../words/figures.ts";
import type { LogModel } from "./log-model.ts";
import { type LogRow, rowsOf } from "./log-rows.ts";
import { LogRows } from "./log-rows-view.tsx";

/** Rows beyond what is seen, so that scrolling shows no gaps. */
const margin = 20;

export interface LiveLogProps {
  readonly model: LogModel;
  /** What the server wrote, which is there first. */
  readonly tail: LogLines;
}

export function LiveLog({ model, tail }: LiveLogProps): VNode {
  const isLive = useSignal(false);
  useLayoutEffect(() => {
    isLive.value = true;
  }, [isLive]);
  if (!isLive.value) return <LogTail log={tail} />;
  return (
    <>
      <Controls model={model} />
      <Window model={model} />
    </>
  );
}

function Controls({ model }: { readonly model: LogModel }): VNode {
  const found = model.found.value;
  void model.version.value;
  return (
    <div class="log-controls">
      <input
        type="search"
        aria-label="Search the log"
        placeholder="Search"
        value={model.query.value}
        onInput={(event) => model.search(event.currentTarget.value)}
      />
      <p class="soft" role="status">
        {model.query.value !== "" && (found === undefined ? "Searching…" : `${counted(found.count, "line")} found`)}
      </p>
      <label class="check">
        <input
          type="checkbox"
          checked={!model.showsAll.value}
          onChange={(event) => (model.showsAll.value = !event.currentTarget.checked)}
        />
        Last lines only
      </label>
    </div>
  );
}

function Window({ model }: { readonly model: LogModel }): VNode {
  const box = useRef<HTMLDivElement>(null);
  const top = useSignal(0);
  const height = useSignal(0);
  const lineHeight = useSignal(20);
  const follows = useSignal(true);
  void model.version.value;
  const rows = rowsOf(model);
  const first = Math.max(0, Math.floor(top.value / lineHeight.value) - margin);
  const shown = rows.slice(first, Math.ceil((top.value + height.value) / lineHeight.value) + margin);

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => {
      height.value = element.clientHeight;
      lineHeight.value = Number.parseFloat(getComputedStyle(element).lineHeight);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [height, lineHeight]);
  useLayoutEffect(() => {
    if (follows.value && box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  });
  // Also when something was found. What is searched for begins at its first line, and the log at its end.
  useSignalEffect(() => {
    const isSearching = model.found.value !== undefined || model.query.value !== "";
    follows.value = !isSearching;
    if (!follows.peek() && box.current !== null) box.current.scrollTop = 0;
  });
  useLayoutEffect(() => needRows(model, shown));

  return (
    <div class="log-frame">
      <div
        class={model.showsAll.value ? "log" : "log short"}
        ref={box}
        role="region"
        aria-label="The log"
        tabIndex={0}
        onScroll={(event) => {
          const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
          top.value = scrollTop;
          follows.value = scrollTop + clientHeight >= scrollHeight - 2 * lineHeight.value;
        }}
      >
        <LogRows
          rows={shown}
          before={first * lineHeight.value}
          height={rows.length * lineHeight.value}
          query={model.query.value}
        />
      </div>
      {!follows.value && model.query.value === "" && (
        <button type="button" class="small to-end" onClick={() => (follows.value = true)}>
          ↓ To the end
        </button>
      )}
    </div>
  );
}

function needRows(model: LogModel, rows: readonly LogRow[]): void {
  const missing = rows.filter(({ text }) => text === undefined);
  const [first] = missing;
  const last = missing.at(-1);
  if (first !== undefined && last !== undefined) model.need(first.number, last.number);
}
