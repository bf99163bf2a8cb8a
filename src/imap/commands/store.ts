// UID STORE and UID EXPUNGE (RFC 3501 6.4.6, RFC 7162 3.1.3, RFC 4315 2.1).

import { allDone } from "../../model/all-done.ts";
import type { FlagSet } from "../../model/flags.ts";
import { emptyUidSet, formatUidSet, parseUidSet, splitUidSet, union, type UidSet } from "../../model/uid-set.ts";
import { CommandRefused } from "../command-refused.ts";
import { maxSetOctets } from "../limits.ts";
import type { ResponseCode } from "../responses.ts";
import type { Channel } from "../channel.ts";

/** One range of two ten-digit UIDs. */
const minSetOctets = 21;

export interface FlagUpdate {
  readonly uids: UidSet;
  readonly flags: FlagSet;
  /** The latest mod-sequence at which we knew these messages' flags; later changes must not be overwritten. */
  readonly unchangedSince: bigint;
}

/** Sets flags; returns the UIDs the server left alone because they had changed meanwhile. */
export async function storeFlags(session: Channel, { uids, flags, unchangedSince }: FlagUpdate): Promise<UidSet> {
  const modified = await allDone(
    splitUidSet(uids, Math.max(maxSetOctets - flags.key.length, minSetOctets)).map(async (part) => {
      const code = await session
        .run({
          name: "UID STORE",
          overlap: "changing",
          parts: [
            `UID STORE ${formatUidSet(part)} (UNCHANGEDSINCE ${String(unchangedSince)}) FLAGS.SILENT (${flags.key})`,
          ],
        })
        .then(({ code }) => code, modifiedCode);
      return code?.name === "MODIFIED" ? parseUidSet(code.text) : emptyUidSet;
    }),
  );
  return modified.reduce(union, emptyUidSet);
}

/** RFC 7162 3.1.3: MODIFIED may come with NO, when some of the messages no longer exist. */
function modifiedCode(error: unknown): ResponseCode {
  if (error instanceof CommandRefused && error.responseCode?.name === "MODIFIED") return error.responseCode;
  throw error;
}

/**
 * Removes messages for good; those that vanish are reported in the session's view. All are marked before the first goes:
 * Dovecot 2.3 overlooks marks that are written between two expunges (hazard 9).
 */
export async function expunge(session: Channel, uids: UidSet): Promise<void> {
  const sets = splitUidSet(uids, maxSetOctets).map(formatUidSet);
  const marks = sets.map((set) => `UID STORE ${set} +FLAGS.SILENT (\\Deleted)`);
  const expunges = sets.map((set) => `UID EXPUNGE ${set}`);
  await allDone(
    [...marks, ...expunges].map((line) =>
      session.run({ name: line.split(" ", 2).join(" "), overlap: "changing", parts: [line] }),
    ),
  );
}
