// Whole runs of the engine between an honest server and one whose words are changed at random: login, list, select, fetch,
// append, and what follows in the next run.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { InterimapError } from "../../src/model/errors.ts";
import { type PerSide, perSide, type Side, sides } from "../../src/model/side.ts";
import { baseServer, condstoreServer, type MemoryOptions, qresyncServer } from "../support/memory/connection.ts";
import { type MemoryOutcome, passwords, runBetween } from "../support/memory/run.ts";
import { letter, MemoryStore } from "../support/memory/store.ts";
import { type Random, seededRandom } from "../support/random.ts";
import { aMoment, HeldClock } from "./held-clock.ts";
import { mutateText } from "./mutate-dialogue.ts";

export interface Sessions {
  readonly octets: number;
  readonly fault: string | undefined;
  /** What was said in place of what. */
  readonly lies: readonly string[];
  /** Messages that were deleted though nobody deleted them, because of several lies. */
  readonly lost: number;
}

/** Turns of the event loop in which nothing was sent: then only a timer can help. */
const quietTurns = 40;
/** Then some more, of which each takes a moment: a module that is loaded for the first time comes from a disk. */
const longTurns = 3;
const mostLongTurns = 4000;
/** A run has some thousand; timers that run out count, too. */
const mostSteps = 100_000;

const boxes = ["INBOX", "box", "other"];

/** What costs a message where it is believed. */
const lies: readonly string[] = [
  ...[
    "* VANISHED 1:9",
    "* VANISHED 2",
    "* VANISHED (EARLIER) 1:9",
    "* VANISHED (EARLIER) 1",
    "* 1 EXPUNGE",
    "* 2 EXPUNGE",
    "* 0 EXISTS",
  ],
  ...[
    "* 1 EXISTS",
    "* SEARCH",
    "* 1 FETCH (UID 1 FLAGS (\\Deleted))",
    "* OK [UIDNEXT 1] n",
    "* OK [HIGHESTMODSEQ 1] h",
    "* OK [UIDVALIDITY 7] v",
  ],
];

/** `directory` is empty, and for these runs only. */
export async function playSessions(seed: number, directory: string): Promise<Sessions> {
  const random = seededRandom(seed);
  const clock = new HeldClock();
  const giveBack = clock.install();
  try {
    return await new Trial(random, clock, directory).play();
  } finally {
    clock.forgetAll();
    giveBack();
    for (const suffix of ["", "-wal", "-shm", "-journal"]) rmSync(join(directory, `test.db${suffix}`), { force: true });
  }
}

class Trial {
  readonly #random: Random;
  readonly #clock: HeldClock;
  readonly #directory: string;
  readonly #stores = perSide(() => new MemoryStore("box", "other"));
  readonly #capabilities: PerSide<string>;
  readonly #liar: Side;
  readonly #faults: string[] = [];
  /** By mailbox and name: on either side. */
  readonly #deletedByUsers = new Set<string>();
  readonly #lies: string[] = [];
  #octets = 0;
  /** Responses from now to the next lies. */
  #countdowns: number[] = [];

  constructor(random: Random, clock: HeldClock, directory: string) {
    this.#random = random;
    this.#clock = clock;
    this.#directory = directory;
    this.#liar = random.pick(sides);
    this.#capabilities = perSide(() => random.pick([qresyncServer, condstoreServer, baseServer]));
  }

