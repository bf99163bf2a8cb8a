// What becomes of a message between host1 and host2, in a fixed order: --skipmess, --regexmess, --disarmreadreceipts, --pipemess,
// --addheader, --truncmess, --wraplines, --maxlinelength.

import { InterimapError } from "../../model/errors.ts";
import type { InternalDate } from "../../model/internal-date.ts";
import { excerpt } from "../../util/printable.ts";
import type { SkipReason } from "../events.ts";
import type { Options } from "../options/options.ts";
import type { CountedError } from "../report/errors.ts";
import { dateOfHeader } from "./dates.ts";
import { filter, FilterFailed } from "./filter-command.ts";
import { addedHeader, type IdentityOptions, identityRules, lacksWantedFields } from "./header-identity.ts";
import { endOfHeader, longestLine, withLineInFront, withoutReceiptRequests } from "./message-text.ts";
import { compileMatch, compileSubstitutions } from "./perl-expression.ts";
import { wrapLines } from "./wrap-lines.ts";

export type TransformOptions = Pick<
  Options,
  | "skipmess"
  | "regexmess"
  | "disarmreadreceipts"
  | "pipemess"
  | "addheader"
  | "truncmess"
  | "wraplines"
  | "maxlinelength"
  | "maxlinelengthcmd"
  | "minmaxlinelength"
  | "syncinternaldates"
  | "idatefromheader"
> &
  IdentityOptions;

export interface MessageToPrepare {
  readonly uid: number;
  readonly bytes: Buffer;
  /** INTERNALDATE; undefined: host2 chooses one. */
  readonly date: InternalDate | undefined;
}

interface NotCopied {
  readonly skipped: SkipReason;
  readonly detail?: string;
}

export type Prepared<Message> = Message | NotCopied | { readonly failed: CountedError };

/** @throws InterimapError INTERRUPTED when the signal comes in the middle of a command */
export type PrepareMessage = <Message extends MessageToPrepare>(
  message: Message,
  context?: Context,
) => Promise<Prepared<Message>>;

interface Context {
  readonly signal?: AbortSignal;
  /** See {@link addedHeader}. */
  readonly place?: string | undefined;
}

type Changed = { readonly bytes: Buffer } | NotCopied | { readonly failed: CountedError };

/** `original`: as it came from host1. */
type Step = (bytes: Buffer, original: Original) => Changed | Promise<Changed>;

type Original = MessageToPrepare & Context;

/**
 * Undefined: messages are copied as they are.
 * @throws InterimapError USAGE for an expression, or too narrow lines
 */
export function messagePreparation(options: TransformOptions): PrepareMessage | undefined {
  const steps = [
    ...options.skipmess.map(skipping),
    ...(options.regexmess.length > 0 ? [substituting(options.regexmess)] : []),
    ...(options.disarmreadreceipts ? [changing(withoutReceiptRequests)] : []),
    ...options.pipemess.map((command) => piping("--pipemess", command)),
    ...(options.addheader ? [addingHeader(options)] : []),
    ...(options.truncmess === undefined ? [] : [truncating(options.truncmess)]),
    ...(options.wraplines === undefined ? [] : [wrapping(options.wraplines)]),
    ...(options.maxlinelength === undefined ? [] : [limitingLines(options.maxlinelength, options.maxlinelengthcmd)]),
    ...(options.minmaxlinelength === undefined ? [] : [wantingLines(options.minmaxlinelength)]),
  ];
  const dateOf = dateRule(options);
  if (steps.length === 0 && dateOf === undefined) return undefined;
  return async (message, context) => {
    const original = { ...message, ...context };
    let changed: Changed = { bytes: message.bytes };
    for (const step of steps) {
      if (!("bytes" in changed)) return changed;
      changed = await step(changed.bytes, original);
    }
    return "bytes" in changed
      ? { ...message, bytes: changed.bytes, date: dateOf === undefined ? message.date : dateOf(message.bytes) }
      : changed;
  };
}

/** The date of the copy, given the original; undefined: that of the original. */
function dateRule(options: TransformOptions): ((bytes: Buffer) => InternalDate | undefined) | undefined {
  if (options.idatefromheader) return dateOfHeader;
  return options.syncinternaldates ? undefined : () => undefined;
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
function orFailed(option: string, step: () => Changed): Changed {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return failed(`${option}: the message is too long for the expression`);
  }
}

function piping(option: string, command: string): Step {
  return async (input, { signal }) => {
    try {
      return { bytes: await filter({ option, command, input, signal }) };
    } catch (error) {
      if (!(error instanceof FilterFailed)) throw error;
      return failed(error.message);
    }
  };
}

function failed(text: string): Changed {
  return { failed: { kind: "unclassified", text } };
}

function addingHeader(options: IdentityOptions): Step {
  const rules = identityRules(options);
  return (bytes, { uid, place, bytes: original }) => {
    const isNeeded = lacksWantedFields(original.subarray(0, endOfHeader(original)), rules);
    return { bytes: isNeeded ? withLineInFront(bytes, addedHeader(uid, place)) : bytes };
  };
}

function truncating(octets: number): Step {
  return changing((bytes) => bytes.subarray(0, octets));
}

/** In less there is hardly a word. */
const narrowest = 78;

function wrapping(most: number): Step {
  if (most < narrowest) throw new InterimapError("USAGE", `--wraplines needs at least ${narrowest} octets`);
  return changing((bytes) => wrapLines(bytes, most));
}

function limitingLines(most: number, command: string | undefined): Step {
  const shorten = command === undefined ? undefined : piping("--maxlinelengthcmd", command);
  return (bytes, original) => {
    const length = longestLine(bytes);
    if (length <= most) return { bytes };
    if (shorten !== undefined) return shorten(bytes, original);
    return { skipped: "long-lines", detail: `${length} octets` };
  };
}

function wantingLines(least: number): Step {
  return (bytes) => {
    const length = longestLine(bytes);
    return length >= least ? { bytes } : { skipped: "short-lines", detail: `${length} octets` };
  };
}
