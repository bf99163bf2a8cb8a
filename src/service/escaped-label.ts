// Values of labels in Prometheus' text format.

import { printable } from "../util/printable.ts";

/** Between the quotes. */
export function escapedLabel(text: string): string {
  return text
    .split("\n")
    .map(printable)
    .join("\n")
    .replace(/[\\"\n]/g, (character) => (character === "\n" ? "\\n" : `\\${character}`));
}
