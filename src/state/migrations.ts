// The schema's versions: migrations/NNNN-name.sql leads from version N-1 to N.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { InterimapError } from "../model/errors.ts";
import type { Connection } from "./sqlite.ts";

export interface Migration {
  readonly version: number;
  readonly script: string;
}

// From dist/ first: beside an installed package, ../../migrations could be somebody else's.
const candidates = ["../migrations/", "../../migrations/"];

/** Ascending and without gaps, from version 1 on. */
export function loadMigrations(): Migration[] {
  const directory = candidates.map((path) => new URL(path, import.meta.url)).find((url) => existsSync(url));
  if (directory === undefined) {
    throw new InterimapError("INSTALLATION", "the installation lacks its migrations directory", {
      hint: "install interimap again",
    });
  }
  const files = readdirSync(directory).filter((name) => /^\d{4}-.*\.sql$/.test(name));
  return files.sort().map((name, i) => {
    if (Number(name.slice(0, 4)) !== i + 1) throw new InterimapError("BUG", `migration ${name} is out of order`);
    return { version: i + 1, script: readFileSync(new URL(name, directory), "utf8") };
  });
}

/** Only within a transaction: a schema halfway between two versions must never be committed. */
export function migrate(connection: Connection, migrations: readonly Migration[]): void {
  for (const { version, script } of migrations) {
    connection.execute(script);
    connection.version = version;
  }
}
