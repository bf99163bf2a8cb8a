// What must be there in the end, kept while clients and troubles go on. A message is known by its token; equal messages
// share one and are counted. A mailbox is a place, whatever its name is on either side at the moment; a name is used once.
//
// What is exact: a message that no client deleted is there as often as clients appended, copied or moved it to the place;
// one that was on both sides and recorded (a look at everything found all well since it came) is gone when it was deleted.
// What is left open, because nobody could know better:
// - Equal messages that both clients put into one place before the program looked may be taken for copies of each other,
//   and of equal messages deleted on both sides nobody can tell whether it was the same one.
// - A message deleted on one side before it was recorded may come back: a copy of which no record was made yet cannot be
//   told from a new message.
// - In a mailbox that was deleted nothing need be left. One that was also made anew gets back what the other side has.
// - A command whose answer never came may have been done.

import { isWithin } from "../../src/model/mailbox-name.ts";
import { type PerSide, perSide, type Side, sides } from "../../src/model/side.ts";
import type { MailStoreSnapshot, MessageSnapshot } from "../support/snapshot.ts";

export interface Origin {
  readonly token: string;
  readonly digest: string;
  /** Seconds since 1970. */
  readonly internalDate: number;
  readonly flags: readonly string[];
}

export type Certainty = "done" | "perhaps";

/** What a person knows of a mailbox that one server does not have any more. */
export type Fate = { readonly kind: "deleted" } | { readonly kind: "renamed"; readonly to: string };

interface Tally {
  born: number;
  perhapsBorn: number;
  /** May have been taken for copies of those that were there already. */
  mayPair: number;
  readonly lastBirth: { [side in Side]?: number };
  readonly deleted: { [side in Side]: number };
  perhapsDeleted: number;
  mayReturn: number;
}

interface Place {
  /** The newest last. */
  readonly names: string[];
  /** Names that must not be there in the end. */
  readonly goneNames: Set<string>;
  readonly tallies: Map<string, Tally>;
  readonly createdAt: number;
  /** When something happened to its name: it is left in peace until the program has dealt with that. */
  changedAt: number;
  isDeleted: boolean;
  isRemade: boolean;
  /** Somebody deleted it, and it comes back if it was changed on the other side. */
  mayReturn: boolean;
}

interface Traits extends Origin {
  readonly added: Set<string>;
  readonly removed: Set<string>;
}

export class Model {
  readonly #places: Place[] = [];
  readonly #byName = new Map<string, Place>();
  readonly #tokens = new Map<string, Traits>();
  readonly #byDigest = new Map<string, string>();
  readonly #became = new Map<string, string>();
  readonly #deletedNames = new Set<string>();
  /** All that happened before is known to be recorded. */
  #cleanSince = 0;
  #names = 0;
  readonly statistics = { tokens: 0, deletions: 0, unrecordedDeletions: 0, returned: 0 };

  /** Mailboxes that a client deletes are deleted on the other side, too, or come back. */
  readonly followsDeletions: boolean;

  constructor({ followsDeletions = false }: { readonly followsDeletions?: boolean } = {}) {
    this.followsDeletions = followsDeletions;
    this.created("INBOX");
  }

  // Names

  /** One that was never used. */
  freshName(): string {
    const number = ++this.#names;
    return number % 5 === 0 ? `m ${number}` : `m${number}`;
  }

  /** A look at everything that began then has found all well. */
  clean(at: number): void {
    this.#cleanSince = Math.max(this.#cleanSince, at);
  }

