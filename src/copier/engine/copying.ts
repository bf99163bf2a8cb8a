// What becomes of the messages of one folder on their way, message by message.

import type { FetchedMessage } from "../../imap/verbs/fetch.ts";
import type { Failure, FlagsRefused, MessageRefusal, TransferHooks } from "../../mail/transfer/transfer-hooks.ts";
import { InterimapError } from "../../model/errors.ts";
import { establishedFlags, type FlagSet, formatFlags } from "../../model/flags.ts";
import type { UidPair } from "../../model/uid-pairs.ts";
import { isEmpty, subtract, type UidSet, uidSetOf, uidsOf } from "../../model/uid-set.ts";
import { sum } from "../../util/sum.ts";
import type { SkipReason } from "../events.ts";
import { type CountedError, type ErrorKind, refusedAppend } from "../report/errors.ts";
import { tellChangedIdentity } from "./changed-identity.ts";
import type { CopyRun } from "./copy-run.ts";
import type { OpenPair } from "./folder-work.ts";
import { goneAmong } from "./gone-meanwhile.ts";
import { placeOf } from "./merged-place.ts";

export class Copying {
  readonly #run: CopyRun;
  readonly #pair: OpenPair;

  constructor(run: CopyRun, pair: OpenPair) {
    this.#run = run;
    this.#pair = pair;
  }

  get hooks(): TransferHooks {
    const { rules, throttle } = this.#run;
    const hasToPrepare = rules.prepare !== undefined || throttle !== undefined;
    return {
      ...(hasToPrepare && { prepare: (messages) => this.#prepare(messages) }),
      acceptFlags: (flags) => rules.flagsOn2(flags, this.#pair.views.remote.permanentFlags),
      withoutNewKeywords: (flags) => this.#withoutNewKeywords(flags),
      sending: () => undefined,
      withdrawn: () => undefined,
      flagsRefused: (refused) => {
        this.#flagsRefused(refused);
      },
      copied: (messages, uids) => {
        this.#copied(messages, uids);
      },
      appended: () => undefined,
      refused: (refusal) => {
        this.refused(refusal);
      },
      undelivered: (uids, absent) => this.#undelivered(uids, absent),
      failed: (failure) => {
        this.#failed(failure);
      },
    };
  }

  /** `--exitwhenover`: enough was copied in this run. */
  get isFull(): boolean {
    return this.room <= 0;
  }

  /** How many octets may be copied until then. */
  get room(): number {
    const { options, copied } = this.#run;
    return (options.exitwhenover ?? Infinity) - copied.octets;
  }

  refused({ uid, by, size, reason, messageId }: MessageRefusal): void {
    const id = messageId === undefined ? "" : ` (Message-ID ${messageId})`;
    const { folder1, folder2 } = this.#pair.work;
    const error: CountedError =
      by === "target"
        ? {
            kind: kindOfRefusal(reason),
            text: `could not append message ${folder1}/${String(uid)}${id} to folder ${folder2}: ${reason}`,
          }
        : { kind: "fetch", text: `could not fetch message ${folder1}/${String(uid)}${id}: ${reason}` };
    this.#fail(uid, error, size);
  }

  /** As the server told them. */
  octetsOf(uids: UidSet): number {
    return sum(Array.from(uidsOf(uids), (uid) => this.#sizeOf(uid)));
  }

  /** One of the servers does not take it well. */
  deadly(uid: number): void {
    const { folder1, folder2, unreadable } = this.#pair.work;
    const text = `could not copy message ${folder1}/${String(uid)} to folder ${folder2}: the connection was lost each time`;
    this.#fail(uid, { kind: unreadable.has(uid) ? "fetch" : "append", text });
  }

  /** The server takes nothing for now. */
  notOffered(uid: number, reason: string): void {
    const { folder1, folder2 } = this.#pair.work;
    const text = `did not append message ${folder1}/${String(uid)} to folder ${folder2}, which takes nothing now: ${reason}`;
    this.#fail(uid, { kind: kindOfRefusal(reason), text });
  }

  skip(uids: UidSet, { octets, reason, detail }: Skipped): void {
    const { work } = this.#pair;
    work.settle(uids);
    const { folder1, folder2 } = work;
    this.#run.emit({
      ...{ type: "messages-skipped", folder1, folder2, uids, octets, reason },
      ...(detail !== undefined && { detail }),
    });
  }

  async #prepare(messages: readonly FetchedMessage[]): Promise<readonly FetchedMessage[]> {
    const { rules, throttle, stop } = this.#run;
    const place = placeOf(this.#run, this.#pair.work);
    const prepared: FetchedMessage[] = [];
    for (const message of messages) {
      const { uid, bytes } = message;
      const made = (await rules.prepare?.(message, { signal: stop, place })) ?? message;
      if ("bytes" in made) {
        const { folder1 } = this.#pair.work;
        tellChangedIdentity(this.#run, { folder1, uid, original: bytes, copy: made.bytes, place });
        prepared.push(made);
      } else if ("failed" in made) this.#fail(uid, made.failed, bytes.length);
      else this.skip(uidSetOf([uid]), { octets: bytes.length, reason: made.skipped, detail: made.detail });
    }
    for (const { bytes } of prepared) await throttle?.pass({ messages: 1, octets: bytes.length }, stop);
    return prepared;
  }

  #withoutNewKeywords(flags: FlagSet): FlagSet | undefined {
    const { permanentFlags } = this.#pair.views.remote;
    const offered = this.#run.rules.flagsOn2(flags, permanentFlags);
    const established = establishedFlags(offered, permanentFlags);
    return established === offered ? undefined : established;
  }

  #flagsRefused({ keywords, reason }: FlagsRefused): void {
    const { views, work } = this.#pair;
    views.remote.refuseFlags(keywords);
    const text = `could not set flags ${formatFlags(keywords)} in folder ${work.folder2}: ${reason}`;
    this.#run.emit({ type: "error", error: { kind: "flags", text } });
  }

  #copied(messages: readonly FetchedMessage[], uids: readonly number[] | undefined): void {
    const { emit, copied, options, merges } = this.#run;
    const { work } = this.#pair;
    const { folder1, folder2 } = work;
    if (uids !== undefined) merges.get(folder2)?.noteCopies(folder1, uidSetOf(uids));
    // Nothing else tells these copies from what is not on host1.
    else if (options.useuid === true) merges.get(folder2)?.giveUp();
    work.arrive(uidSetOf(messages.map(({ uid }) => uid)));
    const pairs = messages.flatMap(({ uid }, i): UidPair[] => (uids === undefined ? [] : [[uid, uids[i]!]]));
    if (pairs.length > 0) work.known?.add(pairs);
    if (options.synclabels || options.syncflagsaftercopy) work.copies.push(...pairs);
    for (const [i, { uid, bytes }] of messages.entries()) {
      copied.octets += bytes.length;
      emit({ type: "message-copied", folder1, folder2, uid1: uid, uid2: uids?.[i], octets: bytes.length });
    }
  }

  async #undelivered(uids: UidSet, absent: UidSet): Promise<void> {
    const { channels, work } = this.#pair;
    const gone = await goneAmong(channels.local, uids, absent);
    if (!isEmpty(gone)) this.skip(gone, { octets: this.octetsOf(gone), reason: "vanished" });
    for (const uid of uidsOf(subtract(uids, gone))) {
      const text = `could not fetch message ${work.folder1}/${String(uid)}: the server did not deliver it`;
      this.#fail(uid, { kind: "fetch", text });
    }
  }

