// The one table of all options of the copier: the parser, the help and the completion follow it.

import type { OptionSpec } from "./option-spec.ts";
import { accountOptions } from "./table/accounts.ts";
import { folderOptions } from "./table/folders.ts";
import { messageOptions } from "./table/messages.ts";
import { obsoleteOptions } from "./table/obsolete.ts";
import { runOptions } from "./table/runs.ts";

/** By their names. */
export const optionTable = {
  ...accountOptions,
  ...folderOptions,
  ...messageOptions,
  ...runOptions,
  ...obsoleteOptions,
} as const satisfies Record<string, OptionSpec>;
