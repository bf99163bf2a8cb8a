// What became of each message of host1; for `--report FILE`, one JSON object a line.

import { countUids, uidsOf } from "../../model/uid-set.ts";
import { printableJsonLine } from "../../util/printable.ts";
import type { CopyEvent, SkipReason } from "../events.ts";
import { className, type CountedError } from "./errors.ts";

interface Message {
  /** Wire names. */
  readonly folder1: string;
  readonly folder2: string;
  readonly uid1: number;
}

export type MessageOutcome = Message &
  (
    | { readonly outcome: "copied"; readonly uid2: number | undefined; readonly octets: number }
    | { readonly outcome: "to-copy" }
    /** `octets`: undefined where only those of several are known. */
    | { readonly outcome: SkipReason; readonly detail: string | undefined; readonly octets: number | undefined }
    | { readonly outcome: "failed"; readonly error: CountedError; readonly octets: number }
  );

/** Of the messages of an event; many events have none. */
export function* messageOutcomes(event: CopyEvent): Generator<MessageOutcome, void, undefined> {
  switch (event.type) {
    case "message-copied": {
      const { folder1, folder2, uid1, uid2, octets } = event;
      yield { folder1, folder2, uid1, outcome: "copied", uid2, octets };
      break;
    }
    case "messages-to-copy": {
      const { folder1, folder2, uids } = event;
      for (const uid1 of uidsOf(uids)) yield { folder1, folder2, uid1, outcome: "to-copy" };
      break;
    }
    case "messages-skipped": {
      const { folder1, folder2, uids, reason: outcome, detail } = event;
      const octets = countUids(uids) === 1 ? event.octets : undefined;
      for (const uid1 of uidsOf(uids)) yield { folder1, folder2, uid1, outcome, detail, octets };
      break;
    }
    case "message-failed": {
      const { folder1, folder2, uid1, error, octets } = event;
      yield { folder1, folder2, uid1, outcome: "failed", error, octets };
      break;
    }
    default:
      break;
  }
}

/** The lines of an event; many events have none. */
export function* messageReportLines(event: CopyEvent): Generator<string, void, undefined> {
  for (const message of messageOutcomes(event)) yield printableJsonLine(fieldsOf(message));
}

function fieldsOf(message: MessageOutcome): object {
  const { folder1, folder2, uid1, outcome } = message;
  switch (outcome) {
    case "copied":
      return { folder1, uid1, outcome, folder2, uid2: message.uid2, octets: message.octets };
    case "to-copy":
      return { folder1, uid1, outcome, folder2 };
    case "failed": {
      const { kind, text } = message.error;
      return { folder1, uid1, outcome, class: className(kind), error: text, folder2 };
    }
    default:
      return { folder1, uid1, outcome, detail: message.detail, folder2 };
  }
}
