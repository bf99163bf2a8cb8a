// A folder of host2 to which several of host1 are copied. Only when all of these were read, it is known which messages host1 lacks.

import { emptyUidSet, hasUid, type UidSet, union } from "../../model/uid-set.ts";
import type { MessageTable } from "./message-table.ts";

export class Merge {
  readonly #waiting: Set<string>;
  readonly #signatures = new Set<string>();
  /** By folders of host1: UIDs of host2. */
  readonly #copies = new Map<string, UidSet>();
  /** The order of folders may be another one in the next run. */
  readonly #first: string;
  #isWhole = true;

  constructor(folders1: readonly string[]) {
    this.#waiting = new Set(folders1);
    this.#first = folders1.reduce((one, other) => (other < one ? other : one));
  }

  /** What tells messages of a folder from those of the same UIDs in the others: nothing, for one of the folders. */
  placeOf(folder1: string): string | undefined {
    return folder1 === this.#first ? undefined : folder1;
  }

  /** A folder of host1 was read. `others`: of copies that it may have on host2 besides. */
  note(folder1: string, table: MessageTable, others: Iterable<string>): void {
    this.#waiting.delete(folder1);
    for (const signature of others) this.#signatures.add(signature);
    for (let i = 0; i < table.length; i++) if (table.isIdentified(i)) this.#signatures.add(table.signature(i));
  }

  /** These messages of host2 are those of a folder of host1: a memory may know them by nothing else. */
  noteCopies(folder1: string, uids2: UidSet): void {
    this.#copies.set(folder1, union(this.#copies.get(folder1) ?? emptyUidSet, uids2));
  }

  /** What is known of the other folders by now. */
  copiesOfOthers(folder1: string): UidSet {
    let copies = emptyUidSet;
    for (const [other, uids2] of this.#copies) if (other !== folder1) copies = union(copies, uids2);
    return copies;
  }

  /** A folder of host1 cannot be read: nothing can be said of what is not there. */
  giveUp(): void {
    this.#isWhole = false;
  }

  /** Undefined: not all folders of host1 are known yet. Messages of host2 by their numbers. */
  strangers(table: MessageTable): number[] | undefined {
    if (this.#waiting.size > 0 || !this.#isWhole) return undefined;
    const copies = [...this.#copies.values()].reduce(union, emptyUidSet);
    const found: number[] = [];
    for (let i = 0; i < table.length; i++)
      if (table.isIdentified(i) && !this.#signatures.has(table.signature(i)) && !hasUid(copies, table.uid(i)))
        found.push(i);
    return found;
  }
}
