// Whoever shows something that changes waits here for the next change.

export class Changes {
  #version = 0;
  readonly #waiting = new Set<() => void>();

  get version(): number {
    return this.#version;
  }

  note(): void {
    this.#version++;
    for (const wake of [...this.#waiting]) wake();
  }

  /** Returns when there is a change after `version`, when the signal is aborted, or after so long. */
  async since(version: number, { signal, ms }: { readonly signal: AbortSignal; readonly ms: number }): Promise<void> {
    if (version !== this.#version || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener("abort", done);
      this.#waiting.add(done);
    });
  }
}
