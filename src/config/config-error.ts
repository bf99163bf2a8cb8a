// The form of every complaint about the configuration file: FILE:LINE: problem; expectation.

import { InterimapError } from "../model/errors.ts";

export interface Complaint {
  readonly file: string;
  /** Counted from 1; undefined when something is missing from the whole file. */
  readonly line?: number | undefined;
  readonly problem: string;
  readonly expected: string;
}

/** Everything that is wrong with a file, in the order of its lines. */
class AllInvalid extends InterimapError {
  readonly #complaints: readonly InterimapError[];

  constructor(first: InterimapError, others: readonly InterimapError[]) {
    super(first.code, first.message, { cause: first });
    this.#complaints = [first, ...others];
  }

  override get parts(): readonly InterimapError[] {
    return this.#complaints;
  }
}

/** Gathers complaints, so that a file can be mended in one go. */
export class Complaints {
  /** By what is said: one line for both servers may be wrong for each. */
  readonly #noted = new Map<string, { readonly line: number; readonly error: InterimapError }>();

  note(complaint: Complaint): void {
    const error = configInvalid(complaint);
    this.#noted.set(error.message, { line: complaint.line ?? Infinity, error });
  }

  /** @throws InterimapError CONFIG_INVALID with all of them, if there are any. */
  throwIfAny(): void {
    const inOrder = [...this.#noted.values()].sort((a, b) => (a.line < b.line ? -1 : a.line > b.line ? 1 : 0));
    const [first, ...others] = inOrder.map(({ error }) => error);
    if (first !== undefined) throw others.length === 0 ? first : new AllInvalid(first, others);
  }
}

function configInvalid({ file, line, problem, expected }: Complaint): InterimapError {
  const place = line === undefined ? file : `${file}:${line}`;
  return new InterimapError("CONFIG_INVALID", `${place}: ${problem}; ${expected}`);
}
