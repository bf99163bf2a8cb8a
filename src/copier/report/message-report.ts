// `--report FILE`: what became of each message of host1, one JSON object a line.

import { uidsOf } from "../../model/uid-set.ts";
import { printableJsonLine } from "../../util/printable.ts";
import type { CopyEvent } from "../events.ts";
import { className } from "./errors.ts";

/** The lines of an event; many events have none. */
export function* messageReportLines(event: CopyEvent): Generator<string, void, undefined> {
  switch (event.type) {
    case "message-copied": {
      const { folder1, uid1, folder2, uid2, octets } = event;
      yield printableJsonLine({
        folder1,
        uid1,
        outcome: "copied",
        folder2,
        ...(uid2 !== undefined && { uid2 }),
        octets,
      });
      break;
    }
    case "messages-to-copy":
      for (const uid1 of uidsOf(event.uids)) yield line(event, uid1, { outcome: "to-copy" });
      break;
    case "messages-skipped": {
      const { reason, detail } = event;
      const why = { outcome: reason, ...(detail !== undefined && { detail }) };
      for (const uid1 of uidsOf(event.uids)) yield line(event, uid1, why);
      break;
    }
    case "message-failed": {
      const { kind, text } = event.error;
      yield line(event, event.uid1, { outcome: "failed", class: className(kind), error: text });
      break;
    }
    default:
      break;
  }
}

interface Pair {
  readonly folder1: string;
  readonly folder2: string;
}

function line({ folder1, folder2 }: Pair, uid1: number, rest: Readonly<Record<string, string>>): string {
  return printableJsonLine({ folder1, uid1, ...rest, folder2 });
}
