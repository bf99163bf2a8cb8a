// What becomes of a message between host1 and host2, in a fixed order: --skipmess, --regexmess, --disarmreadreceipts, --pipemess,
// --addheader, --truncmess, --maxlinelength.

import { InterimapError } from "../../model/errors.ts";
import { excerpt } from "../../util/printable.ts";
import type { SkipReason } from "../events.ts";
import type { Options } from "../options/options.ts";
import { filter, FilterFailed } from "./filter-command.ts";
import { addedHeader } from "./header-identity.ts";
import { longestLine, withLineInFront, withoutReceiptRequests } from "./message-text.ts";
import { compileMatch, compileSubstitutions } from "./perl-expression.ts";

export type TransformOptions = Pick<
  Options,
  | "skipmess"
  | "regexmess"
  | "disarmreadreceipts"
  | "pipemess"
  | "addheader"
  | "truncmess"
  | "maxlinelength"
  | "maxlinelengthcmd"
  | "minmaxlinelength"
>;

export interface MessageToPrepare {
  readonly uid: number;
  readonly bytes: Buffer;
  /** None of the wanted fields is in its header. */
  readonly lacksHeader: boolean;
}

export type Prepared =
  | { readonly bytes: Buffer }
  | { readonly skipped: SkipReason; readonly detail?: string }
  /** Why it cannot be copied, in one line. */
  | { readonly failed: string };

/** @throws the signal's reason */
export type PrepareMessage = (message: MessageToPrepare, signal?: AbortSignal) => Promise<Prepared>;

type Step = (bytes: Buffer, message: MessageToPrepare, signal?: AbortSignal) => Prepared | Promise<Prepared>;

/**
 * Undefined: messages are copied as they are.
 * @throws InterimapError USAGE for an expression
 */
export function messagePreparation(options: TransformOptions): PrepareMessage | undefined {
  const steps = [
    ...options.skipmess.map(skipping),
    ...(options.regexmess.length > 0 ? [substituting(options.regexmess)] : []),
    ...(options.disarmreadreceipts ? [changing(withoutReceiptRequests)] : []),
    ...options.pipemess.map((command) => piping("--pipemess", command)),
    ...(options.addheader ? [addingHeader] : []),
    ...(options.truncmess === undefined ? [] : [truncating(options.truncmess)]),
    ...(options.maxlinelength === undefined ? [] : [limitingLines(options.maxlinelength, options.maxlinelengthcmd)]),
    ...(options.minmaxlinelength === undefined ? [] : [wantingLines(options.minmaxlinelength)]),
  ];
  if (steps.length === 0) return undefined;
  return async (message, signal) => {
    let prepared: Prepared = { bytes: message.bytes };
    for (const step of steps) {
      if (!("bytes" in prepared)) break;
      prepared = await step(prepared.bytes, message, signal);
    }
    return prepared;
  };
}

/**
 * Tries the commands with a message of one blank.
 * @throws InterimapError USAGE when one of them fails, or prints nothing
 */
export async function tryCommands(
  options: Pick<Options, "pipemess" | "pipemesscheck">,
  signal?: AbortSignal,
): Promise<void> {
  if (!options.pipemesscheck) return;
  for (const command of options.pipemess) {
    try {
      await filter({ option: "--pipemess", command, input: Buffer.from(" "), signal });
    } catch (error) {
      if (!(error instanceof FilterFailed)) throw error;
      const hint = "it was tried with a message of one blank: --nopipemesscheck does without that";
      throw new InterimapError("USAGE", error.message, { hint });
    }
  }
}

function changing(change: (bytes: Buffer) => Buffer): Step {
  return (bytes) => ({ bytes: change(bytes) });
}

function skipping(expression: string): Step {
  const matches = compileMatch(expression, "--skipmess");
  return (bytes) =>
    orFailed("--skipmess", () =>
      matches(bytes.toString("latin1")) ? { skipped: "skipmess", detail: excerpt(expression) } : { bytes },
    );
}

function substituting(expressions: readonly string[]): Step {
  const substitute = compileSubstitutions(expressions, "--regexmess");
  return (bytes) =>
    orFailed("--regexmess", () => {
      const text = bytes.toString("latin1");
      const changed = substitute(text);
      return { bytes: changed === text ? bytes : Buffer.from(changed, "latin1") };
    });
}

/** An expression may go back and try again more often than there is memory for. */
function orFailed(option: string, step: () => Prepared): Prepared {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { failed: `${option}: the message is too long for the expression` };
  }
}

function piping(option: string, command: string): Step {
  return async (input, _, signal) => {
    try {
      return { bytes: await filter({ option, command, input, signal }) };
    } catch (error) {
      if (!(error instanceof FilterFailed)) throw error;
      return { failed: error.message };
    }
  };
}

const addingHeader: Step = (bytes, { uid, lacksHeader }) => ({
  bytes: lacksHeader ? withLineInFront(bytes, addedHeader(uid)) : bytes,
});

function truncating(octets: number): Step {
  return changing((bytes) => bytes.subarray(0, octets));
}

function limitingLines(most: number, command: string | undefined): Step {
  const shorten = command === undefined ? undefined : piping("--maxlinelengthcmd", command);
  return (bytes, message, signal) => {
    const length = longestLine(bytes);
    if (length <= most) return { bytes };
    if (shorten !== undefined) return shorten(bytes, message, signal);
    return { skipped: "long-lines", detail: `${length} octets` };
  };
}

function wantingLines(least: number): Step {
  return (bytes) => {
    const length = longestLine(bytes);
    return length >= least ? { bytes } : { skipped: "short-lines", detail: `${length} octets` };
  };
}
