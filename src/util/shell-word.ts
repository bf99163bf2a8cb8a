// Words of command lines that are offered to people.

/** For a line that somebody pastes into a shell; not as its first word. */
export function shellWord(text: string): string {
  return /^[\w./+,:@%=-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
