// Columns for a terminal, counted as a terminal counts them: CJK characters and emoji take two cells.

import { cut } from "../util/printable.ts";

const wide = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]|\p{Emoji_Presentation}/u;

interface Column {
  readonly title: string;
  readonly isNumber?: boolean;
}

/** A wider cell pushes the rest of its line to the right: one long name must not lengthen a hundred thousand lines. */
const widest = 100;
/** Names and reasons may have 64 KiB. The whole of them is for programs. */
const longest = 1_000;

/** A line for the titles and one for each row, none with blanks at its end. */
export function textTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const lines = [columns.map(({ title }) => title), ...rows.map((cells) => cells.map((cell) => cut(cell, longest)))];
  // There may be more rows than a function takes arguments.
  const widths = columns.map((_, i) =>
    Math.min(
      widest,
      lines.reduce((width, cells) => Math.max(width, displayWidth(cells[i] ?? "")), 0),
    ),
  );
  return lines.map((cells) =>
    columns
      .map(({ isNumber }, i) => (isNumber === true ? padStart : padEnd)(cells[i] ?? "", widths[i] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

const plain = /^[\x20-\x7e]*$/;

export function displayWidth(text: string): number {
  if (plain.test(text)) return text.length;
  return [...text.normalize("NFC")].reduce((width, character) => width + (wide.test(character) ? 2 : 1), 0);
}

export function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - displayWidth(text)));
}

export function padStart(text: string, width: number): string {
  return " ".repeat(Math.max(0, width - displayWidth(text))) + text;
}
