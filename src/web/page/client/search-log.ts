// Searches the whole log as it comes from the server, and keeps only what is found.

export interface Found {
  readonly lines: readonly FoundLine[];
  /** All, also those beyond the first {@link maxFound}. */
  readonly count: number;
  readonly isComplete: boolean;
}

export interface FoundLine {
  readonly number: number;
  readonly text: string;
}

const maxFound = 5_000;

/** Of lines that came after the search had begun. */
export function alsoFound(
  query: string,
  { first, lines }: { readonly first: number; readonly lines: readonly string[] },
) {
  const wanted = query.toLowerCase();
  return lines.flatMap((text, i): FoundLine[] =>
    text.toLowerCase().includes(wanted) ? [{ number: first + i, text }] : [],
  );
}

export function withMore(found: Found, more: readonly FoundLine[]): Found {
  return { ...found, lines: [...found.lines, ...more].slice(0, maxFound), count: found.count + more.length };
}

export interface SearchOptions {
  /** Lines to look at: the log of a job that goes on has no end. */
  readonly total: number;
  readonly signal: AbortSignal;
  readonly onFound: (found: Found) => void;
}

/** Never rejects: what cannot be read is not found. */
export async function searchLog(query: string, { total, signal, onFound }: SearchOptions): Promise<void> {
  const wanted = query.toLowerCase();
  const lines: FoundLine[] = [];
  let count = 0;
  let number = 0;
  const tell = (isComplete: boolean): void => {
    if (!signal.aborted) onFound({ lines: [...lines], count, isComplete });
  };
  try {
    for await (const text of linesOf(signal)) {
      number++;
      if (text.toLowerCase().includes(wanted)) {
        count++;
        if (lines.length < maxFound) lines.push({ number, text });
      }
      if (number >= total) break;
    }
  } catch {
    // Cancelled, or the connection was lost: what was found so far is told.
  }
  tell(true);
}

async function* linesOf(signal: AbortSignal): AsyncGenerator<string> {
  const stop = new AbortController();
  signal.addEventListener("abort", () => stop.abort());
  const answer = await fetch("log", { signal: stop.signal });
  if (!answer.ok || answer.body === null) return;
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const lines = (rest + value).split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
    if (rest !== "") yield rest;
  } finally {
    stop.abort();
  }
}
