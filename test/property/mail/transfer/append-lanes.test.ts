// Whatever is refused, and whenever a second connection joins: messages arrive in the order of the source.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { Turn } from "../../../../src/imap/command.ts";
import type { Channel } from "../../../../src/imap/mailbox/channel.ts";
import { AppendLanes, type Lane } from "../../../../src/mail/transfer/append-lanes.ts";
import { fc } from "../../../support/examples.ts";
import { options } from "../../sync/model/story.ts";

type Batch = readonly number[];

class Refused extends Error {}

interface Sent {
  readonly batch: Batch;
  readonly turn: Promise<Turn> | undefined;
  readonly answer: (isTaken: boolean) => void;
}

/** A connection to a server that carries out whole commands in their order, and takes a while for each. */
class Connection {
  readonly capabilities: { readonly literalPlus: boolean };
  readonly #server: Server;
  readonly #unwritten: Sent[] = [];
  #written: Promise<void> = Promise.resolve();
  #isWriting = false;

  constructor(server: Server, literalPlus: boolean) {
    this.#server = server;
    this.capabilities = { literalPlus };
  }

  append(batch: Batch, turn?: Promise<Turn>): Promise<void> {
    return new Promise((resolve, reject) => {
      const answer = (isTaken: boolean): void => {
        if (isTaken) resolve();
        else reject(new Refused());
      };
      this.#unwritten.push({ batch, turn, answer });
      void this.#write();
    });
  }

  async #write(): Promise<void> {
    if (this.#isWriting) return;
    this.#isWriting = true;
    for (let next = this.#unwritten.shift(); next !== undefined; next = this.#unwritten.shift()) {
      const { batch, turn, answer } = next;
      const before = this.#written;
      const verdict = turn ?? Promise.resolve<Turn>("go");
      // Some servers refuse as soon as they have seen enough, and so before the end of the command.
      if (this.#server.isHasty && this.#server.refuses(batch)) {
        this.#written = before
          .then(() => this.#server.work())
          .then(() => {
            answer(false);
          });
        await this.#written;
        continue;
      }
      const decided = await verdict;
      this.#written = before
        .then(() => this.#server.work())
        .then(() => {
          answer(decided === "go" && this.#server.take(batch));
        });
    }
    this.#isWriting = false;
  }
}

class Server {
  readonly isHasty: boolean;
  readonly mailbox: number[] = [];
  readonly #unwanted: ReadonlySet<number>;
  readonly #delays: readonly number[];
  #commands = 0;

  constructor(unwanted: ReadonlySet<number>, delays: readonly number[], isHasty: boolean) {
    this.#unwanted = unwanted;
    this.#delays = delays;
    this.isHasty = isHasty;
  }

  async work(): Promise<void> {
    const ticks = this.#delays[this.#commands++ % this.#delays.length] ?? 0;
    for (let tick = 0; tick < ticks; tick++) await setImmediate();
  }

  refuses(batch: Batch): boolean {
    return batch.some((message) => this.#unwanted.has(message));
  }

  take(batch: Batch): boolean {
    if (this.refuses(batch)) return false;
    this.mailbox.push(...batch);
    return true;
  }
}

async function appendAsFarAsPossible(lane: Lane, batch: Batch): Promise<void> {
  const connection = lane.session as unknown as Connection;
  const send = (part: Batch, turn?: Promise<Turn>): Promise<void> => connection.append(part, turn);
  const divide = async (part: Batch): Promise<void> => {
    if (part.length === 1) return;
    const middle = part.length >> 1;
    for (const half of [part.slice(0, middle), part.slice(middle)]) await send(half).catch(() => divide(half));
  };
  try {
    await send(batch, lane.turn);
  } catch (error) {
    if (lane.isWithdrawn()) throw error;
    await lane.makeWay();
    await divide(batch);
  }
}

test("messages arrive once each, in the order of the source, but for those that are refused", async () => {
  const stories = fc.record({
    sizes: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 12 }),
    unwanted: fc.array(fc.nat(40), { maxLength: 6 }),
    delays: fc.array(fc.nat(5), { minLength: 1, maxLength: 8 }),
    pauses: fc.array(fc.nat(12), { minLength: 1, maxLength: 8 }),
    joinsAfter: fc.option(fc.nat(60)),
    literalPlus: fc.boolean(),
    isHasty: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(stories, async ({ sizes, unwanted, delays, pauses, joinsAfter, literalPlus, isHasty }) => {
      const server = new Server(new Set(unwanted), delays, isHasty);
      const connect = (): Channel => new Connection(server, literalPlus) as unknown as Channel;
      const lanes = new AppendLanes(connect(), { takesSeveral: true });
      let next = 0;
      const batches = sizes.map((size) => Array.from({ length: size }, () => next++));
      const progress = { isOver: false };
      const copy = async (): Promise<void> => {
        const copies: Promise<void>[] = [];
        for (const [i, batch] of batches.entries()) {
          copies.push(lanes.run((lane) => appendAsFarAsPossible(lane, batch)));
          for (let tick = 0; tick < pauses[i % pauses.length]!; tick++) await setImmediate();
        }
        await Promise.all(copies);
        progress.isOver = true;
      };
      void copy();
      for (let tick = 0; !progress.isOver; tick++) {
        if (tick === joinsAfter) lanes.add(connect());
        assert.ok(tick < 5_000, "they wait for each other");
        await setImmediate();
      }
      assert.deepEqual(
        server.mailbox,
        batches.flat().filter((message) => !unwanted.includes(message)),
      );
    }),
    options,
  );
});
