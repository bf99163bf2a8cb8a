// What the layers below say for diagnosis, as lines of the run: warnings always, the rest for those who debug.

import type { Log, LogContext } from "../../log/log.ts";
import type { Side } from "../../model/side.ts";
import type { Emit } from "../events.ts";
import { hostOf } from "../options/host.ts";
import type { Options } from "../options/options.ts";

/** Traffic never shows passwords or messages. */
export function runLog(options: Pick<Options, "debug" | "debugimap1" | "debugimap2">, emit: Emit): Log {
  const { debug, debugimap1, debugimap2 } = options;
  const shows = { local: debugimap1, remote: debugimap2 };
  const say = (text: string, side: Side | undefined, isWarning = false): void => {
    emit({ type: "notice", text, ...(side === undefined ? {} : { host: hostOf(side) }), isWarning });
  };
  const inform = (text: string, { side }: LogContext = {}): void => {
    if (debug || (side !== undefined && shows[side])) say(text, side);
  };
  const warn = (text: string, { side }: LogContext = {}): void => {
    say(text, side, true);
  };
  return { traffic: debugimap1 || debugimap2, showsSecrets: false, debug: inform, info: inform, warn, error: warn };
}
