// Lines for programs, by pino: one JSON object each. Loaded only for log-format = json.

import { pino } from "pino";
import { perSide } from "../model/side.ts";
import { printable } from "../util/printable.ts";
import type { LineForm, LogFields } from "./log.ts";
import type { Secrets } from "./secrets.ts";

/**
 * `time` (ISO 8601, UTC), `level`, `message` as in a line of text, `side` and `mailbox` where there are any, and what else an
 * event has. Such lines are passed on and kept: none of `secrets` is in them, in whichever form.
 */
export function jsonLines(secrets: Secrets): LineForm {
  const shown = (text: string): string => printable(secrets.blank(text));

  // pino writes at once; the log decides where to.
  let written = "";
  const root = pino(
    {
      base: null,
      level: "debug",
      messageKey: "message",
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    {
      write(line: string) {
        written = line;
      },
    },
  );
  const children = perSide((side) => root.child({ side }));

  function shownFields(fields: LogFields): LogFields {
    const entries = Object.entries(fields);
    return Object.fromEntries(entries.map(([name, value]) => [name, typeof value === "string" ? shown(value) : value]));
  }

  return {
    hasTime: true,
    line(level, text, { side, mailbox, fields }) {
      const about = { ...(mailbox !== undefined && { mailbox }), ...fields?.() };
      (side === undefined ? root : children[side])[level](shownFields(about), shown(text));
      return written.trimEnd();
    },
  };
}
