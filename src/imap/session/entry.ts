// A command on its way: from the moment it is queued to its answer.

import type { Segment } from "../codec/write-command.ts";
import type { Command } from "../command.ts";
import type { Opening } from "../mailbox/selection.ts";
import type { TaggedResponse } from "../responses.ts";

export interface Entry {
  readonly command: Command;
  readonly resolve: (response: TaggedResponse) => void;
  readonly reject: (error: Error) => void;
  /** Segments still to be written; each but the last is followed by a `+` from the server. */
  segments: readonly Segment[];
  readonly tag: string;
  writtenAt?: number;
  leaves?: boolean;
  opening?: Opening;
  /** Octets of literals that came in answer to it. */
  brought?: number;
  /** Literals of it were written that the server did not ask for. */
  hasSentUnasked?: boolean;
  /** The server may be silent for as long as it likes: see {@link Command.answerChallenge}. Undefined before its `+`. */
  isHeld?: boolean;
}
