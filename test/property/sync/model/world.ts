// Two servers with one mailbox, a store, and the real worker in between, which can be killed at every step: before and
// after each command takes effect, and before each commit.

import { setImmediate } from "node:timers/promises";
import type { Listing } from "../../../../src/mail/listing/list-mailboxes.ts";
import { SessionPair } from "../../../../src/mail/pool/pair.ts";
import { ByteBudget } from "../../../../src/mail/transfer/byte-budget.ts";
import { Shortage } from "../../../../src/mail/transfer/reluctance.ts";
import type { PermanentFlags } from "../../../../src/model/flags.ts";
import { otherSide, type PerSide, perSide, type Side, sides } from "../../../../src/model/side.ts";
import type { Store } from "../../../../src/state/state-store.ts";
import type { SyncEvent } from "../../../../src/sync/context/events.ts";
import type { MailboxWork } from "../../../../src/sync/context/open-mailbox.ts";
import { DeletionGuard } from "../../../../src/sync/deletions/deletion-guard.ts";
import { syncMailbox } from "../../../../src/sync/mailbox/sync-mailbox.ts";
import { type KnownMailbox, planMailboxes } from "../../../../src/sync/mailboxes/mailbox-plan.ts";
import { ModelMailbox } from "./mailbox.ts";
import { ModelSession, type ServerTraits } from "./session.ts";

export interface Traits extends ServerTraits {
  readonly permanentFlags: PermanentFlags;
}

export interface RunOptions {
  /** Whose command is carried out at each step, where both have one; in turn when it ends. */
  readonly schedule?: readonly Side[];
  /** SIGKILL at this step. */
  readonly killAt?: number;
  /** What other clients do before this step; each is done once. */
  readonly meanwhile?: Map<number, () => void>;
  readonly repairs?: boolean;
  /** As a run does that finds several mailboxes with something new. */
  readonly marksAhead?: boolean;
}

export interface Ran {
  readonly steps: number;
  readonly wasKilled: boolean;
  readonly events: readonly SyncEvent[];
  /** The APPENDs that were sent, and not carried out yet. */
  readonly outstanding: readonly (() => void)[];
}

class Killed extends Error {}

const name = "box";

export class World {
  readonly mailboxes: PerSide<ModelMailbox>;
  readonly store: Store;
  readonly idx: number;
  readonly #traits: PerSide<Traits>;

  constructor(store: Store, traits: PerSide<Traits>) {
    this.#traits = traits;
    this.store = store;
    this.mailboxes = perSide((side) => new ModelMailbox(traits[side].permanentFlags, traits[side].isTalkative));
    this.idx = store.addMailbox(name, true);
  }

  close(): void {
    this.store.removeMailbox(this.idx);
  }

  get rows(): PerSide<number>[] {
    return [...this.store.mappings.all(this.idx, 1000)].flat().map((row) => ({ ...row }));
  }

  get known(): KnownMailbox {
    return this.store.mailboxes().find(({ idx }) => idx === this.idx)!;
  }

  /** What the plan for the mailboxes as a whole says of this one. */
  get isDirty(): boolean {
    const listings = perSide((side): Listing => {
      const { state, messages } = this.mailboxes[side];
      const listed = { wireName: name, exists: true, subscribed: true, state, messages: messages.size };
      return { naming: { delimiter: "/", reference: "" }, mailboxes: new Map([[name, listed]]), unreadable: [] };
    });
    return planMailboxes(listings, new Map([[name, this.known]]), () => false).dirty.length > 0;
  }

  /** One run of the worker, until its end or the step at which it is killed. */
  async run(options: RunOptions = {}): Promise<Ran> {
    const { schedule = [], killAt = Infinity, meanwhile, repairs = false, marksAhead = false } = options;
    let steps = 0;
    let wasKilled = false;
    const step = (): boolean => {
      if (!wasKilled) {
        meanwhile?.get(steps)?.();
        meanwhile?.delete(steps);
        wasKilled = steps++ === killAt;
      }
      return !wasKilled;
    };
    const events: SyncEvent[] = [];
    const sessions = perSide((side) => new ModelSession(side, this.mailboxes[side], this.#traits[side]));
    let isDone = false;
    const store = killable(this.store, step);
    const marked = marksAhead && !repairs && !this.known.isUnfinished ? this.#floors : undefined;
    if (marked !== undefined) this.store.transfers.mark([{ idx: this.idx, floors: marked }]);
    const work = syncMailbox({ ...this.#work({ sessions, store, events, repairs }), marked }).finally(() => {
      isDone = true;
    });
    work.catch(() => undefined);
    for (let turn = 0; ; turn++) {
      await setImmediate();
      if (wasKilled) break;
      if (isDone) {
        await work;
        break;
      }
      const first = schedule[turn] ?? sides[turn % 2]!;
      const side = [first, otherSide(first)].find((one) => sessions[one].isWaiting);
      if (side === undefined) throw new Error("the worker waits for nothing");
      if (!step()) break;
      const answer = sessions[side].execute();
      if (!step()) break;
      answer();
    }
    return { steps, wasKilled, events, outstanding: sides.flatMap((side) => sessions[side].outstanding) };
  }

  get #floors(): PerSide<number> {
    const { states } = this.known;
    return perSide((side) => states[side]?.uidNext ?? 1);
  }

  #work({ sessions, store, events, repairs }: Means): MailboxWork {
    return {
      idx: this.idx,
      name,
      wireNames: { local: name, remote: name },
      before: this.known.states,
      listed: perSide((side) => this.mailboxes[side].state),
      sessions: sessions,
      connections: new SessionPair(perSide(() => ({ main: () => Promise.reject(new Error("no more")), limit: 1 }))),
      inFlight: perSide(() => new ByteBudget(() => 1 << 20)),
      shortage: perSide(() => new Shortage()),
      movedHere: new Map(),
      store,
      report: (event) => events.push(event),
      stop: new AbortController().signal,
      pause: () => Promise.resolve(),
      guard: new DeletionGuard({ countKnown: () => 0, limit: undefined }),
      surveys: new Map(),
      isRubbish: false,
      matchesExisting: true,
      repairs,
    };
  }
}

interface Means {
  readonly sessions: PerSide<ModelSession>;
  readonly store: Store;
  readonly events: SyncEvent[];
  readonly repairs: boolean;
}

const writes = new Set([
  ...["checkpoint", "startOver", "forgetMessages", "transaction"],
  ...["mappings.add", "mappings.remove"],
  ...["refusals.recordMessage", "refusals.clearMessage"],
  ...["transfers.mark", "transfers.addSuspects"],
  ...["transfers.noteSent", "transfers.noteConfirmed", "transfers.renewUnconfirmed"],
]);

/** A store whose every commit is a step; after the last one it refuses everything, as the process is gone. */
function killable(store: Store, step: () => boolean): Store {
  let isGone = false;
  let isWriting = false;
  const guarded = <T extends object>(part: T, prefix: string): T =>
    new Proxy(part, {
      get(target, property) {
        const name = `${prefix}${String(property)}`;
        const member: unknown = Reflect.get(target, property, target);
        if (typeof member === "object" && member !== null) return guarded(member, `${name}.`);
        return (...values: unknown[]): unknown => {
          const isWrite = writes.has(name);
          if (!isWriting && isWrite) isGone ||= !step();
          if (isGone) throw new Killed();
          const method = member as (...values: unknown[]) => unknown;
          if (!isWrite || isWriting) return method.apply(target, values);
          isWriting = true;
          try {
            return method.apply(target, values);
          } finally {
            isWriting = false;
          }
        };
      },
    });
  return guarded(store, "");
}
