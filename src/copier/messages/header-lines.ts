// A message's header as its fields (RFC 5322 2.2), in the form in which the original compares them.

export interface HeaderField {
  readonly name: string;
  /** Unfolded: each line's end with the blanks around it has become a blank. */
  readonly value: string;
}

/** Up to the empty line. Lines that are no fields are left out: a first line that begins with a blank, a line without a colon. */
export function headerFields(header: string): HeaderField[] {
  const fields: { name: string; value: string }[] = [];
  let isField = false;
  for (let at = 0; at < header.length;) {
    const newline = header.indexOf("\n", at);
    const next = newline === -1 ? header.length : newline + 1;
    const line = header.slice(at, endOfLine(header, { at, newline }));
    at = next;
    if (line === "") break;
    if (line.startsWith(" ") || line.startsWith("\t")) {
      if (isField) fields.at(-1)!.value += ` ${line.trim()}`;
      continue;
    }
    const colon = line.indexOf(":");
    isField = colon > 0;
    if (isField)
      fields.push({ name: line.slice(0, colon), value: line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1) });
  }
  return fields;
}

function endOfLine(header: string, { at, newline }: { at: number; newline: number }): number {
  if (newline === -1) return header.length;
  return newline > at && header[newline - 1] === "\r" ? newline - 1 : newline;
}

/**
 * Servers write blanks and case anew, and Cyrus has an X for each octet that is not ASCII (`munge8bit` of imapd.conf(5)): what
 * it made of a message has the same line.
 */
export function normalizedLine(name: string, value: string): string {
  const line = `${name}: ${value}`.replace(/[\x80-\xff]/g, "X");
  return line
    .replace(/\t[\t ]*| [\t ]+/g, " ")
    .toUpperCase()
    .trim();
}
