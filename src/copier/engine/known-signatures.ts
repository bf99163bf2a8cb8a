// By what messages of two folders are told from others, as far as former runs have recorded it: only headers of others are read.

import { bothSides, type PerSide, perSide, type Side } from "../../model/side.ts";
import { UidPairs } from "../../model/uid-pairs.ts";
import { emptyUidSet, hasUid, isEmpty, type UidSet, UidSetBuilder } from "../../model/uid-set.ts";
import type { CopyMemory } from "../memory/memory.ts";
import { hostOf } from "../options/host.ts";
import type { MessageTable } from "./message-table.ts";

type Known = ReturnType<CopyMemory["signaturesOf"]>;

interface Asked {
  /** What is on host1 now. */
  readonly there1: UidSet;
  readonly uids: PerSide<Iterable<number>>;
  /** Recorded, by UIDs of host1. */
  readonly pairs: UidPairs;
  readonly read: (side: Side, uids: UidSet) => Promise<MessageTable>;
}

export class KnownSignatures {
  readonly #memory: CopyMemory;
  readonly #folders: Parameters<CopyMemory["pairsOf"]>[0];
  readonly #rules: string;
  readonly #known: PerSide<Known>;
  /** What had to be read. */
  #read: Partial<PerSide<MessageTable>> = {};
  /** UIDs of host1 by those of host2. Several may be one message there. */
  #originals = new UidPairs();
  #there1: UidSet = emptyUidSet;

  /** `rules`: of what signatures are made, as a digest. */
  constructor(memory: CopyMemory, folders: Parameters<CopyMemory["pairsOf"]>[0], rules: string) {
    this.#memory = memory;
    this.#folders = folders;
    this.#rules = rules;
    this.#known = perSide((side) => memory.signaturesOf(folders, { host: hostOf(side), rules }));
  }

  async complete({ there1, uids, pairs, read }: Asked): Promise<void> {
    this.#originals = pairs.reversed();
    this.#there1 = there1;
    await bothSides(async (side) => {
      const unknown = new UidSetBuilder();
      for (const uid of uids[side])
        if (this.#known[side].of(uid) === undefined && this.#originalOf(side, uid) === undefined) unknown.add(uid);
      const asked = unknown.build();
      if (!isEmpty(asked)) this.note(side, await read(side, asked));
    });
  }

  /** These were read. */
  note(side: Side, table: MessageTable): void {
    this.#read = { ...this.#read, [side]: table };
  }

  /** A copy on host2 is known by what its original is known by, whatever the server made of it. */
  of(side: Side, uid: number): string | null | undefined {
    const original = this.#originalOf(side, uid);
    if (original !== undefined) return this.of("local", original);
    const known = this.#known[side].of(uid);
    return known === undefined ? this.#read[side]?.signatureOf(uid) : known;
  }

  /** Of a message of host2, if that is there. */
  #originalOf(side: Side, uid: number): number | undefined {
    const original = side === "remote" ? this.#originals.get(uid) : undefined;
    return original !== undefined && hasUid(this.#there1, original) ? original : undefined;
  }

  /** For the next run. `copies`: messages of host2 that are recorded as copies, and need none. */
  record(copies: UidSet): void {
    for (const side of ["local", "remote"] as const) {
      const table = this.#read[side];
      if (table === undefined) continue;
      const where = { host: hostOf(side), rules: this.#rules };
      this.#memory.sign(this.#folders, where, signedIn(table, side === "remote" ? copies : undefined));
    }
  }
}

function* signedIn(
  table: MessageTable,
  copies: UidSet | undefined,
): Iterable<{ readonly uid: number; readonly signature: string | null }> {
  for (let i = 0; i < table.length; i++) {
    const uid = table.uid(i);
    if (copies !== undefined && hasUid(copies, uid)) continue;
    yield { uid, signature: table.isIdentified(i) ? table.signature(i) : null };
  }
}
