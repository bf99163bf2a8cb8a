// Words of command lines that are offered to people.

/**
 * For a line that somebody pastes into a shell, be it sh, bash, zsh or fish; not as its first word. `text` has no control
 * characters.
 */
export function shellWord(text: string): string {
  // zsh takes what begins with = for a command, and fish did so with % for a process.
  if (/^(?![=%])[\w./+,:@%=-]+$/.test(text)) return text;
  // To fish, a backslash means something between quotes, too.
  return `'${text.replace(/['\\]/g, (character) => `'\\${character}'`)}'`;
}
