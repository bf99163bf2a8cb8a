// Follows a job's events, through lost connections, until it has ended.

import type { JobEvents } from "../../api.ts";
import type { Connection } from "../job/job-actions.ts";
import type { JobEvent } from "../job/job-state.ts";

const names = ["state", "lines", "progress", "folder", "left", "certificate"] as const satisfies (keyof JobEvents)[];
const firstPauseMs = 1_000;
const longestPauseMs = 30_000;

export interface Followed {
  /** The last event that is known. */
  readonly lastEventId: () => number;
  readonly onEvent: (event: JobEvent) => void;
  readonly onConnection: (connection: Connection) => void;
  /** There is no more to come. */
  readonly hasEnded: () => boolean;
}

/** Returns what ends it. */
export function followEvents({ lastEventId, onEvent, onConnection, hasEnded }: Followed): () => void {
  let source: EventSource | undefined;
  let timer: number | undefined;
  let pauseMs = firstPauseMs;

  function open(): void {
    source = new EventSource(`events?after=${lastEventId()}`);
    const idOf = ownIds();
    source.addEventListener("open", () => {
      pauseMs = firstPauseMs;
      onConnection("live");
    });
    for (const name of names)
      source.addEventListener(name, (message: MessageEvent<string>) =>
        onEvent({ name, id: idOf(message), data: JSON.parse(message.data) as never }),
      );
    // A browser would try again at once, for ever, and not at all after an answer that is no stream.
    source.addEventListener("error", () => {
      source?.close();
      if (hasEnded()) return;
      onConnection("lost");
      // Many pages lose their server at the same moment, and should not come back at the same moment.
      timer = setTimeout(open, pauseMs * (0.75 + Math.random() / 2)) as unknown as number;
      pauseMs = Math.min(longestPauseMs, pauseMs * 2);
    });
  }

  open();
  return () => {
    clearTimeout(timer);
    source?.close();
  };
}

/** An EventSource gives to an event that has no id that of the one before it. */
function ownIds(): (message: MessageEvent) => number | undefined {
  let before = "";
  return ({ lastEventId }) => {
    const isOwn = lastEventId !== before;
    before = lastEventId;
    return isOwn ? Number(lastEventId) : undefined;
  };
}