  async play(): Promise<Sessions> {
    this.#populate();
    // The first copy, or what follows it, is what is lied about.
    const liesAtOnce = this.#random.chance(0.3);
    if (!liesAtOnce) {
      await this.#run("first");
      this.#change();
    }
    const before = this.#messages();
    this.#countdowns = this.#planLies();
    await this.#run("lied to");
    this.#countdowns = [];
    const lost = this.#missing(before);
    await this.#run("again");
    await this.#run("once more");
    // A message that is still on the other side comes back; that it was away is bad enough.
    lost.push(...this.#missing(before));
    const unexcused = lost.filter((id) => !this.#deletedByUsers.has(id));
    if (unexcused.length > 0 && this.#lies.length === 1)
      this.#faults.push(`lost because of one lie: ${unexcused.join(", ")}`);
    return { octets: this.#octets, fault: this.#faults[0], lies: this.#lies, lost: unexcused.length };
  }

  #populate(): void {
    let count = 0;
    for (const side of sides)
      for (const name of boxes)
        for (let i = this.#random.integer(0, 3); i > 0; i--) this.#add(side, name, `m${String(++count)}`);
  }

  #add(side: Side, name: string, id: string): void {
    const flags = this.#random.some(["\\Seen", "\\Flagged", "work"], 0.3);
    this.#stores[side].named(name)!.add(letter(id), flags);
  }

  #change(): void {
    for (const side of sides)
      for (const name of boxes) {
        const box = this.#stores[side].named(name);
        if (box === undefined) continue;
        if (this.#random.chance(0.4)) this.#add(side, name, `${side}-${name}-new`);
        for (const message of [...box.messages.values()]) {
          if (this.#random.chance(0.2)) box.setFlags(message, ["\\Answered"]);
          if (!this.#random.chance(0.15)) continue;
          this.#deletedByUsers.add(`${name} ${idOf(message.bytes)}`);
          box.remove(message.uid);
        }
      }
  }

  #planLies(): number[] {
    const count = this.#random.pick([1, 1, 1, 2, 3, 10]);
    return Array.from({ length: count }, () => this.#random.integer(0, 60)).sort((a, b) => a - b);
  }

  #messages(): PerSide<string[]> {
    return perSide((side) =>
      [...this.#stores[side].mailboxes.values()].flatMap(({ name, messages }) =>
        [...messages.values()].map(({ bytes }) => `${name} ${idOf(bytes)}`),
      ),
    );
  }

  #missing(before: PerSide<string[]>): string[] {
    const now = this.#messages();
    return sides.flatMap((side) => before[side].filter((id) => !now[side].includes(id)));
  }

  #optionsOf(side: Side): MemoryOptions {
    return {
      store: this.#stores[side],
      capabilities: this.#capabilities[side],
      onNonsense: (line) => this.#faults.push(`sent to the ${side} server: ${JSON.stringify(line)}`),
      onCommand: (line) => {
        for (const other of sides)
          if (other !== side && line.includes(passwords[other]))
            this.#faults.push("the other side's password was sent");
      },
      ...(side === this.#liar && { alter: (response: string) => this.#say(response) }),
    };
  }

  #say(response: string): string {
    const isLie = this.#countdowns.some((left) => left === 0);
    this.#countdowns = this.#countdowns.filter((left) => left !== 0).map((left) => left - 1);
    if (!isLie) return response;
    const said = this.#random.pick([
      () => mutateText(response, this.#random),
      () => mutateText(response, this.#random),
      () => "",
      () => response + response,
      () => `${this.#random.pick(lies)}\r\n${response}`,
      () =>
        response.replace(/\d+/g, (number) => (this.#random.chance(0.5) ? String(this.#random.integer(0, 9)) : number)),
    ])();
    if (said !== response) this.#lies.push(`${JSON.stringify(response)} -> ${JSON.stringify(said.slice(0, 300))}`);
    return said;
  }

  async #run(what: string): Promise<void> {
    const progress = { octets: 0 };
    const ends: { destroy(): void }[] = [];
    const running = { outcome: undefined as MemoryOutcome | undefined };
    const run = runBetween({
      directory: this.#directory,
      servers: perSide((side) => this.#optionsOf(side)),
      onOctets: (count) => (progress.octets += count),
      onConnection: (end) => ends.push(end),
    }).then((outcome) => (running.outcome = outcome));
    run.catch((error: unknown) => this.#faults.push(`the run failed: ${String(error)}`));
    let seen = 0;
    let quiet = 0;
    for (let step = 0; running.outcome === undefined && this.#faults.length === 0; step++) {
      if (step > mostSteps) {
        this.#faults.push(`no end: ${what}`);
        break;
      }
      await new Promise((resolve) => setImmediate(resolve));
      quiet = progress.octets === seen ? quiet + 1 : 0;
      seen = progress.octets;
      if (quiet < quietTurns) continue;
      if (quiet < quietTurns + longTurns) await aMoment();
      else if (this.#clock.advance()) quiet = quietTurns;
      else if (quiet < quietTurns + mostLongTurns) await aMoment();
      else {
        this.#faults.push(`it hangs: ${what}`);
        break;
      }
    }
    for (const end of ends) end.destroy();
    this.#octets += progress.octets;
    this.#judge(what, running.outcome);
  }

  #judge(what: string, outcome: MemoryOutcome | undefined): void {
    if (outcome === undefined) return;
    const { error, lines, events } = outcome;
    const errors = [error, ...events.flatMap((event) => ("error" in event ? [event.error] : []))];
    for (const one of errors) {
      if (one === undefined) continue;
      if (!(one instanceof InterimapError)) this.#faults.push(`no error of ours, ${what}: ${stackOf(one)}`);
      else if (one.exitCode === 70) this.#faults.push(`exit 70, ${what}: ${stackOf(one)}`);
    }
    for (const line of lines) {
      if (/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u.test(line))
        this.#faults.push(`not plain: ${JSON.stringify(line)}`);
      for (const side of sides) if (line.includes(passwords[side])) this.#faults.push(`a password is shown: ${line}`);
    }
  }
}

function idOf(bytes: Buffer): string {
  return /Subject: (\S+)/.exec(bytes.toString("latin1"))?.[1] ?? "?";
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
