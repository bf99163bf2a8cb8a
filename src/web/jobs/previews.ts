// Which folder would go to which: a short run that changes nothing, and of which nothing is kept.

import { previewOptions } from "../../job/allowed-options.ts";
import type { FolderProgress, RefusedCertificate } from "../../job/job-message.ts";
import type { FolderPreview } from "../api.ts";
import type { Admission } from "./admission.ts";
import type { NewJob } from "./new-job.ts";
import { JobRefused } from "./refusal.ts";
import type { JobsRules } from "./rules.ts";
import type { RunWorker } from "./worker.ts";

export interface PreviewsOptions {
  readonly rules: () => JobsRules;
  readonly runWorker: RunWorker;
  readonly admission: Admission;
  /** Of one run. */
  readonly limitMs?: number;
}

export class PreviewFailed extends Error {
  readonly certificates: readonly RefusedCertificate[];

  constructor(words: string, certificates: readonly RefusedCertificate[]) {
    super(words);
    this.name = "PreviewFailed";
    this.certificates = certificates;
  }
}

const usualLimitMs = 120_000;

export class Previews {
  readonly #options: PreviewsOptions;
  /** By address. */
  readonly #running = new Map<string, number>();

  constructor(options: PreviewsOptions) {
    this.#options = options;
  }

  /** @throws JobRefused, or PreviewFailed with the reason */
  async preview({ options: given, secrets, address }: NewJob): Promise<FolderPreview> {
    const { admission, runWorker, limitMs = usualLimitMs } = this.#options;
    const { limits, targets, maxRunning, maxPerAddress } = this.#options.rules();
    const all = [...this.#running.values()].reduce((sum, count) => sum + count, 0);
    const mine = this.#running.get(address) ?? 0;
    if (all >= maxRunning) throw new JobRefused("queue full");
    if (mine >= maxPerAddress) throw new JobRefused("jobs of address");
    admission.noteStart(address);
    this.#running.set(address, mine + 1);
    try {
      const folders = new Map<string, FolderProgress>();
      const certificates: RefusedCertificate[] = [];
      const last: string[] = [];
      const options = previewOptions(given);
      const worker = runWorker({ engine: "copy", options, secrets, limits, targets }, (message) => {
        if (message.type === "folder") folders.set(message.folder1, message);
        if (message.type === "certificate") certificates.push(message);
        if (message.type === "line") last.splice(0, Math.max(0, last.push(message.text) - 1));
      });
      const timer = setTimeout(() => worker.kill(), limitMs);
      const end = await worker.ended.finally(() => clearTimeout(timer));
      admission.noteEnd(address, end);
      const { result, words } = end;
      if (result?.exitCode !== 0)
        throw new PreviewFailed(result?.sentence ?? (words === "" ? (last[0] ?? "") : words), certificates);
      return { folders: [...folders.values()].map(({ folder1, folder2, isNew }) => ({ folder1, folder2, isNew })) };
    } finally {
      const left = (this.#running.get(address) ?? 1) - 1;
      if (left > 0) this.#running.set(address, left);
      else this.#running.delete(address);
    }
  }
}
