// Asks a source for its secret.

import type { SecretSource } from "../model/secret-source.ts";
import { askCommand } from "./ask-command.ts";
import { firstLine } from "./first-line.ts";
import { readSecretFile, readSystemdCredential } from "./read-secret-file.ts";
import type { SecretPlace } from "./secret-failed.ts";

export interface Asking {
  readonly place: SecretPlace;
  /** Commands may put questions to the terminal. */
  readonly mayAsk: boolean;
  readonly signal: AbortSignal | undefined;
}

/** @throws InterimapError CREDENTIALS, or the signal's reason */
export async function secretFrom(
  source: Exclude<SecretSource, { from: "text" }>,
  { place, ...how }: Asking,
): Promise<string> {
  switch (source.from) {
    case "command":
      return firstLine(await askCommand({ command: source.command, place, ...how }), place, "output");
    case "file":
      return firstLine(readSecretFile(source.path, place), place, "file");
    case "credential":
      return firstLine(readSystemdCredential(source, place), place, "file");
  }
}
