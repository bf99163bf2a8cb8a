// --json: opens the stream of events on the standard output.

import { LineOutput } from "../log/line-output.ts";
import type { Secrets } from "../log/secrets.ts";
import type { ErrorLine } from "../model/errors.ts";
import type { EventStream } from "../report/json/event-stream.ts";
import { remedies } from "../report/remedy-line.ts";
import type { WorkInvocation } from "./invocation.ts";

interface Means {
  readonly secrets: Secrets;
  readonly errorLine: ErrorLine;
  readonly signal: AbortSignal;
  /** Of a disk that is full, and the like; a reader that has gone wants no more. */
  readonly onLoss: (error: NodeJS.ErrnoException) => void;
}

export interface OpenEvents {
  readonly stream: EventStream;
  /** Writes what the reader has room for. */
  flush(): void;
}

/** Undefined: they are not wanted. */
export async function openEvents(invocation: WorkInvocation, means: Means): Promise<OpenEvents | undefined> {
  if (!invocation.json) return undefined;
  const { EventStream } = await import("../report/json/event-stream.ts");
  const output = new LineOutput(1, {
    onLoss: (error) => {
      if (error.code !== "EPIPE") means.onLoss(error);
    },
  });
  means.signal.addEventListener("abort", () => {
    output.stopGathering();
  });
  const { command, isDryRun: dryRun, config: configuration = null } = invocation;
  const stream = new EventStream({ ...means, output, remedyOf: remedies(invocation.config) });
  stream.start({ command, dryRun, configuration });
  return {
    stream,
    flush: () => {
      output.flush();
    },
  };
}
