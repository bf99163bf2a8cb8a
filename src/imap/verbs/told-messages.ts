// Messages that a FETCH reported, so that a second report of one can be compared with the first.

export class ToldMessages<T extends { readonly uid: number }> {
  readonly #all: T[] = [];
  /** Made when a message is reported twice, which is rare: there may be a million of them. */
  #byUid: Map<number, T> | undefined;

  add(message: T): void {
    this.#all.push(message);
    this.#byUid?.set(message.uid, message);
  }

  get(uid: number): T | undefined {
    this.#byUid ??= new Map(this.#all.map((message) => [message.uid, message]));
    return this.#byUid.get(uid);
  }

  forget(uid: number): void {
    const message = this.get(uid);
    if (message === undefined) return;
    this.#byUid?.delete(uid);
    this.#all.splice(this.#all.indexOf(message), 1);
  }

  get all(): T[] {
    return this.#all;
  }
}
