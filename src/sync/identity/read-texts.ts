// Digests of whole messages, for telling apart what Message-ID, date and size do not. The octets have to be fetched.

import { createHash } from "node:crypto";
import { fetchMessages, type MessageIdentity } from "../../imap/verbs/fetch.ts";
import { BatchPlan } from "../../mail/transfer/batch-plan.ts";
import { InterimapError } from "../../model/errors.ts";
import { bothSides, type PerSide, perSide, type Side } from "../../model/side.ts";
import { uidSetOf } from "../../model/uid-set.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";

/** The most that is in memory at once. */
const batchLimits = { octets: 1 << 20, messages: 500 };

export type WithText = MessageIdentity & {
  /** Of what comes after the header, whatever its line ends and however it ends. */
  readonly text: string;
  /** Of who wrote what to whom, and when, as the header says. */
  readonly author: string;
  /** The header says when. */
  readonly isDated: boolean;
};

/** Messages that are gone by now are left out. Their flags are the latest, and what was reported about them before is forgotten. */
export async function withTexts(
  { sessions }: Pick<OpenMailbox, "sessions">,
  side: Side,
  messages: readonly MessageIdentity[],
): Promise<WithText[]> {
  const identities = new Map(messages.map((message) => [message.uid, message]));
  const plan = new BatchPlan(batchLimits);
  const batches = [...plan.add(messages.toSorted((a, b) => a.uid - b.uid)), ...plan.close()];
  const found: WithText[] = [];
  for (const { uids, octets } of batches) {
    for (const { uid, flags, bytes } of await fetchMessages(sessions[side], uidSetOf(uids), { octets })) {
      const identity = identities.get(uid);
      if (identity !== undefined) found.push({ ...identity, flags, ...digestsOf(bytes) });
    }
  }
  return found;
}

/** The pairs of which both messages could be read; see {@link withTexts}. */
export async function pairsWithTexts(
  mailbox: Pick<OpenMailbox, "sessions">,
  pairs: readonly PerSide<MessageIdentity>[],
): Promise<PerSide<WithText>[]> {
  const texts = await bothSides(async (side) => {
    const read = await withTexts(
      mailbox,
      side,
      pairs.map((pair) => pair[side]),
    );
    return new Map(read.map((message) => [message.uid, message]));
  });
  return pairs.flatMap((pair) => {
    const { local, remote } = perSide((side) => texts[side].get(pair[side].uid));
    return local === undefined || remote === undefined ? [] : [{ local, remote }];
  });
}

/** The same; none where a server fails to deliver one of them: nothing else hangs on their texts. */
export async function readablePairs(
  mailbox: Pick<OpenMailbox, "sessions">,
  pairs: readonly PerSide<MessageIdentity>[],
): Promise<readonly PerSide<WithText>[]> {
  try {
    return await pairsWithTexts(mailbox, pairs);
  } catch (error) {
    if (error instanceof InterimapError && error.abandons === "mailbox") return [];
    throw error;
  }
}

function digestsOf(bytes: Buffer): Pick<WithText, "text" | "author" | "isDated"> {
  const message = bytes.toString("latin1").replaceAll("\r\n", "\n");
  // Without a header the message begins with the empty line.
  const end = message.startsWith("\n") ? 0 : message.indexOf("\n\n") + 1;
  const [date = "", ...others] = authorFields(message.slice(0, end));
  return {
    text: digestOf(message.slice(end).trimEnd()),
    author: digestOf([date, ...others].join("\n")),
    isDated: date !== "",
  };
}

const fields = ["date", "from", "to", "subject"].map(
  (name) => new RegExp(String.raw`^${name}[ \t]*:(.*(?:\n[ \t].*)*)`, "imu"),
);

/** Servers fold lines anew; and Cyrus puts an X in the place of each octet that is not ASCII. */
function authorFields(header: string): string[] {
  const values = fields.map((field) => field.exec(header)?.[1] ?? "");
  return values.map((value) =>
    value
      .replaceAll(/\s+/gu, " ")
      .trim()
      .replaceAll(/[\x80-\xff]/g, "X"),
  );
}

function digestOf(text: string): string {
  return createHash("sha256").update(text, "latin1").digest("base64");
}
