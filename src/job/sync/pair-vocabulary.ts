// What the layers below call by the names of a configuration file, as a list of pairs has it: numbers stand for the two servers.

import type { Side } from "../../model/side.ts";
import type { Vocabulary } from "../../model/vocabulary.ts";
import type { HostNumber } from "../job-spec.ts";

/** host1 is the side `local`. */
export function numberOf(side: Side): HostNumber {
  return side === "local" ? 1 : 2;
}

export const pairVocabulary: Vocabulary = {
  program: "interimap",
  server: (side) => `host${numberOf(side)}`,
  setting: (written, side) => (side === undefined ? written : numbered(written, side)),
  settingOf: (side, written) => numbered(written, side),
  limit: (name) => name,
};

/** `auth = PLAIN` becomes `auth1 = PLAIN`. */
function numbered(written: string, side: Side): string {
  return written.replace(/^[\w-]+/, (name) => `${name}${numberOf(side)}`);
}
