// What a comparison of two folders found, as messages of a job.

import type { CopyEvent, FolderVerified } from "../copier/events.ts";
import { displayName } from "../model/mailbox-name.ts";
import type { JobMessage } from "./job-message.ts";

const reasons: Readonly<Record<FolderVerified["differing"][number]["what"], string>> = {
  header: "its header is another one on host2",
  text: "its text is another one on host2",
  unread: "it could not be read from both hosts",
};

export function* verifiedMessages(event: Extract<CopyEvent, { type: "folder-verified" }>): Generator<JobMessage> {
  const { differing, messages1, messages2, onlyOn2, resized, compared } = event;
  const pair = { folder1: displayName(event.folder1), folder2: displayName(event.folder2) };
  for (const { uid1, what } of differing)
    yield { type: "left", ...pair, uid1, octets: undefined, reason: reasons[what], isError: true };
  yield { type: "verified", ...pair, messages1, messages2, onlyOn2, resized, compared, differing: differing.length };
}
