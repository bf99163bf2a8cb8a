// Messages of host1 that are not on host2 after the run, each with the reason.

import type { CopyEvent } from "../copier/events.ts";
import { whySkipped } from "../copier/report/event-lines.ts";
import { type MessageOutcome, messageOutcomes } from "../copier/report/message-report.ts";
import { displayName } from "../model/mailbox-name.ts";
import { cut, printable } from "../util/printable.ts";
import type { JobMessage, LeftMessage } from "./job-message.ts";

/** Of servers' words. */
const mostCharacters = 1000;

/** Made as they are asked for: an event may be about a million. */
export function* leftMessages(event: CopyEvent, { isDry }: { readonly isDry: boolean }): Generator<JobMessage> {
  if (event.type === "messages-skipped" && event.reason === "present") return;
  for (const message of messageOutcomes(event)) {
    const why = reasonOf(message, isDry);
    if (why === undefined) continue;
    const { folder1, folder2, uid1 } = message;
    const octets = "octets" in message ? message.octets : undefined;
    yield { type: "left", folder1: displayName(folder1), folder2: displayName(folder2), uid1, octets, ...why };
  }
}

/** Undefined: it is there, or would be. */
function reasonOf(message: MessageOutcome, isDry: boolean): Pick<LeftMessage, "reason" | "isError"> | undefined {
  switch (message.outcome) {
    case "copied":
      return undefined;
    case "to-copy":
      return isDry ? undefined : { reason: "its folder could not be created on host2", isError: true };
    case "failed":
      return { reason: shown(message.error.text), isError: true };
    default: {
      const detail = message.detail === undefined ? "" : ` (${message.detail})`;
      return { reason: shown(whySkipped[message.outcome] + detail), isError: false };
    }
  }
}

function shown(text: string): string {
  return printable(cut(text, mostCharacters));
}
