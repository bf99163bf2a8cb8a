// What an import makes: configurations, and what is to be said about lines of the other program's file.

import type { SideSettings } from "../init/config-text.ts";

export interface ImportedConfiguration {
  /** Of its file. */
  readonly name: string;
  /** Lines of the file that it stands for. */
  readonly from: string;
  /** Above the first section, in order; map-mailbox may be there several times. */
  readonly top: readonly (readonly [name: string, value: string])[];
  readonly local: SideSettings;
  readonly remote: SideSettings;
  /** For the file: what whoever reads it has to know. Lines without `#`. */
  readonly remarks: readonly string[];
}

/** What was not taken over, or not as it was. Never holds a secret. */
export interface Note {
  /** Undefined: the file as a whole. */
  readonly line: number | undefined;
  readonly text: string;
}

export interface Imported {
  readonly configurations: readonly ImportedConfiguration[];
  /** In the order of their lines. */
  readonly notes: readonly Note[];
}

/** Gathers notes; one that is there already is not repeated. */
export class Notes {
  readonly #notes = new Map<string, Note>();

  add(line: number | undefined, text: string): void {
    this.#notes.set(`${String(line)} ${text}`, { line, text });
  }

  sorted(): readonly Note[] {
    return [...this.#notes.values()].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  }
}

/** Settings of a server as they are gathered. */
export type Gathering = Map<string, string>;

/** As a file may be called, and a systemd unit. */
export function fileNameOf(name: string): string {
  return name.replace(/[^\w.@+-]/g, "_").replace(/^[.-]/, "_");
}

/** Whether a value can stand in a line of the configuration: see ini-entries.ts. */
export function fitsLine(value: string): boolean {
  return (
    value !== "" &&
    value.trim() === value &&
    !/[\t\v\f ];[\t\v\f ]/.test(value) &&
    !/[\0-\x08\x0a-\x1f\x7f-\x9f]/.test(value)
  );
}

/** A command whose semicolons are parts of the shell's language can be written without the blank before them. */
export function commandForLine(command: string): string | undefined {
  const oneLine = command.trim();
  const written = /['"\\]/.test(oneLine) ? oneLine : oneLine.replace(/[\t ]+;(?=[\t ])/g, ";");
  return fitsLine(written) ? written : undefined;
}
