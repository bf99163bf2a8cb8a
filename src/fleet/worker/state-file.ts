// The engine's file as a worker has it for the time of a run: a working copy of the state at home.

import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { JobEnd } from "../../job/run-job.ts";
import { humanBytes } from "../../util/human-bytes.ts";
import type { EngineName } from "../accounts/account.ts";
import { digestOf, mostStateOctets, newState, type StateAfter, type StateTaken } from "../queue/states.ts";

/** It cannot be kept. */
export interface Unkept {
  /** Why, in words. */
  readonly unkept: string;
  /** That of the next run will be so, too. */
  readonly isTooLarge: boolean;
}

interface Run {
  readonly engine: EngineName;
  /** There was a process. */
  readonly wasBegun: boolean;
}

export class StateFile {
  readonly path: string;
  #taken: StateTaken | undefined;

  /** `directory`: for this run alone. */
  constructor(directory: string) {
    this.path = join(directory, "state.db");
  }

  place(taken: StateTaken): void {
    this.#taken = taken;
    if (taken.file === undefined) return;
    writeFileSync(this.path, taken.file, { mode: 0o600 });
    chmodSync(this.path, 0o600);
  }

  get taken(): StateTaken | undefined {
    return this.#taken;
  }

  /** What the engine has written down counts when it ended by itself, and says that all of it is there. */
  async after(end: JobEnd, { engine, wasBegun }: Run): Promise<StateAfter | Unkept> {
    if (this.#taken === undefined) return { kind: "as before" };
    if (end.how !== "by itself") return { kind: "lost" };
    const { hasSoundState } = end.result;
    if (!wasBegun || (engine === "sync" && hasSoundState === undefined))
      return this.#taken.mayBeOlder ? { kind: "lost" } : { kind: "as before" };
    if (hasSoundState === false)
      return { unkept: "its state is damaged, and not kept; the former one stays", isTooLarge: false };
    return this.#kept();
  }

  async #kept(): Promise<StateAfter | Unkept> {
    // A run that never got in has none.
    if (!existsSync(this.path)) return { kind: "as before" };
    const { size } = statSync(this.path);
    if (size > mostStateOctets) {
      const unkept = `its state has ${humanBytes(size)}, and at most ${humanBytes(mostStateOctets)} are kept`;
      return { unkept, isTooLarge: true };
    }
    const file = readFileSync(this.path);
    const fault = this.#faultOf(file);
    if (fault !== undefined) return { unkept: `its state is not kept: ${fault}`, isTooLarge: false };
    return this.#taken?.digest?.equals(digestOf(file)) === true ? { kind: "as before" } : newState(file);
  }

  /** What shows without looking into it: https://www.sqlite.org/fileformat.html#the_database_header */
  #faultOf(file: Buffer): string | undefined {
    const beside = ["-wal", "-journal"].find((suffix) => sizeOf(this.path + suffix) > 0);
    if (beside !== undefined) return `a part of it is beside it (${beside})`;
    if (file.length === 0) return undefined;
    if (file.toString("latin1", 0, 16) !== "SQLite format 3\0") return "it is no database";
    const pageOctets = file.readUInt16BE(16) === 1 ? 65_536 : file.readUInt16BE(16);
    return file.length === pageOctets * file.readUInt32BE(28) ? undefined : "it is not whole";
  }
}

/** A line for each version that has turned out to be damaged. */
export function damageLines({ damaged, version }: StateTaken): string[] {
  const instead = version === undefined ? "" : `; going on from version ${String(version)}`;
  return damaged.map((one) => `version ${String(one)} of its state is damaged${instead}`);
}

/** For a pair: without a memory, it would undo deletions. */
export const allDamaged =
  "its state is damaged, in each version that is kept; to begin without it, remove the account and add it again";

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
