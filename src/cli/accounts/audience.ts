// Who hears the processes of many accounts.

import type { ExitCode } from "../../model/exit-code.ts";
import type { Account, AccountResult } from "./run-accounts.ts";

export interface Audience {
  /** Whether each process answers as for programs. */
  readonly wantsJson: boolean;
  /** Undefined: nobody looks. An account that has ended has no text. */
  readonly showProgress: ((account: Account, text: string) => void) | undefined;
  /** `line`: without its end. */
  readonly hear: (account: Account, line: string, output: "stdout" | "stderr") => void;
  /** @throws InterimapError OUTPUT */
  readonly end: (account: Account, code: ExitCode) => Promise<void>;
  /** @throws InterimapError OUTPUT */
  readonly conclude: (results: readonly AccountResult[]) => Promise<void>;
}
