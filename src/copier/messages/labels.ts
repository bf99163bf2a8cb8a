// The labels that a message of Gmail gets on another Gmail (X-GM-LABELS), where its folders go below another one, or come out
// of one.

export interface LabelRules {
  /** Labels below it lose it; others stay as they are. */
  readonly subfolder1: string | undefined;
  /** Labels go below it. */
  readonly subfolder2: string | undefined;
}

/** What Gmail marks messages with, beside its folders: it is the same wherever they are. */
const marks: ReadonlySet<string> = new Set(
  [
    "\\Important",
    "\\Starred",
    "\\Flagged",
    "\\Sent",
    "\\Draft",
    "\\Drafts",
    "\\Trash",
    "\\Junk",
    "\\Spam",
    "\\Muted",
  ].map((mark) => mark.toLowerCase()),
);

/** Labels as values, not as they are written on the wire. */
export function labelsOnHost2(labels: readonly string[], { subfolder1, subfolder2 }: LabelRules): readonly string[] {
  const above = subfolder1 === undefined ? undefined : `${withoutSlash(subfolder1)}/`;
  const below = subfolder2 === undefined ? "" : `${withoutSlash(subfolder2)}/`;
  return labels
    .map((label) => (above !== undefined && label.startsWith(above) ? label.slice(above.length) : label))
    .map((label) => (marks.has(label.toLowerCase()) ? label : below + label));
}

function withoutSlash(name: string): string {
  return name.replace(/\/+$/, "");
}

/** The values of a list on the wire (RFC 3501 section 9: atoms and quoted strings), which has no literal. */
export function parseLabels(list: string): readonly string[] {
  const words = list.match(/"(?:[^"\\]|\\[^])*"|[^\s"]+/g) ?? [];
  return words.map((word) => (word.startsWith('"') ? word.slice(1, -1).replace(/\\([^])/g, "$1") : word));
}

/** As a list on the wire. Labels that are no atoms are quoted. */
export function writeLabels(labels: readonly string[]): string {
  return labels.map((label) => (/^[^\x00-\x20\x7f-\uffff(){%*"\\\]]+$/.test(label) ? label : quoted(label))).join(" ");
}

function quoted(label: string): string {
  return `"${label.replace(/["\\]/g, "\\$&")}"`;
}
