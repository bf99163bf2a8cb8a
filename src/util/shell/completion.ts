// What a shell asks that completes a command line.

/** Whose command lines can be completed. */
export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

/** The first argument of such a question, as in scripts that yargs makes; the second one is the shell. */
export const completionRequest = "--get-yargs-completions";

export interface CompletionQuestion {
  readonly shell: Shell;
  /**
   * Of the command line, as they were written: the program first, the one at the cursor last. For bash, whose words are
   * others, the line up to the cursor, and the word that bash replaces.
   */
  readonly words: readonly string[];
}

/** Undefined: nothing is asked. Without a shell in front, it is zsh: the script that yargs makes begins with the program. */
export function completionQuestion([request, ...words]: readonly string[]): CompletionQuestion | undefined {
  if (request !== completionRequest) return undefined;
  const shell = shells.find((one) => one === words[0]);
  return { shell: shell ?? "zsh", words: shell === undefined ? words : words.slice(1) };
}
