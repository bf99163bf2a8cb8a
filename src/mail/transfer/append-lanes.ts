// Runs several appends to one mailbox at a time, in the order in which they were handed in. Each transfers its messages at
// once, but holds back the end of its command until all before it are done. If one is refused, it may have to be sent again in
// pieces. The one that is held back on the same connection then makes way: it is withdrawn, and sent again.

import type { Turn } from "../../imap/command.ts";
import type { Channel } from "../../imap/mailbox/channel.ts";

export interface Lane {
  readonly session: Channel;
  /** When, and whether, this append may take effect; undefined if nothing is before it. */
  readonly turn?: Promise<Turn> | undefined;
  /** Its refusal means nothing: it was withdrawn. */
  isWithdrawn(): boolean;
  /** Resolves when the refused messages may be sent again. */
  makeWay(): Promise<void>;
}

/**
 * A server that locks the mailbox for the whole of an APPEND does not answer the one whose turn it is while another waits for
 * its turn. After this long, progress counts more than order, and all lanes but the first are given up.
 */
const patienceMs = 120_000;

interface Slot {
  readonly session: Channel;
  inFlight: number;
  /** Its end is held back. */
  held: Held | undefined;
  /** Appends that are being sent again, whole or in pieces: nothing else may come between. */
  readonly again: Set<Held>;
}

/** An append as those before it see it. */
interface Held {
  isWithdrawn: boolean;
  withdraw: () => void;
}

interface LaneOptions {
  readonly takesSeveral: boolean;
  /** Asked before a held-back command takes effect; if false, it is withdrawn, and its caller sends it again. */
  readonly mayGo?: () => boolean;
}

export class AppendLanes {
  #slots: Slot[] = [];
  readonly #isOrdered: boolean;
  readonly #waiting: ((slot: Slot) => void)[] = [];
  #outstanding = 0;
  /** Resolves when every append handed in so far has ended, successfully or not. */
  #allBefore: Promise<unknown> = Promise.resolve();
  readonly #mayGo: () => boolean;

  /** If every append has one message, refusals disturb no order: all of them go out, one after the other. */
  constructor(session: Channel, { takesSeveral, mayGo = () => true }: LaneOptions) {
    this.#isOrdered = takesSeveral;
    this.#mayGo = mayGo;
    this.add(session);
  }

  add(session: Channel): void {
    this.#slots.push({ session, inFlight: 0, held: undefined, again: new Set() });
    this.#serve();
  }

  /** Runs an append as soon as a lane is free; everything that `append` does over that lane is part of it. */
  async run<T>(append: (lane: Lane) => Promise<T>): Promise<T> {
    const slot = await this.#take();
    const done = this.#inTurn(slot, append).finally(() => {
      slot.inFlight--;
      this.#outstanding--;
      this.#serve();
    });
    // Without the results, which would pile up: each keeps those before it alive.
    this.#allBefore = Promise.allSettled([this.#allBefore, done]).then(() => undefined);
    return done;
  }

  async #inTurn<T>(slot: Slot, append: (lane: Lane) => Promise<T>): Promise<T> {
    const before = this.#allBefore;
    const own: Held = { isWithdrawn: false, withdraw: () => undefined };
    const isHeld = this.#outstanding++ > 0 && this.#isOrdered;
    const lane: Lane = {
      session: slot.session,
      turn: isHeld ? this.#hold(slot, { own, before }) : undefined,
      isWithdrawn: () => own.isWithdrawn,
      makeWay: async () => {
        if (!this.#isOrdered) return;
        slot.again.add(own);
        if (slot.held !== own) slot.held?.withdraw();
        await before;
      },
    };
    try {
      return await append(lane);
    } catch (error) {
      if (!own.isWithdrawn) throw error;
      await before;
      return await append({ ...lane, turn: undefined, isWithdrawn: () => false });
    } finally {
      slot.again.delete(own);
    }
  }

  async #hold(slot: Slot, { own, before }: { readonly own: Held; readonly before: Promise<unknown> }): Promise<Turn> {
    slot.held = own;
    const withdrawn = new Promise<Turn>((resolve) => {
      own.withdraw = () => {
        own.isWithdrawn = true;
        slot.again.add(own);
        resolve("withdraw");
      };
    });
    const turn = await Promise.race([withdrawn, this.#turnAfter(before)]);
    if (slot.held === own) slot.held = undefined;
    if (turn === "withdraw" || this.#mayGo()) return turn;
    own.withdraw();
    return "withdraw";
  }

  #take(): Promise<Slot> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#serve();
    });
  }

  #serve(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const slot = this.#slots.find((one) => one.again.size === 0 && one.inFlight < this.#depth(one.session));
      if (slot === undefined) return;
      slot.inFlight++;
      this.#waiting.shift();
      next(slot);
    }
  }

  /** How many appends share a connection: a single connection transfers one while the server is busy with the other. */
  #depth({ capabilities }: Channel): number {
    if (!this.#isOrdered) return Infinity;
    // The end of a command can be held back, and withdrawn, only if its literals need not wait for `+`.
    return this.#slots.length === 1 && capabilities.literalPlus ? 2 : 1;
  }

  async #turnAfter(before: Promise<unknown>): Promise<Turn> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<"worn out">((resolve) => {
      timer = setTimeout(resolve, patienceMs, "worn out");
    });
    if ((await Promise.race([before, patience])) === "worn out") this.#slots = this.#slots.slice(0, 1);
    clearTimeout(timer);
    return "go";
  }
}
