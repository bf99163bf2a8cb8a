// Why a run ends before it is done.

import type { ExitName } from "../report/exit-code.ts";

export class RunFailure extends Error {
  readonly exit: ExitName;

  constructor(exit: ExitName, line: string) {
    super(line);
    this.name = "RunFailure";
    this.exit = exit;
  }
}
