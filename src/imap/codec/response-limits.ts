// How much a server may send before we stop listening.

import { InterimapError } from "../../model/errors.ts";
import { defaultLimits, type ServerLimits } from "../../model/server-limits.ts";
import { asLimit } from "../../model/vocabulary.ts";
import { inUnits } from "../../util/octets.ts";

/** In octets. */
export interface ResponseLimits {
  /** A whole response without its literals. */
  readonly line: number;
  /** The same for a list of UIDs. */
  readonly list?: number;
  readonly literal: number;
  /** The same with its literals, when the last one is announced. */
  readonly response: number;
  /** Everything, until there are other limits. */
  readonly total?: number;
  /** All that comes before a command is answered: lines, small literals, and {@link responseOverhead} for each response. */
  readonly unanswered?: number;
}

/** Roughly the memory that a kept response takes beside its octets. */
export const responseOverhead = 64;

const KiB = 1024;
const MiB = 1024 * KiB;

/** Before the login: anybody may be answering, and a server has little to say. */
export const strangersLimits: ResponseLimits = {
  line: 16 * KiB,
  literal: 8 * KiB,
  response: 32 * KiB,
  total: 64 * KiB,
};

/** After the login. */
export function limitsOf({
  line,
  literal,
  response,
}: Pick<ServerLimits, "line" | "literal" | "response">): ResponseLimits {
  return {
    line,
    // Every other one of four million UIDs fits, by default.
    list: 16 * line,
    literal,
    // A response has a message, header fields and little else.
    response: literal + 32 * MiB,
    unanswered: response,
  };
}

export const trustingLimits: ResponseLimits = limitsOf(defaultLimits);

/** Limits that a user may have to raise. Those before the login never need it: a server has little to say there. */
const settings: Readonly<Partial<Record<keyof ResponseLimits, string>>> = {
  line: "max-line",
  list: "max-line",
  literal: "max-literal",
  response: "max-literal",
  unanswered: "max-response",
};

export function tooMuch(what: keyof ResponseLimits, limits: ResponseLimits): InterimapError {
  const octets = inUnits(limits[what] ?? 0);
  const said =
    what === "total"
      ? `more than ${octets} before the login`
      : what === "unanswered"
        ? `more than ${octets} without an end of its answer`
        : `a ${what} of more than ${octets}`;
  const name = limits.total === undefined ? settings[what] : undefined;
  const setting = name === undefined ? undefined : asLimit(name);
  const details = setting === undefined ? {} : { hint: `if it has good reason to, raise ${setting}` };
  return new InterimapError("PROTOCOL", `the server sent ${said}`, details);
}
