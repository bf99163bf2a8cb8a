// Commands in the order in which they came, however many. Servers answer in that order nearly always, so what is taken out is
// mostly the first that is left.

/** Up to this many gaps are not worth closing. */
const fewGaps = 32;

export class CommandList<T extends object> {
  #items: (T | undefined)[] = [];
  /** All before it are gone. */
  #head = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(item: T): void {
    this.#items.push(item);
    this.#size++;
  }

  /** False when it is not there. */
  remove(item: T): boolean {
    const place = this.#items[this.#head] === item ? this.#head : this.#items.indexOf(item, this.#head);
    if (place < 0) return false;
    this.#items[place] = undefined;
    this.#size--;
    while (this.#head < this.#items.length && this.#items[this.#head] === undefined) this.#head++;
    // Each time as many are moved as were taken out since the last time, at most.
    if (this.#items.length > fewGaps + 2 * this.#size) this.#closeGaps();
    return true;
  }

  get first(): T | undefined {
    return this.#items[this.#head];
  }

  /** For loops that must not allocate: places from `start` up to, but without `end`; some may be empty. */
  get start(): number {
    return this.#head;
  }

  get end(): number {
    return this.#items.length;
  }

  at(place: number): T | undefined {
    return this.#items[place];
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
  }
}
