// The settings for how long a server may let us wait, and how much it may say.

import type { ServerLimits } from "../model/server-limits.ts";
import type { Section } from "./sections.ts";

export function limitsOf(section: Section): ServerLimits {
  return {
    connectMs: 1_000 * section.get("connect-timeout"),
    greetingMs: 1_000 * section.get("greeting-timeout"),
    silenceMs: 1_000 * section.get("silence-timeout"),
    line: section.get("max-line"),
    literal: section.get("max-literal"),
    response: section.get("max-response"),
    mailboxes: section.get("max-mailboxes"),
  };
}
