// Copies that a server altered when it took them, after an interruption: another date, a header field more, a line end at
// the end. Of messages with the same Message-ID those with the same text are copies; the text has to be fetched for that.

import { createHash } from "node:crypto";
import { fetchMessages, type MessageIdentity } from "../imap/commands/fetch.ts";
import { bothSides, otherSide, perSide, type PerSide, type Side } from "../model/side.ts";
import { uidSetOf } from "../model/uid-set.ts";
import { planCopies } from "./copy-plan.ts";
import { pairInOrder, planMatches, without } from "./match-plan.ts";
import type { OpenMailbox } from "./open-mailbox.ts";

/** So much is in memory at once. */
const batchLimits = { octets: 1 << 20, messages: 500 };

/** `text` stands for what comes after the header. */
type WithText = MessageIdentity & { readonly text: string };

/** Those that are equal; and among the others those that a server altered. */
export async function pairCopies(
  mailbox: OpenMailbox,
  messages: PerSide<readonly MessageIdentity[]>,
): Promise<PerSide<MessageIdentity>[]> {
  const equal = planMatches(messages);
  const left = perSide((side) => without(messages[side], equal, side));
  return [...equal, ...(await pairAltered(mailbox, left))];
}

/** Among messages that came since copies were begun, and of which none equals one of the other side. */
async function pairAltered(
  mailbox: OpenMailbox,
  messages: PerSide<readonly MessageIdentity[]>,
): Promise<PerSide<MessageIdentity>[]> {
  const ids = perSide((side) => new Set(messages[side].map(({ messageId }) => messageId)));
  const doubtful = perSide((side) =>
    messages[side].filter(({ messageId }) => messageId !== undefined && ids[otherSide(side)].has(messageId)),
  );
  const texts = await bothSides((side) => withTexts(mailbox, side, doubtful[side]));
  return pairInOrder(texts, ({ messageId, text }) => `${messageId ?? ""} ${text}`);
}

export async function withTexts(
  { sessions }: OpenMailbox,
  side: Side,
  messages: readonly MessageIdentity[],
): Promise<WithText[]> {
  const identities = new Map(messages.map((message) => [message.uid, message]));
  const { batches } = planCopies(
    messages.toSorted((a, b) => a.uid - b.uid),
    batchLimits,
  );
  const found: WithText[] = [];
  for (const { uids, octets } of batches) {
    for (const { uid, flags, bytes } of await fetchMessages(sessions[side], uidSetOf(uids), { octets })) {
      const identity = identities.get(uid);
      // The flags are the latest, and what was told of them before is forgotten.
      if (identity !== undefined) found.push({ ...identity, flags, text: textDigest(bytes) });
    }
  }
  return found;
}

/** Of what comes after the header, whatever its line ends and however it ends. */
function textDigest(bytes: Buffer): string {
  const message = bytes.toString("latin1").replaceAll("\r\n", "\n");
  const text = message.slice(message.indexOf("\n\n") + 1).trimEnd();
  return createHash("sha256").update(text, "latin1").digest("base64");
}
