// What a run says of itself, as much of it as is kept.

import type {
  FolderComparison,
  FolderProgress,
  JobMessage,
  JobProgress,
  JobResult,
  LeftMessage,
} from "../../job/job-message.ts";
import type { LeaseProgress } from "../queue/lease.ts";

const mostLogCharacters = 64 * 1024;
const mostFolders = 10_000;
const mostLeft = 1_000;

export interface FolderTotals extends Pick<FolderProgress, "folder1" | "folder2" | "messages" | "octets" | "copied"> {
  readonly missing: number;
  /** Of a verification; undefined: the folder is not on the target, or could not be compared. */
  readonly comparison: Omit<FolderComparison, "folder1" | "folder2"> | undefined;
}

export class Heard {
  readonly #lines: string[] = [];
  readonly #folders = new Map<string, FolderProgress>();
  readonly #comparisons = new Map<string, FolderComparison>();
  readonly #left: LeftMessage[] = [];
  #characters = 0;
  #progress: JobProgress | undefined;
  #copied: JobResult["copied"];

  readonly note = (message: JobMessage): void => {
    switch (message.type) {
      case "line":
        this.#noteLine(message.text);
        break;
      case "progress":
        this.#progress = message;
        break;
      case "folder":
        if (this.#folders.size < mostFolders || this.#folders.has(message.folder1))
          this.#folders.set(message.folder1, message);
        break;
      case "left":
        if (this.#left.length < mostLeft) this.#left.push(message);
        break;
      case "verified":
        if (this.#comparisons.size < mostFolders) this.#comparisons.set(message.folder1, message);
        break;
      case "ended":
        this.#copied = message.copied;
        break;
      default:
        break;
    }
  };

  /** The end of it: there is what went wrong. */
  get log(): string {
    return this.#lines.join("\n");
  }

  get progress(): LeaseProgress | undefined {
    if (this.#progress === undefined) return undefined;
    const { messagesDone, messagesTotal, octetsDone, octetsTotal, rate } = this.#progress;
    return { messagesDone, messagesTotal, octetsDone, octetsTotal, rate };
  }

  get size(): { readonly messages: number; readonly octets: number } | undefined {
    const { messagesTotal: messages, octetsTotal: octets } = this.#progress ?? {};
    return messages === undefined || octets === undefined ? undefined : { messages, octets };
  }

  /** Of a run that did not come to its end, octets are not known. */
  get copied(): { readonly messages: number; readonly octets: number } {
    return this.#copied ?? { messages: this.#sum(({ copied }) => copied), octets: 0 };
  }

  /** Of a verification: what would be copied, could not be compared, or is another one. */
  get differences(): number {
    const differing = [...this.#comparisons.values()].reduce((sum, one) => sum + one.differing, 0);
    return this.#sum(missingIn) + differing;
  }

  /** For each folder, and the messages that were left. */
  get report(): { readonly folders: readonly FolderTotals[]; readonly left: readonly LeftMessage[] } {
    const folders = [...this.#folders.values()].map((folder) => {
      const { folder1, folder2, messages, octets, copied } = folder;
      const comparison = comparisonOf(this.#comparisons.get(folder1));
      return { folder1, folder2, messages, octets, copied, missing: missingIn(folder), comparison };
    });
    return { folders, left: this.#left };
  }

  #noteLine(text: string): void {
    this.#lines.push(text);
    this.#characters += text.length + 1;
    while (this.#characters > mostLogCharacters && this.#lines.length > 1)
      this.#characters -= (this.#lines.shift()?.length ?? 0) + 1;
  }

  #sum(of: (folder: FolderProgress) => number): number {
    return [...this.#folders.values()].reduce((sum, folder) => sum + of(folder), 0);
  }
}

function comparisonOf(found: FolderComparison | undefined): FolderTotals["comparison"] {
  if (found === undefined) return undefined;
  const { messages1, messages2, onlyOn2, resized, compared, differing } = found;
  return { messages1, messages2, onlyOn2, resized, compared, differing };
}

function missingIn({ toCopy, failed }: FolderProgress): number {
  return toCopy + failed;
}
