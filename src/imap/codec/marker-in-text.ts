// A server's text may end like the announcement of a literal: "{5}". If the server meant a literal, its octets come as lines.

import type { Response } from "../responses.ts";

const closingBrace = 0x7d;

/** Whether the line, without its end, looks as if a literal followed, though none does. */
export function endsInMarker(line: string): boolean {
  return line.charCodeAt(line.length - 1) === closingBrace && /^\* .*\{[0-9]{1,10}\+?\}$/s.test(line);
}

/** What follows such a line and cannot be understood is probably the rest of the server's text. */
export function markedAsRest(response: Response | Promise<Response>): Response | Promise<Response> {
  if (response instanceof Promise || response.kind !== "unreadable" || response.about !== "unknown") return response;
  return { ...response, isRest: true };
}
