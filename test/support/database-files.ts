// What a run may leave alone: the database, and what lies beside it.

import { readdirSync } from "node:fs";
import { basename, dirname } from "node:path";
import { type Dump, dump } from "../unit/state/databases.ts";

export interface DatabaseFiles {
  readonly dump: Dump;
  readonly files: readonly string[];
}

/** Without the note on why a run failed, which --status reads. */
export function databaseFiles(database: string): DatabaseFiles {
  const note = `${basename(database)}.last-failure`;
  return { dump: dump(database), files: readdirSync(dirname(database)).filter((name) => name !== note) };
}
