// Folders whose headers were read when their sizes were wanted: one FETCH instead of two. They count as long as nothing has
// happened in the folder since.

import type { MailboxView } from "../../imap/mailbox/mailbox-view.ts";
import { noModSeq } from "../../model/mod-seq.ts";
import type { Side } from "../../model/side.ts";
import type { MessageTable } from "./message-table.ts";

/** Of each host, in all folders: about 60 octets each are held until it is the folder's turn. */
const mostMessages = 100_000;

type Numbers = MailboxView["whenSelected"];

interface Kept {
  readonly table: MessageTable;
  readonly when: Numbers;
}

export class ReadAhead {
  readonly #kept: Record<Side, Map<string, Kept>> = { local: new Map(), remote: new Map() };
  readonly #room: Record<Side, number> = { local: mostMessages, remote: mostMessages };
  #isOver = false;

  /** Whether a folder that was opened is worth reading now; then its messages are counted. */
  begins(side: Side, view: MailboxView): boolean {
    const { exists, whenSelected } = view;
    if (this.#isOver || (whenSelected.highestModSeq ?? noModSeq) === noModSeq) return false;
    if (exists === 0 || exists > this.#room[side]) return false;
    this.#room[side] -= exists;
    return true;
  }

  keep(side: Side, view: MailboxView, table: MessageTable): void {
    this.#kept[side].set(view.wireName, { table, when: view.whenSelected });
  }

  /** A server that fails when it is to tell headers must not fail when it is to tell sizes. */
  end(): void {
    this.#isOver = true;
  }

  /** Once, and only if nothing has changed. */
  take(side: Side, view: MailboxView): MessageTable | undefined {
    const kept = this.#kept[side].get(view.wireName);
    this.#kept[side].delete(view.wireName);
    return kept !== undefined && isSame(kept.when, view.whenSelected) ? kept.table : undefined;
  }
}

function isSame(a: Numbers, b: Numbers): boolean {
  return (
    a.uidValidity === b.uidValidity &&
    a.uidNext === b.uidNext &&
    a.messages === b.messages &&
    a.highestModSeq === b.highestModSeq
  );
}
