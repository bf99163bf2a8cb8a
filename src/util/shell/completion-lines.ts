// The lines with which a shell is answered that completes a command line.

import type { CompletionQuestion } from "./completion.ts";
import { asWrittenLike, rawWords, unquoted } from "./shell-line.ts";

export interface Candidate {
  readonly word: string;
  readonly describe?: string | undefined;
}

/**
 * One candidate a line, in the form that the script of that shell expects. `candidatesFor`: for the last of these words, of which
 * the first is the program.
 */
export async function completionLines(
  { shell, words }: CompletionQuestion,
  candidatesFor: (words: readonly string[]) => readonly Candidate[] | Promise<readonly Candidate[]>,
): Promise<string> {
  const [line = "", last = ""] = words;
  const raw = shell === "bash" ? rawWords(line) : words;
  const found = await candidatesFor(raw.map(unquoted));
  const format = shell === "bash" ? bashFormat(raw.at(-1) ?? "", last) : shell === "fish" ? fishFormat : zshFormat;
  return found
    .flatMap((candidate) => format(candidate) ?? [])
    .map((text) => `${text}\n`)
    .join("");
}

/** bash replaces what it takes for the word at the cursor, which may be the end of ours. */
function bashFormat(raw: string, last: string): (candidate: Candidate) => string | undefined {
  const replaced = /^[=:@]$/.test(last) ? "" : last;
  const isInQuotes = /^['"]/.test(raw);
  const kept = raw.endsWith(replaced) && !isInQuotes ? raw.slice(0, raw.length - replaced.length) : "";
  return ({ word }) => {
    const written = asWrittenLike(raw, word);
    return written.startsWith(kept) ? written.slice(kept.length) : undefined;
  };
}

function zshFormat({ word, describe }: Candidate): string {
  const escaped = word.replace(/[\\:]/g, "\\$&");
  return describe === undefined ? escaped : `${escaped}:${describe}`;
}

function fishFormat({ word, describe }: Candidate): string {
  return describe === undefined ? word : `${word}\t${describe}`;
}
