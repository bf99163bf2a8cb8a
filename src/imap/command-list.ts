// Commands in the order in which they came, however many: most leave in that order, too. Neither taking one out nor looking
// at the first that is left may take longer because there are many.

/** So many that are gone are not worth closing the gaps. */
const fewGaps = 32;

export class CommandList<T extends object> {
  #items: (T | undefined)[] = [];
  /** Where each is; what is before `#head` is gone. */
  readonly #places = new Map<T, number>();
  #head = 0;

  get size(): number {
    return this.#places.size;
  }

  add(item: T): void {
    this.#places.set(item, this.#items.length);
    this.#items.push(item);
  }

  /** False when it is not there. */
  remove(item: T): boolean {
    const place = this.#places.get(item);
    if (place === undefined) return false;
    this.#places.delete(item);
    this.#items[place] = undefined;
    while (this.#head < this.#items.length && this.#items[this.#head] === undefined) this.#head++;
    // Each time as many are moved as were taken out since the last time, at most.
    if (this.#items.length > fewGaps + 2 * this.#places.size) this.#closeGaps();
    return true;
  }

  get first(): T | undefined {
    return this.#items[this.#head];
  }

  /** The first one, in the order in which they were added. */
  find(isIt: (item: T) => boolean): T | undefined {
    for (let at = this.#head; at < this.#items.length; at++) {
      const item = this.#items[at];
      if (item !== undefined && isIt(item)) return item;
    }
    return undefined;
  }

  toArray(): T[] {
    return this.#items.slice(this.#head).filter((item) => item !== undefined);
  }

  #closeGaps(): void {
    this.#items = this.toArray();
    this.#head = 0;
    this.#items.forEach((item, place) => {
      if (item !== undefined) this.#places.set(item, place);
    });
  }
}
