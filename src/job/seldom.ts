// Something that is done soon after it is asked for, and no more often than is good.

/** Nobody sees more changes in a second. */
const everyMs = 250;

export class Seldom {
  readonly #act: () => void;
  #timer: NodeJS.Timeout | undefined;
  #isWanted = false;

  constructor(act: () => void) {
    this.#act = act;
  }

  /** At once, unless it was done a moment ago; then when that moment is over. */
  ask(): void {
    if (this.#timer === undefined) this.now();
    else this.#isWanted = true;
  }

  /** At once in any case. */
  now(): void {
    clearTimeout(this.#timer);
    this.#isWanted = false;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#isWanted) this.now();
    }, everyMs);
    // It keeps nobody who is done.
    this.#timer.unref();
    this.#act();
  }
}
