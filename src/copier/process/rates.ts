// How fast messages may be copied, by the options of a run.

import { type Clock, Throttle } from "../../mail/transfer/throttle.ts";
import type { Options } from "../options/options.ts";

export type RateOptions = Pick<Options, "maxmessagespersecond" | "maxbytespersecond" | "maxbytesafter" | "maxsleep">;

/**
 * Undefined: as fast as can be. With `--maxsleep 0` nobody wanted to wait; longer ones do not matter, because a limit that gives up
 * after so many seconds a message is none.
 */
export function throttleFor(options: RateOptions, clock?: Clock): Throttle | undefined {
  const { maxmessagespersecond = 0, maxbytespersecond = 0, maxbytesafter, maxsleep } = options;
  if (maxsleep <= 0 || (maxmessagespersecond <= 0 && maxbytespersecond <= 0)) return undefined;
  const rates = {
    messagesPerSecond: maxmessagespersecond,
    octetsPerSecond: maxbytespersecond,
    freeOctets: maxbytesafter,
  };
  return new Throttle(rates, clock);
}
