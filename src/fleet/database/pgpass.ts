// The password of the database, as libpq finds it: PostgreSQL's manual, "The Password File". pg asks for it when a server does.

import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { readSecretFile } from "../../credentials/read-secret-file.ts";
import { InterimapError } from "../../model/errors.ts";

export interface ConnectsTo {
  /** A name, or the directory of a socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string | undefined;
  readonly user: string | undefined;
}

/** @throws InterimapError CREDENTIALS where there is none */
export function databasePassword(to: ConnectsTo, env: NodeJS.ProcessEnv = process.env): string {
  const path = env["PGPASSFILE"] ?? join(homedir(), ".pgpass");
  const text = existsSync(path)
    ? readSecretFile(path, { setting: "PGPASSFILE", name: "the file of passwords" }).toString("utf8")
    : "";
  const password = passwordIn(text, to);
  if (password !== undefined) return password;
  const words = `the database of the fleet wants a password of ${to.user ?? "its user"}, and ${path} has none`;
  throw new InterimapError("CREDENTIALS", words, {
    hint: `write a line there: ${to.host}:${String(to.port)}:${to.database ?? "*"}:${to.user ?? "*"}:PASSWORD`,
  });
}

/** Of the first line that fits. */
export function passwordIn(text: string, { host, port, database, user }: ConnectsTo): string | undefined {
  const wanted = [host, String(port), database, user];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith("#")) continue;
    const fields = (line.match(/(?:^|:)((?:\\.|[^:\\])*)/g) ?? []).map((field, i) =>
      field.slice(i === 0 && !field.startsWith(":") ? 0 : 1).replace(/\\(.)/g, "$1"),
    );
    const [password, ...more] = fields.slice(wanted.length);
    const fits = wanted.every((value, i) => fields[i] === "*" || fields[i] === value || isLocal(fields[i], value));
    if (fits && password !== undefined) return [password, ...more].join(":");
  }
  return undefined;
}

/** So libpq calls a socket, wherever it is. */
function isLocal(written: string | undefined, value: string | undefined): boolean {
  return written === "localhost" && value?.startsWith("/") === true;
}
