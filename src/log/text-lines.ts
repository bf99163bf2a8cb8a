// Lines for people: what the log-prefix setting says, and the text.

import { printable } from "../util/printable.ts";
import type { LineForm } from "./log.ts";
import { formatLogPrefix, type LogPrefix } from "./log-prefix.ts";

export function textLines(logPrefix: LogPrefix): LineForm {
  return {
    hasTime: false,
    line(_level, text, { side, mailbox }) {
      const prefix = formatLogPrefix(logPrefix, { component: side ?? "", mailbox: printable(mailbox ?? "") });
      return `${prefix}${printable(text)}`;
    },
  };
}
