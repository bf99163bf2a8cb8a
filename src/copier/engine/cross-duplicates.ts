// Messages that one folder after another has: each goes to the first one only.

import type { MessageTable } from "./message-table.ts";

export class CrossDuplicates {
  /** The folder of host2 by signature: the first to which the message was copied, or where it was found. */
  readonly #folders = new Map<string, string>();

  /** Which of these messages of host1, by their numbers, another folder than `folder2` has; the others are noted as its own. */
  among(table: MessageTable, numbers: Iterable<number>, folder2: string): number[] {
    const found: number[] = [];
    for (const i of numbers) {
      const signature = table.signature(i);
      const first = this.#folders.get(signature);
      if (first === undefined) this.#folders.set(signature, folder2);
      else if (first !== folder2) found.push(i);
    }
    return found;
  }
}
