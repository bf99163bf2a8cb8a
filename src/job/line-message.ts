// A line of a run as a message of its job.

import { cut } from "../util/printable.ts";
import type { JobMessage } from "./job-message.ts";

/** What servers say may be long; a message never is. */
const mostCharacters = 64 * 1024;

/** Without its line break. */
export function lineMessage(text: string): JobMessage {
  return { type: "line", text: cut(text, mostCharacters) };
}
