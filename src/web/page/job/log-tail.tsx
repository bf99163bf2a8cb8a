// The end of the log, as the server writes it.

import type { VNode } from "preact";
import { printable } from "../../../util/printable.ts";
import type { LogLines } from "../../api.ts";
import { counted } from "../words/figures.ts";
import { isErrorLine } from "./log-line.ts";

export function LogTail({ log }: { readonly log: LogLines }): VNode {
  const missing = log.total - log.lines.length;
  return (
    <>
      {missing > 0 && <p class="soft">The last lines; {counted(missing, "line")} before them.</p>}
      <pre class="log-tail" tabIndex={0} aria-label="The last lines of the log">
        {log.lines.map((line, i) => (
          <LogLine key={i} line={line} />
        ))}
        {log.lines.length === 0 && "Nothing yet."}
      </pre>
    </>
  );
}

export function LogLine({ line }: { readonly line: string }): VNode {
  return <span class={isErrorLine(line) ? "line wrong" : "line"}>{`${printable(line)}\n`}</span>;
}