  /** The server died of the first that failed, if of any. */
  #failed({ uids, error, isFirst, isSuspect }: Failure): void {
    if (!(error instanceof InterimapError) || error.retry === "no" || this.#run.stop.aborted || !isFirst) return;
    const { deaths, unreadable } = this.#pair.work;
    for (const uid of uids) {
      deaths.set(uid, (deaths.get(uid) ?? 0) + (isSuspect ? 1 : 0));
      if (error.side === "local") unreadable.add(uid);
      else unreadable.delete(uid);
    }
  }

  /** As the server told it. */
  #sizeOf(uid: number): number {
    return this.#pair.tables.local.sizeOf(uid) ?? 0;
  }

  #fail(uid: number, error: CountedError, octets = this.#sizeOf(uid)): void {
    const { work } = this.#pair;
    const { folder1, folder2 } = work;
    work.settle(uidSetOf([uid]));
    this.#run.emit({ type: "message-failed", folder1, folder2, uid1: uid, octets, error });
  }
}

/** A server's reason begins with its response code, where there is one. */
function kindOfRefusal(reason: string): ErrorKind {
  return refusedAppend(reason, /^\[([^\]\s]+)/.exec(reason)?.[1]);
}

interface Skipped {
  readonly octets: number;
  readonly reason: SkipReason;
  readonly detail?: string | undefined;
}
