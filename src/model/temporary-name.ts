// The temporary name of a mailbox that makes room while others are renamed. It says where the mailbox comes from, so
// that the next run can finish what a killed one began.

const mark = "-interimap-renaming";

export function temporaryName(name: string): string {
  return name + mark;
}

/** Whether a level of the name is a temporary one. */
export function isTemporary(name: string): boolean {
  return name.split("\0").some((level) => level.endsWith(mark) && level !== mark);
}

/** What a mailbox was called before; the name itself if it is no temporary one. */
export function settledName(name: string): string {
  return name
    .split("\0")
    .map((level) => (level.endsWith(mark) && level !== mark ? level.slice(0, -mark.length) : level))
    .join("\0");
}
