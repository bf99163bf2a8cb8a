// Some rows of the log, at their place among all of them.

import type { VNode } from "preact";
import { printable } from "../../../util/printable.ts";
import { isErrorLine } from "../job/log-line.ts";
import type { LogRow } from "./log-rows.ts";

export interface LogRowsProps {
  readonly rows: readonly LogRow[];
  /** Pixels above them. */
  readonly before: number;
  /** Of all rows, in pixels. */
  readonly height: number;
  /** Is marked where it is found. */
  readonly query: string;
}

/** Styles that a script sets one by one are not what the policy against styles in pages is about. */
export function LogRows({ rows, before, height, query }: LogRowsProps): VNode {
  return (
    <div class="log-all" style={{ height: `${height}px` }}>
      <div class="log-rows" style={{ transform: `translateY(${before}px)` }}>
        {rows.map(({ number, text }) => (
          <div key={number} class={text !== undefined && isErrorLine(text) ? "line wrong" : "line"}>
            {text === undefined ? "…" : <Marked text={printable(text)} query={query} />}
          </div>
        ))}
      </div>
    </div>
  );
}

function Marked({ text, query }: { readonly text: string; readonly query: string }): VNode {
  const at = query === "" ? -1 : text.toLowerCase().indexOf(query.toLowerCase());
  if (at < 0) return <>{text === "" ? " " : text}</>;
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + query.length)}</mark>
      {text.slice(at + query.length)}
    </>
  );
}
