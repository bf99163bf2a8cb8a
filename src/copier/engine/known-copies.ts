// What former runs have recorded of a folder: with it, no headers are needed to tell what is on host2 already.

import type { Channel } from "../../imap/mailbox/channel.ts";
import type { MailboxView } from "../../imap/mailbox/mailbox-view.ts";
import { fetchSummaries } from "../../imap/verbs/fetch-headers.ts";
import { bothSides, type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import type { UidPair, UidPairs } from "../../model/uid-pairs.ts";
import {
  emptyUidSet,
  hasUid,
  intersect,
  isEmpty,
  subtract,
  type UidSet,
  UidSetBuilder,
  uidSetOf,
  uidsOf,
  union,
} from "../../model/uid-set.ts";
import type { CopyMemory } from "../memory/memory.ts";
import type { CopyRun, Identity } from "./copy-run.ts";
import type { FolderWork, OpenPair } from "./folder-work.ts";
import { KnownSignatures } from "./known-signatures.ts";
import { askForAll, type Wanted } from "./left-out.ts";
import { keepsDuplicates, type Match, pairsIn, secondsIn } from "./match-plan.ts";
import type { Merge } from "./merge.ts";
import { MessageTable } from "./message-table.ts";
import { signaturesOf } from "./signatures-of.ts";
import { ownSignature, pairSignature } from "./uid-signatures.ts";
import { numbersOf } from "./unchanged-folder.ts";
import { withSignatures } from "./with-signatures.ts";

interface Place {
  readonly work: Pick<FolderWork, "folder1" | "folder2" | "separators">;
  readonly views: PerSide<MailboxView>;
}

interface Reading {
  readonly channels: PerSide<Channel>;
  readonly wanted: PerSide<UidSet>;
  /** See Merge.placeOf(). */
  readonly place: string | undefined;
  /** Other folders of host1 are copied to the same one, too. */
  readonly merge: Merge | undefined;
  /** See tellUntold(). */
  readonly untold: (side: Side) => (uids: UidSet) => void;
  /** By headers: as messages are told from others, unless told. */
  readonly read: (side: Side, uids: UidSet, identity?: Identity) => Promise<MessageTable>;
}

type FolderPair = Parameters<CopyMemory["pairsOf"]>[0];

export class KnownCopies {
  readonly #memory: CopyMemory;
  readonly #views: PerSide<MailboxView>;
  readonly #folders: FolderPair;
  readonly #delimiters: { readonly delimiter1: string; readonly delimiter2: string };
  /** In this run, by UIDs of host1. */
  readonly #added = new Map<number, number>();
  /** As recorded when the folders were read. */
  #pairs: UidPairs | undefined;
  /** Messages were compared by their headers: the pairs that were found are worth recording. */
  #signatures: KnownSignatures | undefined;
  /** As well, those that have no pair. */
  #comparesByUid = false;
  /** Recorded pairs of which a message is no more, by UIDs of host1. */
  #outdated: UidSet = emptyUidSet;
  /** What is left of these on host2, by UIDs there. */
  #spent: UidSet = emptyUidSet;

  constructor(memory: CopyMemory, { work: { folder1, folder2, separators }, views }: Place) {
    this.#memory = memory;
    this.#views = views;
    this.#delimiters = { delimiter1: separators[1], delimiter2: separators[2] };
    const { local, remote } = views;
    this.#folders = { folder1, folder2, uidValidity1: local.uidValidity, uidValidity2: remote.uidValidity };
  }

  /** Host2 has told the UIDs of copies. */
  add(pairs: readonly UidPair[]): void {
    this.#memory.add(this.#folders, pairs);
    for (const [uid1, uid2] of pairs) this.#added.set(uid1, uid2);
  }

  /** Messages that are recorded as a pair have the same signature. The others are compared by headers, if there are any on both. */
  async tables(
    { options, rules, crossDuplicates }: CopyRun,
    { channels, wanted, read, untold, place, merge }: Reading,
  ): Promise<PerSide<MessageTable>> {
    this.#memory.inherit(this.#folders, {
      ...this.#delimiters,
      uids1: uidsOf(wanted.local),
      uids2: uidsOf(wanted.remote),
    });
    const known = new KnownSignatures(this.#memory, this.#folders, `${rules.identityDigest} ${place ?? ""}`);
    if (options.useuid !== true && !this.#memory.isKnown(this.#folders)) {
      this.#signatures = known;
      const tables = await bothSides((side) => read(side, wanted[side]));
      for (const side of sides) known.note(side, tables[side]);
      return tables;
    }
    const there = await bothSides((side) =>
      readSummaries(channels[side], this.#views[side], {
        wanted: wanted[side],
        isPart: rules.selection.isPart(side),
        untold: untold(side),
      }),
    );
    const pairs = this.#memory.pairsOf(this.#folders);
    this.#pairs = pairs;
    const uids = perSide((side) => uidSetOf(there[side].uids()));
    const all = this.#newsAmong(uids, pairs);
    const news = options.useuid === true && merge !== undefined ? this.#withoutOthers(all, merge) : all;
    const isNothingNew = isEmpty(news.local) && isEmpty(news.remote);
    if (options.useuid !== true && (!isNothingNew || crossDuplicates !== undefined)) {
      this.#signatures = known;
      await known.complete({ there1: uids.local, uids: perSide((side) => uidsOf(uids[side])), pairs, read });
      return perSide((side) =>
        withSignatures(there[side], (uid) => {
          const uid2 = side === "local" ? pairs.get(uid) : uid;
          const pair = hasUid(news[side], uid) ? undefined : pairSignature(uid2!);
          return known.of(side, uid) ?? pair;
        }),
      );
    }
    this.#comparesByUid = !isEmpty(news.local) && !isEmpty(news.remote);
    const spent = intersect(this.#spent, news.remote);
    const signatures = this.#comparesByUid
      ? await signaturesOf(rules, { messages: news, spent, read, place })
      : undefined;
    return perSide((side) =>
      withSignatures(there[side], (uid) => {
        const uid2 = side === "local" ? pairs.get(uid) : uid;
        if (!hasUid(news[side], uid)) return pairSignature(uid2!);
        // On host2 something may lack all by which it could be compared: it may be a message of host1.
        const isAlone = side === "local" || signatures === undefined || hasUid(spent, uid);
        return signatures?.[side].get(uid) ?? (isAlone ? ownSignature(side, uid) : undefined);
      }),
    );
  }

  /** Messages that are not recorded. Recorded ones that are gone are noted. */
  #newsAmong(there: PerSide<UidSet>, pairs: UidPairs): PerSide<UidSet> {
    const paired = perSide(() => new UidSetBuilder());
    const outdated = new UidSetBuilder();
    const left = new UidSetBuilder();
    for (const [uid1, uid2] of pairs) {
      if (!hasUid(there.local, uid1) || !hasUid(there.remote, uid2)) {
        outdated.add(uid1);
        if (hasUid(there.remote, uid2)) left.add(uid2);
        continue;
      }
      paired.local.add(uid1);
      paired.remote.add(uid2);
    }
    this.#outdated = outdated.build();
    const news = perSide((side) => subtract(there[side], paired[side].build()));
    this.#spent = intersect(left.build(), news.remote);
    return news;
  }

  /** With `--useuid`, each message has a copy of its own: those of other folders are none of this one's. */
  #withoutOthers({ local, remote }: PerSide<UidSet>, merge: Merge): PerSide<UidSet> {
    const recorded = this.#memory.copiesOfOthers(this.#folders);
    return { local, remote: subtract(remote, union(recorded, merge.copiesOfOthers(this.#folders.folder1))) };
  }

  /** Of when the folders were opened: whatever has happened since is for the next run. */
  #finish(rules: string, { local, remote }: PerSide<MailboxView>): void {
    const [host1, host2] = [numbersOf(local.whenSelected), numbersOf(remote.whenSelected)];
    if (host1 !== undefined && host2 !== undefined) this.#memory.finished(this.#folders, { rules, host1, host2 });
  }

  /** As recorded when the folders were read, if both messages were there: it stays so. */
  copyOf(uid1: number): number | undefined {
    return hasUid(this.#outdated, uid1) ? undefined : this.#pairs?.get(uid1);
  }

  /** More to record: duplicates on host1 as the message that stands for them, unless each is copied. */
  *#newPairs({ local, remote }: PerSide<MessageTable>, { same, missing }: Match, isEach: boolean): Iterable<UidPair> {
    if (this.#isCompared)
      for (const [on1, on2] of pairsIn(same)) {
        if (this.copyOf(local.uid(on1)) === undefined) yield [local.uid(on1), remote.uid(on2)];
        if (!isEach) yield* this.#duplicates(local, on1, remote.uid(on2));
      }
    if (isEach) return;
    for (const on1 of missing) {
      const uid2 = this.#added.get(local.uid(on1));
      if (uid2 !== undefined) yield* this.#duplicates(local, on1, uid2);
    }
  }

  /** To be forgotten; but by UID, what replaces a message must never be taken for it: as long as its copy is there, its pair is kept. */
  #gone(isByUid: boolean): UidSet {
    const gone = subtract(this.#outdated, uidSetOf(this.#added.keys()));
    return isByUid ? uidSetOf([...uidsOf(gone)].filter((uid1) => !hasUid(this.#spent, this.#pairs!.get(uid1)!))) : gone;
  }

  get #isCompared(): boolean {
    return this.#signatures !== undefined || this.#comparesByUid;
  }

  /** Those behind a message that are the same, but for those that have a copy: --syncduplicates and --useuid make them. */
  *#duplicates(local: MessageTable, first: number, uid2: number): Iterable<UidPair> {
    for (let i = local.next(first); i !== undefined; i = local.next(i)) {
      const uid1 = local.uid(i);
      if (!this.#added.has(uid1) && this.copyOf(uid1) === undefined) yield [uid1, uid2];
    }
  }

  /** The folder is done. */
  conclude({ options, rules }: CopyRun, { tables, views, work }: OpenPair, match: Match): void {
    if (options.dry === true) return;
    // With --search or ages, they may be there, and not take part in this run.
    const isPart = rules.selection.isPart("local") || rules.selection.isPart("remote");
    const gone = this.#gone(options.useuid === true);
    if (!isEmpty(gone) && !isPart) this.#memory.forget(this.#folders, uidsOf(gone));
    if (this.#isCompared || this.#added.size > 0)
      this.#memory.add(this.#folders, this.#newPairs(tables, match, keepsDuplicates(options)));
    this.#signatures?.record(uidSetOf([...secondsIn(match.same)].map((i) => tables.remote.uid(i))));
    // Behind what was recorded, which would undo it. The next run goes by how many pairs are recorded.
    if (!work.isTouched && (isEmpty(this.#outdated) || !isPart)) this.#finish(rules.digest, views);
  }
}

/** Flags and sizes of the messages of an open folder, which nothing tells from others yet. */
async function readSummaries(channel: Channel, view: MailboxView, asked: Wanted): Promise<MessageTable> {
  const table = new MessageTable();
  await askForAll(channel, view, {
    ...asked,
    ask: (uids) =>
      fetchSummaries(channel, uids, {
        tell: (message) => {
          table.add({ ...message, signature: undefined });
        },
        contradicts: (uid, size) => table.sizeOf(uid) !== size,
        forget: (uid) => {
          table.forget(uid);
        },
      }),
    count: () => table.length,
    told: () => table.uids(),
  });
  return table.seal();
}
