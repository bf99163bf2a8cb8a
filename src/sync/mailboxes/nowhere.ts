// Whether a refused STATUS says that there is no such mailbox. Most servers say so in words only, each in its own. Pure.

import type { CommandRefused } from "../../imap/command-refused.ts";

type Refusal = Pick<CommandRefused, "status" | "responseCode" | "words" | "willPass">;

/** RFC 5530 3, RFC 3501 7.1 */
const codes: ReadonlySet<string> = new Set(["NONEXISTENT", "TRYCREATE"]);
const clear = /not exist|n't exist|no such|not found|unknown mailbox|non-?existent/i;
const doubtful =
  /internal|system|\bi\/?o\b|disk|temporar|time[d -]*out|later|busy|lock|offline|server|connection|permission|denied|rights?\b|access|allowed|authori/i;

export function saysNowhere({ status, responseCode, words, willPass }: Refusal): boolean {
  if (status !== "NO" || willPass) return false;
  if (responseCode !== undefined) return codes.has(responseCode.name);
  return clear.test(words) || !doubtful.test(words);
}
