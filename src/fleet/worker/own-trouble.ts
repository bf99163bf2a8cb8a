// Whether what goes wrong is the worker's own fault: an installation that is not complete, a key that it does not have. Such a
// worker would stop one account of the fleet after the other.

import { InterimapError } from "../../model/errors.ts";

/** In a row, without one that went better. */
const most = 5;

export class OwnTrouble {
  #inARow = 0;
  #reason = "";

  note(isOwn: boolean, reason: string): void {
    this.#inARow = isOwn ? this.#inARow + 1 : 0;
    this.#reason = reason;
  }

  get isTooMuch(): boolean {
    return this.#inARow >= most;
  }

  /** @throws InterimapError INSTALLATION */
  end(): never {
    const words = `${String(this.#inARow)} accounts in a row failed before a server was asked; this worker ends: ${this.#reason}`;
    throw new InterimapError("INSTALLATION", words, {
      hint: "mend that, start it again, and see interimap-fleet retry",
    });
  }
}
