// Texts that servers want people to read (RFC 3501 7.1, ALERT). Servers repeat them with each login or SELECT; each is
// reported once a day. If a server keeps changing the text, only the first ones are reported.

import type { Side } from "../model/side.ts";
import type { Report } from "../sync/context/events.ts";
import { newsOnly } from "./once-a-day.ts";

/** For each side, what passes its server's alerts on. */
export function alertsTo(report: Report): (side: Side) => (text: string) => void {
  const tell = newsOnly(report);
  return (side) => (text) => {
    tell({ type: "alert", side, text });
  };
}
