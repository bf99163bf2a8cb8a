// Whether settings make a job that synchronises, without doing it.

import { InterimapError } from "../model/errors.ts";
import { pairConfig } from "./sync/pair-config.ts";

export interface CheckedSettings {
  /** Those that whoever starts the job gives itself. */
  readonly own: readonly string[];
  readonly settings: readonly string[];
  /** By their names, without numbers: these must not be among `settings`. */
  readonly reserved: ReadonlySet<string>;
}

/** What is wrong with the settings, in words; undefined: nothing. */
export function settingsFault({ own, settings, reserved }: CheckedSettings): string | undefined {
  const taken = settings.map((word) => word.replace(/[12]?=.*/s, "")).find((name) => reserved.has(name));
  if (taken !== undefined) return `${taken} cannot be used here`;
  try {
    pairConfig({ settings: [...own, ...settings], database: "/state.db", env: {} });
    return undefined;
  } catch (error) {
    if (error instanceof InterimapError && error.code === "CONFIG_INVALID") return error.message;
    // Files are the workers'.
    if (error instanceof InterimapError && error.code !== "BUG") return undefined;
    throw error;
  }
}
