// What two folders were like when a one-way copy found nothing left to do there.

import type { Connection } from "./sqlite.ts";

export interface FolderState {
  readonly uidNext: number;
  readonly messages: number;
  /** Undefined where the server has none. */
  readonly highestModSeq: bigint | undefined;
}

export interface FinishedStates {
  /** By which options it was finished, as a digest: by others there may be more to do. */
  readonly rules: string;
  readonly host1: FolderState;
  readonly host2: FolderState;
}

interface StateRow {
  readonly rules: string;
  readonly uid_next1: bigint;
  readonly messages1: bigint;
  readonly mod_seq1: bigint | null;
  readonly uid_next2: bigint;
  readonly messages2: bigint;
  readonly mod_seq2: bigint | null;
}

/** `folders`: the number of the pair. */
export function readStates(connection: Connection, folders: number): FinishedStates | undefined {
  const [row] = connection.exactRows<StateRow>("SELECT * FROM finished WHERE folders = ?", folders);
  if (row === undefined) return undefined;
  return {
    rules: row.rules,
    host1: stateFrom(row.uid_next1, row.messages1, row.mod_seq1),
    host2: stateFrom(row.uid_next2, row.messages2, row.mod_seq2),
  };
}

export function writeStates(connection: Connection, folders: number, { rules, host1, host2 }: FinishedStates): void {
  connection.run(
    "INSERT OR REPLACE INTO finished VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    ...[folders, rules],
    ...[host1, host2].flatMap((one) => [one.uidNext, one.messages, one.highestModSeq ?? null]),
  );
}

function stateFrom(uidNext: bigint, messages: bigint, highestModSeq: bigint | null): FolderState {
  return { uidNext: Number(uidNext), messages: Number(messages), highestModSeq: highestModSeq ?? undefined };
}
