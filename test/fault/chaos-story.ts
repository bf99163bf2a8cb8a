// What happened in the chaos, line by line with the time, so that a failure can be understood.

export interface Story {
  tell(line: string): void;
  all(): readonly string[];
  /** The lines that hold one of the words, and all of the troubles; no more than so many of the last. */
  about(words: readonly string[], limit?: number): string[];
}

export function startStory(): Story {
  const start = performance.now();
  const lines: string[] = [`       0 it is ${new Date().toISOString()}`];
  return {
    tell: (line) => void lines.push(`${((performance.now() - start) / 1_000).toFixed(2).padStart(7)} ${line}`),
    all: () => lines,
    about: (words, limit = 400) => {
      const names = words.map((word) => new RegExp(String.raw`(?<![\w/])${word}(?![\w])`));
      return lines
        .filter((line) => / (?:trouble|person|daemon):/.test(line) || names.some((name) => name.test(line)))
        .slice(-limit);
    },
  };
}
