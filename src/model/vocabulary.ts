// What lines call those things that each of our programs calls by a name of its own: the servers, the settings, and itself.

import type { Side } from "./side.ts";

export interface Vocabulary {
  readonly program: string;
  /** As the subject of a sentence. */
  readonly server: (side: Side) => string;
  /** From `auth`, `auth = PLAIN` or `SSL_verify=NO`, which is how the configuration file has it. `side`: whose, if it is known. */
  readonly setting: (written: string, side?: Side) => string;
  /** With the place where it is. */
  readonly settingOf: (side: Side, written: string, preposition: "in" | "from") => string;
  /** The same of one of those that limit what a server may send; undefined: users cannot choose. */
  readonly limit: (name: string) => string | undefined;
}

const ofSynchronisation: Vocabulary = {
  program: "interimap",
  server: (side) => `the ${side} server`,
  setting: (written) => written,
  settingOf: (side, written, preposition) => `${written} ${preposition} section [${side}]`,
  limit: (name) => name,
};

let spoken = ofSynchronisation;

/** To be called once, before anything is said. */
export function speak(vocabulary: Vocabulary): void {
  spoken = vocabulary;
}

export function programName(): string {
  return spoken.program;
}

export function theServer(side: Side): string {
  return spoken.server(side);
}

export function asSetting(written: string, side?: Side): string {
  return spoken.setting(written, side);
}

export function asSettingOf(side: Side, written: string, preposition: "in" | "from" = "in"): string {
  return spoken.settingOf(side, written, preposition);
}

export function asLimit(name: string): string | undefined {
  return spoken.limit(name);
}
