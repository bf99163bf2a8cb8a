// What servers want people to read (RFC 3501 7.1, ALERT). They repeat it with each login or SELECT; it is reported once a day,
// and of texts without end only the first ones.

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
