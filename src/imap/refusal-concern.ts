// What a refused APPEND is about: this message, or every message for now. Pure.

import type { CommandRefused } from "./command-refused.ts";

/**
 * - `message`: another one may be taken.
 * - `room`: there is too little of it; a smaller message may be taken.
 * - `moment`: none is taken for now.
 * - `unknown`: the server does not say.
 */
export type Concern = "message" | "room" | "moment" | "unknown";

/** RFC 5530 and RFC 4469. */
const byCode: ReadonlyMap<string, Concern> = new Map([
  ["TOOBIG", "message"],
  ["CANNOT", "message"],
  ["OVERQUOTA", "room"],
  ["UNAVAILABLE", "moment"],
  ["INUSE", "moment"],
  ["LIMIT", "moment"],
  ["SERVERBUG", "moment"],
  ["THROTTLED", "moment"],
  ["CONTACTADMIN", "moment"],
  ["EXPIRED", "moment"],
  ["NOPERM", "moment"],
  ["READ-ONLY", "moment"],
]);

const content = /message contains|newline|header|malformed|\bNUL\b|virus|spam/i;
const size = /too (?:large|big|long)|(?:message|maximum|max\.?) size|size limit|larger than/i;
const room = /quota|\bfull\b|(?:no|out of|not enough|insufficient) (?:\w+ )?(?:space|room|storage)|space left/i;
const perDay = /bandwidth|for today|\bdaily\b/i;
const moment =
  /bandwidth|for today|\bdaily\b|permission|not permitted|denied|read.?only|temporar|try (?:again|later)|unavailable|too many|throttl|\bin use\b|locked/i;

export function concernOf({ responseCode, words }: Pick<CommandRefused, "responseCode" | "words">): Concern {
  const told = byCode.get(responseCode?.name ?? "");
  // A limit may be one of size.
  if (told === "moment" && size.test(words)) return "message";
  // What may be sent in a day is no matter of room.
  if (told === "room" && perDay.test(words)) return "moment";
  if (told !== undefined) return told;
  if (content.test(words)) return "message";
  if (room.test(words)) return "room";
  if (size.test(words)) return "message";
  return moment.test(words) ? "moment" : "unknown";
}
