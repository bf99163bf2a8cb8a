// Runs that copy to the same folder of host2 at the same time would each copy what the other has not copied yet: a run that is
// started each hour, say, and once takes longer. So only one of this user's on this machine copies to a folder at a time.

import { createHash } from "node:crypto";
import { readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { interrupted } from "../../model/errors.ts";
import { type PidFile, takePidFile } from "./pid-file.ts";

interface Waiting {
  readonly signal: AbortSignal;
  /** Told of the first run that is waited for. */
  readonly onWait: (pid: number) => void;
}

const pauseMs = 500;
/** No run reads a folder, and copies to it so much later. */
const keptMs = 24 * 3_600_000;

export class FolderTurns {
  readonly #directory: string;
  readonly #account: string;
  #isTidy = false;

  /** `within`: where the files are made, if they can be. `account`: of host2. */
  constructor(within: string, account: string) {
    this.#directory = join(within, `imapsync_turns_${String(process.getuid?.() ?? "")}`);
    this.#account = account;
  }

  /** Another one after a run has copied to the folder. */
  mark(folder: string): string {
    try {
      const stats = statSync(this.#marker(folder), { bigint: true, throwIfNoEntry: false });
      return stats === undefined ? "" : `${String(stats.ino)} ${String(stats.mtimeNs)}`;
    } catch {
      return "";
    }
  }

  /**
   * Waits while other runs copy to the folder; returns what ends our turn. Where no files can be made, or others could have made
   * them, nobody waits for anybody, which is no reason not to copy.
   * @throws InterimapError INTERRUPTED by the signal
   */
  async take(folder: string, { signal, onWait }: Waiting): Promise<() => Promise<void>> {
    const none = (): Promise<void> => Promise.resolve();
    const path = this.#file(folder, "pid");
    for (let hasWaited = false; ; hasWaited = true) {
      const taken = await takePidFile({ path, logPath: undefined, isLock: true });
      if ("file" in taken) return () => this.#end(folder, taken.file);
      if ("problem" in taken) return none;
      if (!hasWaited) onWait(taken.other.mark.pid);
      await sleep(pauseMs, undefined, { signal }).catch(() => {
        throw interrupted();
      });
    }
  }

  async #end(folder: string, file: PidFile): Promise<void> {
    try {
      // Made anew: the same file might have the same time.
      rmSync(this.#marker(folder), { force: true });
      writeFileSync(this.#marker(folder), "", { flag: "wx", mode: 0o600 });
      this.#tidy();
    } catch {
      // The disk is full: it is as if the other run were on another machine.
    }
    await file.release();
  }

  #marker(folder: string): string {
    return this.#file(folder, "copied");
  }

  #file(folder: string, ending: string): string {
    const name = createHash("sha256").update(`${this.#account}\0${folder}`).digest("hex").slice(0, 32);
    return join(this.#directory, `${name}.${ending}`);
  }

  #tidy(): void {
    if (this.#isTidy) return;
    this.#isTidy = true;
    for (const name of readdirSync(this.#directory)) {
      const path = join(this.#directory, name);
      const { mtimeMs = Infinity } = statSync(path, { throwIfNoEntry: false }) ?? {};
      if (name.endsWith(".copied") && mtimeMs < Date.now() - keptMs) rmSync(path, { force: true });
    }
  }
}
