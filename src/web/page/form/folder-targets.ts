// The lines `folder1=folder2` of the form, as the preview changes them. Pure.

/** From folders of the source to those of the destination, as the lines say. */
export function parseTargets(lines: string): ReadonlyMap<string, string> {
  const pairs = lines.split("\n").flatMap((line): [string, string][] => {
    const at = line.indexOf("=");
    return at <= 0 ? [] : [[line.slice(0, at).trim(), line.slice(at + 1).trim()]];
  });
  return new Map(pairs);
}

/** The lines with another target for one folder. Undefined: the one that is proposed. */
export function withTarget(lines: string, folder1: string, target: string | undefined): string {
  const targets = new Map(parseTargets(lines));
  if (target === undefined) targets.delete(folder1);
  else targets.set(folder1, target);
  return [...targets].map(([from, to]) => `${from}=${to}`).join("\n");
}

/** A line cannot say where a folder with such a name goes. */
export function canBeWritten(folder1: string): boolean {
  return !/[=\r\n]/.test(folder1) && folder1.trim() === folder1 && folder1 !== "";
}
