// All that the command says: to the standard output, the error output, and the log file, which has a copy of both.

import { LineOutput } from "../../log/line-output.ts";
import type { OutputFile } from "./output-file.ts";

/** A reader that pauses lets this much pile up before anybody has to wait. */
const roomyOctets = 1 << 20;

const lookMs = 50;

export interface OutputOptions {
  readonly logFile?: OutputFile | undefined;
  /** `--json`: the standard output is for programs, and lines are in the log file only. */
  readonly isForPrograms?: boolean;
  /** The standard output and the error output; for tests. */
  readonly descriptors?: readonly [output: number, errors: number];
}

/**
 * A reader that has gone, or a full disk, does not end the run: whoever started a migration may close the terminal. It is
 * said once where somebody may still read it.
 */
export class Output {
  readonly #out: LineOutput;
  readonly #errors: LineOutput;
  readonly #log: LineOutput | undefined;
  readonly #file: OutputFile | undefined;
  readonly #isForPrograms: boolean;
  readonly #failed = new Set<LineOutput>();

  constructor({ logFile, isForPrograms = false, descriptors: [output, errors] = [1, 2] }: OutputOptions = {}) {
    this.#file = logFile;
    this.#isForPrograms = isForPrograms;
    this.#out = new LineOutput(output, {
      onLoss: (error) => {
        this.#sayOnce(this.#out, `The standard output ${why(error)}: the run goes on without it`);
      },
    });
    this.#errors = new LineOutput(errors, {
      onLoss: (error) => {
        this.#sayOnce(this.#errors, `The error output ${why(error)}: the run goes on without it`);
      },
    });
    this.#log =
      logFile &&
      new LineOutput(logFile.descriptor, {
        onLoss: (error) => {
          this.#sayOnce(
            this.#log!,
            `The log file ${logFile.path} ${why(error)}: the run goes on, and lines may be missing there`,
          );
        },
      });
  }

  /** Absolute; undefined without a log file. */
  get logPath(): string | undefined {
    return this.#file?.path;
  }

  /** Without the line break at its end. */
  line(text: string): void {
    if (!this.#isForPrograms) this.#out.write(`${text}\n`);
    this.#log?.write(`${text}\n`);
  }

  /** To the log file only: what has a better display on a terminal. */
  logged(text: string): void {
    this.#log?.write(`${text}\n`);
  }

  /** As {@link line}, to the error output, at once: where both go to one place, they stay in their order. */
  error(text: string): void {
    this.#out.flush();
    this.#errors.write(`${text}\n`);
    this.#errors.flush();
    this.#log?.write(`${text}\n`);
  }

  /** Whole lines, to the standard output and nowhere else. */
  display(text: string): void {
    this.#out.write(text);
  }

  /** On a terminal, below all lines; empty: nothing. */
  status(text: string): void {
    this.#out.showStatus(text);
  }

  /** Each line is written as it comes: the process may end between two of them. */
  stopGathering(): void {
    for (const one of this.#all()) one.stopGathering();
  }

  /** Resolves when readers have caught up, or the signal is aborted: to be awaited by who says a lot. */
  async hasRoom(stop?: AbortSignal): Promise<void> {
    while (this.#out.waitingOctets > roomyOctets && stop?.aborted !== true)
      await new Promise((resolve) => setTimeout(resolve, lookMs));
  }

  /** Writes what is left, and waits for a slow reader. Nothing is said afterwards. */
  end(): void {
    for (const one of this.#all()) one.end();
    this.#file?.close();
  }

  #all(): readonly LineOutput[] {
    return [this.#out, this.#errors, ...(this.#log === undefined ? [] : [this.#log])];
  }

  #sayOnce(failed: LineOutput, text: string): void {
    if (this.#failed.has(failed)) return;
    this.#failed.add(failed);
    for (const one of [this.#errors, this.#log])
      if (one !== undefined && !this.#failed.has(one)) one.write(`${text}\n`);
  }
}

function why({ code, message }: NodeJS.ErrnoException): string {
  if (code === "EPIPE") return "has no reader any more";
  if (code === "ENOSPC" || code === "EDQUOT") return "has no space left";
  return `cannot be written (${message.replace(/, write$/, "")})`;
}
