// How much a server may send before it is not listened to any more.

import { InterimapError } from "../../model/errors.ts";

/** In octets. */
export interface ResponseLimits {
  /** All of a response but its literals. */
  readonly line: number;
  /** The same, where it is a list of UIDs. */
  readonly list?: number;
  readonly literal: number;
  /** With its literals, when the last one is announced. */
  readonly response: number;
  /** Everything, until there are other limits. */
  readonly total?: number;
  /** What comes without a command being answered: lines, small literals, and {@link responseOverhead} for each response. */
  readonly unanswered?: number;
}

/** What a response that somebody keeps takes in memory beside its octets, more or less. */
export const responseOverhead = 64;

const KiB = 1024;
const MiB = 1024 * KiB;
const GiB = 1024 * MiB;

/** Before the login: anybody may be answering, and a server has little to say. */
export const strangersLimits: ResponseLimits = {
  line: 16 * KiB,
  literal: 8 * KiB,
  response: 32 * KiB,
  total: 64 * KiB,
};

export const trustingLimits: ResponseLimits = {
  // A server may send no end of line at all. What nobody asked for, an ENVELOPE, may be long.
  line: MiB,
  // Every other one of four million UIDs fits.
  list: 16 * MiB,
  // No server takes messages that large; a Buffer of twice the size can still be allocated.
  literal: GiB,
  // A response has a message, header fields and little else.
  response: GiB + 32 * MiB,
  // Flags of eight million messages, or the Message-IDs of four, told in answer to one command.
  unanswered: GiB,
};

export function tooMuch(what: keyof ResponseLimits, limits: ResponseLimits): InterimapError {
  const octets = inUnits(limits[what] ?? 0);
  const said =
    what === "total"
      ? `more than ${octets} before the login`
      : what === "unanswered"
        ? `more than ${octets} without an end of its answer`
        : `a ${what} of more than ${octets}`;
  return new InterimapError("PROTOCOL", `the server sent ${said}`);
}

function inUnits(octets: number): string {
  if (octets < MiB) return `${octets / KiB} KiB`;
  return octets % GiB === 0 ? `${octets / GiB} GiB` : `${octets / MiB} MiB`;
}
