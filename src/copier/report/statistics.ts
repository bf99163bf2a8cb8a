// The figures of a run, counted from what the engine tells.

import { countUids } from "../../model/uid-set.ts";
import type { AccountSize, CopyEvent, SkipReason } from "../events.ts";
import type { Host } from "../options/host.ts";
import { type CountedError, type ErrorKind, ErrorTally } from "./errors.ts";

/** Counters ignore messages that the user chose to leave out. */
const uncounted: readonly SkipReason[] = ["not-selected"];

/** A message that fails before it is sent counts as skipped. */
const skippedByError: readonly ErrorKind[] = ["fetch", "unclassified"];

type PerHost<T> = Record<Host, T>;

export class Statistics {
  readonly startedAt: Date;
  readonly errors = new ErrorTally();

  folders = 0;
  foldersBegun = 0;
  foldersCompared = 0;
  foldersDeletedOn2 = 0;

  copied = 0;
  /** With `--dry`. */
  toCopy = 0;
  skipped = 0;
  octetsCopied = 0;
  octetsSkipped = 0;
  biggestCopied = 0;
  crossDuplicates = 0;

  /** Of the identified messages. */
  onlyOn1 = 0;
  /** With `--dry`: folders that host2 does not have, and their messages, which do not count as only on host1. */
  readonly toCreate = { folders: 0, messages: 0 };
  onlyOn2 = 0;

  readonly identified: PerHost<number> = { 1: 0, 2: 0 };
  readonly duplicates: PerHost<number> = { 1: 0, 2: 0 };
  readonly withoutHeaders: PerHost<number> = { 1: 0, 2: 0 };
  readonly deleted: PerHost<number> = { 1: 0, 2: 0 };
  readonly reconnections: PerHost<number> = { 1: 0, 2: 0 };

  /** Messages of host1 that the loop has dealt with, in whatever way. */
  processed = 0;

  sizesBefore: PerHost<AccountSize> | undefined;
  sizesAfter: PerHost<AccountSize> | undefined;

  constructor(startedAt: Date) {
    this.startedAt = startedAt;
  }

  note(event: CopyEvent): void {
    switch (event.type) {
      case "error":
        this.errors.add(event.error);
        break;
      case "reconnected":
        this.reconnections[event.host]++;
        break;
      case "accounts-sized": {
        const sizes = { 1: event.size1, 2: event.size2 };
        if (event.when === "before") this.sizesBefore = sizes;
        else this.sizesAfter = sizes;
        break;
      }
      case "folders-begun":
        this.folders = event.folders;
        break;
      case "folder-begun":
        this.foldersBegun++;
        break;
      case "folder-deleted":
        if (event.host === 2 && event.isDry !== true) this.foldersDeletedOn2++;
        break;
      case "folder-read":
        this.identified[event.host] += event.identified;
        this.duplicates[event.host] += event.duplicates;
        this.withoutHeaders[event.host] += event.withoutHeaders;
        break;
      case "folder-compared":
        this.foldersCompared++;
        this.onlyOn1 += event.onlyOn1;
        this.onlyOn2 += event.onlyOn2;
        if (event.toCreate !== undefined) {
          this.toCreate.folders++;
          this.toCreate.messages += event.toCreate;
        }
        break;
      case "message-copied":
        this.#copied(event.octets);
        break;
      case "messages-to-copy":
        this.toCopy += countUids(event.uids);
        this.processed += countUids(event.uids);
        break;
      case "messages-skipped":
        if (!uncounted.includes(event.reason)) this.#skipped(countUids(event.uids), event.octets);
        if (event.reason === "cross-duplicate") this.crossDuplicates += countUids(event.uids);
        break;
      case "message-failed":
        this.#failed(event.error, event.octets);
        break;
      case "messages-deleted":
        if (event.isDry !== true) this.deleted[event.host] += countUids(event.uids);
        break;
      default:
        break;
    }
  }

  #copied(octets: number): void {
    this.copied++;
    this.processed++;
    this.onlyOn1--;
    this.octetsCopied += octets;
    this.biggestCopied = Math.max(this.biggestCopied, octets);
  }

  #skipped(count: number, octets: number): void {
    this.skipped += count;
    this.processed += count;
    this.octetsSkipped += octets;
  }

  #failed(error: CountedError, octets: number): void {
    this.errors.add(error);
    if (skippedByError.includes(error.kind)) this.#skipped(1, octets);
    else this.processed++;
  }
}
