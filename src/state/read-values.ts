// Checks values as they are read from the database, so that impossible ones go no further.

import { InterimapError } from "../model/errors.ts";
import { printable } from "../util/printable.ts";
import { orBeginAnew } from "./begin-anew.ts";

/** RFC 3501 2.3.1.1: not zero, 32 bits. */
export function isUid(value: unknown): value is number {
  return typeof value === "number" && value >>> 0 === value && value > 0;
}

/** More mailboxes than anybody makes, and numbers are left for new ones: beyond 2^53 they are not exact. */
export const largestIdx = 2 ** 52;

/** Where a value is that cannot be. */
export interface Place {
  readonly table: string;
  readonly column: string;
}

/** In the rows of a mailbox, which is skipped; the others go on. `value` is as SQL or JavaScript shows it. */
export function impossibleRow(path: string, { table, column }: Place, value: unknown): InterimapError {
  return new InterimapError("DATABASE_ROWS", what(path, { table, column }, value), {
    hint: ["to drop such entries and match the mailbox's messages again, run: ", { command: "repair" }],
  });
}

/** Where no mailbox can be named, nothing else can be believed either. */
export function impossibleValue(path: string, { table, column }: Place, value: unknown): InterimapError {
  return new InterimapError("DATABASE_READ", what(path, { table, column }, value), {
    hint: orBeginAnew("it"),
  });
}

function what(path: string, { table, column }: Place, value: unknown): string {
  const text = Buffer.isBuffer(value) ? value.toString("latin1", 0, maxShown) : String(value);
  return `the database ${path} has an impossible value in ${table}.${column}: ${printable(text.slice(0, maxShown))}`;
}

const maxShown = 60;
