// Writes SELECT or EXAMINE, with a known state where the server then reports what happened since (RFC 7162 3.2.5), or with the wish for mod-sequences
// (RFC 7162 3.1.8).

import type { MailboxState } from "../../model/mailbox-state.ts";
import { noModSeq } from "../../model/mod-seq.ts";
import { emptyUidSet, isEmpty, uidSetOf } from "../../model/uid-set.ts";
import { type CommandPart, line, mailbox, modSeq, number, uids as uidSet } from "../codec/write-command.ts";
import type { Command } from "../command.ts";
import type { MailboxView } from "./mailbox-view.ts";

export interface SelectBaseline {
  readonly state: MailboxState;
  /** Sequence number and UID of some messages, ascending; empty when they cannot be known. */
  readonly sequenceSample: readonly (readonly [sequence: number, uid: number])[];
}

/** For the first time: what happened to the messages below the known UIDNEXT comes into the view. */
export function selectFirst(view: MailboxView, known?: SelectBaseline): Command {
  // Below UID 1 there is nothing to ask for.
  if (known === undefined || known.state.uidNext <= 1) return selectInto(view);
  const { uidValidity, uidNext, highestModSeq } = known.state;
  const uids = line` 1:${number(uidNext - 1)}`;
  return selectInto(view, { uidValidity, modSeq: highestModSeq, uids, sample: known.sequenceSample });
}

/**
 * Whatever happened in the mailbox since the last report comes into the view. Mostly without a set of known UIDs,
 * since messages that were appended meanwhile may be gone, too; with one, only what happened to these.
 * `since`: the mod-sequence up to which all is known.
 */
export function selectAgain(view: MailboxView, since = view.highestModSeq, known = emptyUidSet): Command {
  if (view.lacksModSeqs) return selectInto(view);
  const uids = isEmpty(known) ? [] : line` ${uidSet(known)}`;
  return selectInto(view, { uidValidity: view.uidValidity, modSeq: since, uids });
}

interface Since {
  readonly uidValidity: number;
  readonly modSeq: bigint;
  /** Only what happened to these; empty: to all. */
  readonly uids: readonly CommandPart[];
  readonly sample?: SelectBaseline["sequenceSample"];
}

/** What is reported about the mailbox, the codes of the answer included, goes into the view. */
function selectInto(view: MailboxView, since?: Since): Command {
  const canReport = view.abilities.reportsSince && since !== undefined && since.modSeq !== noModSeq;
  const opening = line`${mailbox(view.wireName)}${canReport ? qresync(since) : condstore(view)}`;
  return {
    name: view.isOnlyRead ? "EXAMINE" : "SELECT",
    overlap: "select",
    opens: view,
    parts: view.isOnlyRead ? line`EXAMINE ${opening}` : line`SELECT ${opening}`,
    onAnswered: ({ code }) => {
      if (code !== undefined) view.noteCode(code);
    },
  };
}

/** Without it, or QRESYNC, a server need not tell mod-sequences. */
function condstore({ abilities }: MailboxView): CommandPart[] {
  return abilities.modSeqs && !abilities.reportsSince ? line` (CONDSTORE)` : [];
}

function qresync({ uidValidity, modSeq: since, uids, sample = [] }: Since): CommandPart[] {
  const [sequences, those] = [0, 1].map((i) => uidSetOf(sample.map((pair) => pair[i]!)));
  const sampled = sample.length === 0 ? [] : line` (${uidSet(sequences!)} ${uidSet(those!)})`;
  return line` (QRESYNC (${number(uidValidity)} ${modSeq(since)}${uids}${sampled}))`;
}
