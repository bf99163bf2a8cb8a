// Asks for the state of a mailbox in STATUS and in LIST with STATUS, and reads the answer.

import type { MailboxState } from "../../model/mailbox-state.ts";
import { noModSeq } from "../../model/mod-seq.ts";
import type { Abilities } from "../abilities.ts";
import { type CommandPart, line } from "../codec/write-command.ts";
import type { MailboxStatusResponse } from "../responses.ts";

/** What of it is asked for: an item that the server does not know makes the whole command an error. */
export function stateItems({ modSeqs }: Abilities): CommandPart[] {
  return line`MESSAGES UIDNEXT UIDVALIDITY${modSeqs ? line` HIGHESTMODSEQ` : []}`;
}

/** Undefined when part of it is missing: some servers answer with less than was asked for. */
export function toldState(
  { uidValidity, uidNext, highestModSeq }: MailboxStatusResponse,
  { modSeqs }: Abilities,
): MailboxState | undefined {
  const modSeq = modSeqs ? highestModSeq : noModSeq;
  if (uidValidity === undefined || uidNext === undefined || modSeq === undefined) return undefined;
  return { uidValidity, uidNext, highestModSeq: modSeq };
}
