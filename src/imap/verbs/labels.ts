// The labels of Gmail's messages (X-GM-LABELS, an extension of Gmail's own).

import type { UidSet } from "../../model/uid-set.ts";
import { allDone } from "../../util/all-done.ts";
import { astring, type CommandPart, line, uids as uidSet } from "../codec/write-command.ts";
import type { Channel } from "../mailbox/channel.ts";
import { uidFetch } from "./uid-fetch.ts";
import { uidSets } from "./uid-sets.ts";

/** `list`: as the server writes it, in modified UTF-7. Messages whose labels it does not tell are left out. */
export async function eachLabels(
  channel: Channel,
  uids: UidSet,
  tell: (uid: number, list: string) => void,
): Promise<void> {
  await uidFetch(channel, {
    uids,
    items: line`(UID X-GM-LABELS)`,
    isAnswer: ({ labels }) => labels !== undefined,
    beside: [],
    onMessage: ({ uid, labels = "" }) => {
      tell(uid, labels);
    },
  });
}

/** Puts messages under these labels as well; a label is made if there is none. @throws CommandRefused */
export async function addLabels(channel: Channel, uids: UidSet, labels: readonly string[]): Promise<void> {
  const octets = labels.reduce((sum, label) => sum + label.length + 3, 0);
  await allDone(
    uidSets(channel, uids, octets).map((part) =>
      channel.run({
        name: "UID STORE",
        overlap: "changing",
        parts: line`UID STORE ${uidSet(part)} +X-GM-LABELS.SILENT (${spaced(labels)})`,
      }),
    ),
  );
}

function spaced(labels: readonly string[]): readonly CommandPart[] {
  return labels.flatMap((label, at) => (at === 0 ? [astring(label)] : [...line` `, astring(label)]));
}
