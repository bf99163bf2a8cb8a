// What is known of each folder of a job, as messages: of those that have changed, a few times a second.

import type { CopyEvent } from "../copier/events.ts";
import type { Options } from "../copier/options/options.ts";
import { type FolderReport, FolderReports } from "../copier/report/folder-reports.ts";
import { displayName } from "../model/mailbox-name.ts";
import { sum } from "../util/sum.ts";
import type { FolderProgress, JobMessage } from "./job-message.ts";
import { Seldom } from "./seldom.ts";

interface Known {
  readonly folder2: string;
  readonly state: FolderProgress["state"];
  readonly isCompared: boolean;
  /** Before the copy. */
  readonly size: { readonly messages: number; readonly octets: number } | undefined;
}

interface Pair {
  readonly folder1: string;
  readonly folder2: string;
}

export class FolderTeller {
  readonly #send: (messages: Iterable<JobMessage>) => void;
  readonly #options: Pick<Options, "dry" | "justfolders">;
  readonly #reports = new FolderReports();
  /** By names on host1. */
  readonly #known = new Map<string, Known>();
  readonly #newOn2 = new Set<string>();
  readonly #seldom = new Seldom(() => {
    this.#tell();
  });
  #changed = new Set<string>();

  constructor(send: (messages: Iterable<JobMessage>) => void, options: Pick<Options, "dry" | "justfolders">) {
    this.#send = send;
    this.#options = options;
  }

  note(event: CopyEvent): void {
    this.#reports.note(event);
    switch (event.type) {
      case "folder-sized":
        if (event.size2 === undefined) this.#newOn2.add(event.folder2);
        // At the end of the run, sizes are of what is there by then.
        if (!this.#known.has(event.folder1)) this.#change(event, { size: event.size1 });
        break;
      case "folder-created":
        if (event.host === 2) this.#newOn2.add(event.folder);
        break;
      case "folder-begun":
        this.#change(event, { state: "copying" });
        break;
      case "folder-compared":
        this.#change(event, { isCompared: true });
        break;
      case "folder-left":
        this.#change(event, { state: this.#isDone(event.folder1) ? "done" : "failed" });
        break;
      case "folder-read":
        if (event.host === 1) this.#touch(event.folder);
        break;
      case "message-copied":
      case "messages-to-copy":
      case "messages-skipped":
      case "message-failed":
        this.#touch(event.folder1);
        break;
      default:
        break;
    }
  }

  /** The run is over: folders that are being copied will not be finished. */
  end(): void {
    for (const [folder1, known] of this.#known)
      if (known.state === "copying") {
        this.#known.set(folder1, { ...known, state: "failed" });
        this.#changed.add(folder1);
      }
    this.#seldom.now();
  }

  #change({ folder1, folder2 }: Pair, change: Partial<Known>): void {
    const first: Known = { folder2, state: "waiting", isCompared: false, size: undefined };
    this.#known.set(folder1, { ...(this.#known.get(folder1) ?? first), ...change });
    this.#touch(folder1);
  }

  #isDone(folder1: string): boolean {
    const { notReached, toCopy } = this.#reports.of(folder1)!;
    if (this.#options.justfolders === true) return true;
    return (
      this.#known.get(folder1)?.isCompared === true && notReached === 0 && (toCopy === 0 || this.#options.dry === true)
    );
  }

  #touch(folder1: string): void {
    if (!this.#known.has(folder1)) return;
    this.#changed.add(folder1);
    this.#seldom.ask();
  }

  #tell(): void {
    const changed = this.#changed;
    this.#changed = new Set();
    if (changed.size > 0) this.#send(this.#messages(changed));
  }

  *#messages(names: Iterable<string>): Generator<JobMessage> {
    for (const folder1 of names) yield { type: "folder", ...this.#progress(folder1, this.#reports.of(folder1)) };
  }

  #progress(folder1: string, report: Partial<FolderReport> = {}): FolderProgress {
    const { folder2, state, size } = this.#known.get(folder1)!;
    const { inSource, copied = 0, toCopy = 0, present = 0, duplicates = 0, filtered = {}, failed = {} } = report;
    const isDry = this.#options.dry === true;
    return {
      ...{ folder1: displayName(folder1), folder2: displayName(folder2), state, isNew: this.#newOn2.has(folder2) },
      ...{ messages: inSource === 0 ? size?.messages : (inSource ?? size?.messages), octets: size?.octets },
      ...{ copied, toCopy: isDry ? toCopy : 0, present, duplicates, filtered: sum(Object.values(filtered)) },
      // Without a folder to copy them to.
      failed: sum(Object.values(failed)) + (isDry ? 0 : toCopy),
    };
  }
}
