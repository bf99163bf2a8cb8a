// Which newcomers are second copies, made by an APPEND that was not confirmed and then carried out after all. Pure.

import type { MessageIdentity } from "../../imap/verbs/fetch.ts";
import { identityKey, pairByKey } from "../../mail/matching/match-plan.ts";
import { hasUid, type UidSet } from "../../model/uid-set.ts";

/** A message that was sent without being confirmed, and its copy of another APPEND, which has a row. */
export interface Copied {
  readonly sent: MessageIdentity;
  readonly copy: MessageIdentity;
}

/** Those of which a further copy may come, each as often as that; `mayCome` as in {@link Store.unconfirmed}. */
export function expectedCopies(known: readonly Copied[], mayCome: readonly UidSet[]): Copied[] {
  return mayCome.flatMap((uids) => known.filter(({ sent }) => hasUid(uids, sent.uid)));
}

/** Those that may be such copies by what is cheap to know. */
export function plausibleAmong(newcomers: readonly MessageIdentity[], known: readonly Copied[]): MessageIdentity[] {
  const ids = new Set(known.filter(isAltered).map(({ copy }) => copy.messageId));
  const keys = new Set(known.filter((one) => !isAltered(one)).map(({ copy }) => identityKey(copy)));
  return newcomers.filter(
    (one) => keys.has(identityKey(one)) || (one.messageId !== undefined && ids.has(one.messageId)),
  );
}

/**
 * Pairs newcomers with what they are copies of, each with one. They have the same text as the copy that is there already;
 * `texts` has them by UID. And what the server left of that one as it was, it leaves of this one: equal mail of another
 * date was put there by somebody else. Where it altered the other one, Message-ID and text are all that can be compared.
 */
export function planLateCopies(
  newcomers: readonly MessageIdentity[],
  known: readonly Copied[],
  texts: ReadonlyMap<number, string>,
): (Copied & { readonly late: MessageIdentity })[] {
  const textOf = ({ uid }: MessageIdentity): string | undefined => texts.get(uid);
  const equal = pairByKey(
    { of: newcomers, keyOf: (one) => keyed(identityKey(one), textOf(one)) },
    {
      of: known.filter((one) => !isAltered(one)),
      keyOf: ({ copy }) => keyed(identityKey(copy), textOf(copy)),
    },
  );
  const found = new Set(equal.map(([late]) => late));
  const altered = pairByKey(
    { of: newcomers.filter((one) => !found.has(one)), keyOf: (one) => keyed(one.messageId, textOf(one)) },
    { of: known.filter(isAltered), keyOf: ({ copy }) => keyed(copy.messageId, textOf(copy)) },
  );
  return [...equal, ...altered].map(([late, copied]) => ({ ...copied, late }));
}

/** The server did not keep all of it as it was. */
function isAltered({ sent, copy }: Copied): boolean {
  return identityKey(sent) !== identityKey(copy);
}

function keyed(identity: string | undefined, text: string | undefined): string | undefined {
  return identity === undefined || text === undefined ? undefined : `${identity} ${text}`;
}
