// Extensions that are not needed, and what is slower or less without them.

import type { Capabilities } from "../../imap/capabilities.ts";
import type { ServerSettings } from "../../model/server-settings.ts";

interface Helpful {
  readonly extension: string;
  /** Others do as well. */
  readonly or?: readonly string[];
  readonly means: string;
}

const helpful: readonly Helpful[] = [
  { extension: "NOTIFY", means: "--notify watches single mailboxes with IDLE, and asks for the others" },
  { extension: "IDLE", or: ["NOTIFY"], means: "--notify asks for changes" },
  {
    extension: "UIDPLUS",
    or: ["IMAP4REV2"],
    means: "the UIDs of copies have to be searched for; deletions take longer",
  },
  { extension: "LIST-STATUS", or: ["IMAP4REV2"], means: "each run asks for the state of each mailbox" },
  { extension: "LITERAL+", or: ["LITERAL-", "IMAP4REV2"], means: "each message copied costs a round trip" },
  { extension: "MULTIAPPEND", means: "messages are copied one by one" },
];

/** Those that the server lacks. */
export function lackingIn(
  capabilities: Capabilities,
  { compress }: Pick<ServerSettings, "compress">,
): readonly { readonly extension: string; readonly means: string }[] {
  const compression = { extension: "COMPRESS=DEFLATE", means: "the traffic is not compressed" };
  return [...helpful, ...(compress ? [compression] : [])]
    .filter(({ extension, or = [] }: Helpful) => ![extension, ...or].some((name) => capabilities.has(name)))
    .map(({ extension, means }) => ({ extension, means }));
}
