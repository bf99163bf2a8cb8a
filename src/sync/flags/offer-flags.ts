// Decides which flags to offer a side, and what to do when it refuses them. Each is reported once a mailbox.

import { establishedFlags, type FlagSet, noFlags, storableFlags, withoutFlags } from "../../model/flags.ts";
import type { Side } from "../../model/side.ts";
import type { UidSet } from "../../model/uid-set.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";
import { recordRefusedFlags } from "../refused/refused-changes.ts";

/** Those of a message's flags that the side can keep. */
export function offerFlags({ views, flags: ledgers, report, name }: OpenMailbox, side: Side, flags: FlagSet): FlagSet {
  const kept = storableFlags(flags, views[side].permanentFlags);
  const unkept = ledgers[side].noteUnkept(withoutFlags(flags, kept));
  if (unkept !== noFlags) report({ type: "flags-unkept", side, mailbox: name, flags: unkept });
  return kept;
}

/**
 * Keywords are what servers refuse, new ones above all: their names, or that there are too many. What remains without
 * those; undefined when there are none to leave out.
 */
export function flagsWithoutNewKeywords({ views }: OpenMailbox, side: Side, flags: FlagSet): FlagSet | undefined {
  const { permanentFlags } = views[side];
  const established = establishedFlags(flags, permanentFlags);
  return established === storableFlags(flags, permanentFlags) ? undefined : established;
}

export interface FlagRefusal {
  readonly side: Side;
  readonly uids: UidSet;
  /** Not to be offered again. */
  readonly keywords: FlagSet;
  /** The server's words; undefined: it said that they were set. */
  readonly reason: string | undefined;
}

export function noteFlagRefusal(mailbox: OpenMailbox, refusal: FlagRefusal): void {
  const { views, flags, report, name } = mailbox;
  const { side, uids, keywords, reason = "the server said that it did so, but they are not set" } = refusal;
  views[side].refuseFlags(keywords);
  flags[side].noteUnkept(keywords);
  recordRefusedFlags(mailbox, { side, uids, reason, isDenied: refusal.reason === undefined });
  report({ type: "flags-refused", side, mailbox: name, uids, reason });
}