  /** Whether a client may give the mailbox another name, delete it, or make another below it. */
  isCalm(name: string): boolean {
    if (name === "INBOX") return false;
    const nearby = [...this.#byName].filter(([other]) => isWithin(other, name) || isWithin(name, other));
    return nearby.length > 0 && nearby.every(([, { changedAt }]) => changedAt < this.#cleanSince);
  }

  hasCalmName(name: string): boolean {
    return (this.#byName.get(name)?.changedAt ?? Infinity) < this.#cleanSince;
  }

  get hasChangedNames(): boolean {
    return this.#places.some(({ changedAt }) => changedAt >= this.#cleanSince);
  }

  /** To be called before the command. */
  created(name: string): void {
    if (this.#byName.has(name)) return;
    const isBelow = name.includes("\0");
    const place: Place = {
      names: [name],
      goneNames: new Set(),
      tallies: new Map(),
      createdAt: Date.now(),
      changedAt: isBelow ? Date.now() : 0,
      isDeleted: false,
      isRemade: false,
      mayReturn: false,
    };
    this.#places.push(place);
    this.#byName.set(name, place);
  }

  /** To be called before a command that changes the name. */
  touch(name: string): void {
    for (const [, place] of this.#below(name)) place.changedAt = Date.now();
  }

  /** To be called before the command: others see the new name before it is answered. */
  renames(from: string, to: string): void {
    this.touch(from);
    for (const [before, place] of this.#below(from)) this.#byName.set(to + before.slice(from.length), place);
  }

  renamed(from: string, to: string): void {
    for (const [before, place] of this.#below(from)) {
      const now = to + before.slice(from.length);
      // Without any of its recorded messages it is not recognised, and taken for deleted: it may come back.
      if (this.#isKnown(place) && !this.followsDeletions) place.goneNames.add(before);
      this.#became.set(before, now);
      // It came back since it was deleted.
      this.#deletedNames.delete(before);
      place.names.push(now);
      place.changedAt = Date.now();
    }
  }

  removed(name: string): void {
    const place = this.#byName.get(name)!;
    place.isDeleted = true;
    place.changedAt = Date.now();
    this.#deletedNames.add(name);
    if (!this.followsDeletions) {
      if (this.#isKnown(place)) place.goneNames.add(name);
      return;
    }
    // It may come back, without what the other side has not got yet, and with what was deleted in it just before.
    place.mayReturn = true;
    for (const tally of place.tallies.values())
      if (!this.#isTallyRecorded(tally)) tally.perhapsDeleted = tally.born + tally.perhapsBorn;
  }

  /** Deleted, and made again at once. */
  remade(name: string): void {
    const place = this.#byName.get(name)!;
    place.isRemade = true;
    place.changedAt = Date.now();
  }

  fateOf(name: string): Fate | undefined {
    let now = name;
    for (let next: string | undefined = name; next !== undefined; next = this.#became.get(now)) {
      now = next;
      if (this.#deletedNames.has(now)) return { kind: "deleted" };
    }
    if (now !== name) return { kind: "renamed", to: now };
    return this.#byName.get(name)?.isRemade === true ? { kind: "deleted" } : undefined;
  }

  /** One that the program knows cannot come back as a new one. */
  #isKnown({ createdAt }: Place): boolean {
    return createdAt < this.#cleanSince;
  }

  // Messages

  /** A message that is about to be appended for the first time. */
  made(origin: Origin): void {
    this.#tokens.set(origin.token, { ...origin, added: new Set(origin.flags), removed: new Set() });
    this.#byDigest.set(origin.digest, origin.token);
    this.statistics.tokens++;
  }

  born(
    side: Side,
    name: string,
    { token, certainty }: { readonly token: string; readonly certainty: Certainty },
  ): void {
    const tally = this.#tally(name, token);
    // It may be the other client's message, or the late copy of one whose APPEND was cut off within the last hour.
    const mayPair = tally.born + tally.perhapsBorn > 0;
    tally.lastBirth[side] = Date.now();
    if (certainty === "perhaps") tally.perhapsBorn++;
    else {
      tally.born++;
      if (mayPair) tally.mayPair++;
    }
  }

  /** To be asked before the command that deletes it. */
  isMessageRecorded(name: string, token: string): boolean {
    // While a renamed mailbox has two names on one side, what is behind the new one may be a copy that nobody recorded.
    return this.hasCalmName(name) && this.#isTallyRecorded(this.#tally(name, token));
  }

  deleted(
    side: Side,
    name: string,
    {
      token,
      certainty,
      isRecorded,
    }: { readonly token: string; readonly certainty: Certainty; readonly isRecorded: boolean },
  ): void {
    const tally = this.#tally(name, token);
    this.statistics.deletions++;
    if (certainty === "perhaps") tally.perhapsDeleted++;
    else {
      tally.deleted[side]++;
      if (!isRecorded) {
        tally.mayReturn++;
        this.statistics.unrecordedDeletions++;
      }
    }
  }

  /** Whatever is there may be deleted. */
  perhapsEmptied(name: string): void {
    for (const tally of this.#byName.get(name)?.tallies.values() ?? [])
      tally.perhapsDeleted = tally.born + tally.perhapsBorn;
  }

  flagged(token: string, { sign, flags }: { readonly sign: "+" | "-"; readonly flags: readonly string[] }): void {
    const traits = this.#tokens.get(token);
    for (const flag of flags) traits?.[sign === "+" ? "added" : "removed"].add(flag);
  }

  /** Messages that are known to be on both sides, and that nobody deleted. */
  settledIn(name: string): string[] {
    const place = this.#byName.get(name);
    // What was in it before it was made anew need not have been anywhere else.
    if (place === undefined || place.isRemade) return [];
    return [...place.tallies]
      .filter(([token, tally]) => this.#isTallyRecorded(tally) && this.isUndeleted(name, token))
      .map(([token]) => token);
  }

  isUndeleted(name: string, token: string): boolean {
    const tally = this.#byName.get(name)?.tallies.get(token);
    return tally !== undefined && isTallyUndeleted(tally);
  }

  isUndeletedAnywhere(token: string): boolean {
    return this.#talliesOf(token).every(isTallyUndeleted);
  }

  tokenOf(digest: string): string | undefined {
    return this.#byDigest.get(digest);
  }

  /** There is only one of it. */
  isSingle(token: string): boolean {
    const all = this.#talliesOf(token);
    return all.length === 1 && all[0]!.born + all[0]!.perhapsBorn === 1;
  }

  // The end

  /** What is wrong with what both sides hold, a line each. */
  flaws({ mailboxes }: MailStoreSnapshot): string[] {
    const found = new Map<Place, MessageSnapshot[]>(this.#places.map((place) => [place, []]));
    const flaws: string[] = [];
    for (const [name, messages] of mailboxes) {
      const place = this.#byName.get(name);
      if (place === undefined) flaws.push(`${shown(name)}: nobody made it`);
      else {
        found.get(place)!.push(...messages);
        if (place.goneNames.has(name)) flaws.push(`${shown(name)}: should be gone`);
      }
    }
    for (const [place, messages] of found) {
      if (!place.isDeleted && !place.isRemade && !place.names.some((name) => mailboxes.has(name)))
        flaws.push(`${shown(place.names.at(-1)!)}: is not there`);
      flaws.push(...this.#flawsIn(place, messages));
    }
    return flaws;
  }

  #flawsIn(place: Place, messages: readonly MessageSnapshot[]): string[] {
    const where = shown(place.names.at(-1)!);
    const flaws: string[] = [];
    const counts = new Map<string, number>();
    for (const message of messages) {
      const token = this.#byDigest.get(message.digest);
      if (token === undefined) {
        flaws.push(`${where}: nobody wrote ${message.messageId}, ${message.size} octets`);
        continue;
      }
      counts.set(token, (counts.get(token) ?? 0) + 1);
      if (!place.isRemade)
        flaws.push(...this.#changed(token, message, place).map((what) => `${where}: ${token} ${what}`));
    }
    for (const token of new Set([...place.tallies.keys(), ...counts.keys()])) {
      const count = counts.get(token) ?? 0;
      const { least, most, usual } = bounds(place, place.tallies.get(token) ?? emptyTally());
      if (count < least || count > most)
        flaws.push(`${where}: ${token} is there ${count} times, not ${least} to ${most}`);
      else if (count > usual) this.statistics.returned += count - usual;
    }
    return flaws;
  }

  #changed(token: string, { flags, internalDate }: MessageSnapshot, { mayReturn }: Place): string[] {
    const traits = this.#tokens.get(token)!;
    const alien = flags.filter((flag) => !traits.added.has(flag));
    const isUntouched =
      !mayReturn && this.isSingle(token) && sides.every((side) => this.#talliesOf(token)[0]!.deleted[side] === 0);
    const lost = [...traits.added].filter((flag) => isUntouched && !traits.removed.has(flag) && !flags.includes(flag));
    return [
      ...alien.map((flag) => `has the flag ${flag} from nobody`),
      ...lost.map((flag) => `has lost the flag ${flag}`),
      ...(internalDate === traits.internalDate ? [] : ["has another INTERNALDATE"]),
    ];
  }

  /** By the names that are below it, or were: one that the program did not know when it was renamed may have two. */
  #below(name: string): [string, Place][] {
    return [...this.#byName].filter(([other]) => isWithin(other, name));
  }

  #talliesOf(token: string): Tally[] {
    return this.#places.flatMap(({ tallies }) => tallies.get(token) ?? []);
  }

  #tally(name: string, token: string): Tally {
    const place = this.#byName.get(name);
    if (place === undefined) throw new Error(`nobody made ${shown(name)}`);
    let tally = place.tallies.get(token);
    if (tally === undefined) place.tallies.set(token, (tally = emptyTally()));
    return tally;
  }

  #isTallyRecorded({ lastBirth }: Tally): boolean {
    const births = sides.flatMap((side) => lastBirth[side] ?? []);
    return births.length > 0 && births.every((at) => at < this.#cleanSince);
  }
}

function isTallyUndeleted({ deleted, perhapsDeleted }: Tally): boolean {
  return perhapsDeleted === 0 && sides.every((side) => deleted[side] === 0);
}

function emptyTally(): Tally {
  const deleted: PerSide<number> = perSide(() => 0);
  return {
    born: 0,
    perhapsBorn: 0,
    mayPair: 0,
    lastBirth: {},
    deleted: { ...deleted },
    perhapsDeleted: 0,
    mayReturn: 0,
  };
}

function bounds(
  { isDeleted, isRemade, mayReturn: returns }: Place,
  { born, perhapsBorn, mayPair, deleted, perhapsDeleted, mayReturn }: Tally,
): { readonly least: number; readonly most: number; readonly usual: number } {
  const all = born + perhapsBorn;
  const { local, remote } = deleted;
  const usual = all - Math.max(local, remote);
  return {
    least: isDeleted || isRemade ? 0 : Math.max(0, born - mayPair - local - remote - perhapsDeleted),
    most: isRemade || returns ? all : Math.max(0, Math.min(all, usual + mayReturn)),
    usual: isRemade || returns ? all : Math.max(0, usual),
  };
}

function shown(name: string): string {
  return name.replaceAll("\0", "/");
}
