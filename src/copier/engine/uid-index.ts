// Where messages are in a table that is not in UID order. Made when it is first asked: servers tell messages in order, and once.

export class UidIndex {
  #places: Map<number, number> | undefined;

  /** `uids`: those of all places. */
  find(uid: number, uids: Uint32Array): number | undefined {
    this.#places ??= new Map(Array.from(uids, (one, place) => [one, place]));
    return this.#places.get(uid);
  }

  set(uid: number, place: number): void {
    this.#places?.set(uid, place);
  }

  delete(uid: number): void {
    this.#places?.delete(uid);
  }

  /** Places are others now. */
  clear(): void {
    this.#places = undefined;
  }
}
