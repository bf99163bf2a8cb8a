// What a user can do about an error, as data: errors are made where nobody knows how the program was called, or which shell
// will read what it suggests. report/remedy-line.ts makes text of it.

import type { Side } from "./side.ts";
import type { Target } from "./target.ts";

/** A command of ours that settles something. */
export type Remedy =
  MailboxRemedy | DeletionRemedy | LoginRemedy | { readonly command: "sync" | "repair" | "status" | "same-accounts" };

interface MailboxRemedy {
  readonly command: "delete" | "rename";
  /** As the program holds them. */
  readonly names: readonly string[];
  /** Undefined: all. */
  readonly targets?: readonly Target[] | undefined;
  /** The local server's, which the command line expects. */
  readonly delimiter: string | null;
}

interface LoginRemedy {
  readonly command: "login";
  readonly side: Side;
}

interface DeletionRemedy {
  readonly command: "allow-mass-delete";
  /** As the program holds it; undefined: all that the configuration says. */
  readonly mailbox?: string | undefined;
}

/** A sentence without the final full stop, in one piece or as words and commands one after the other. */
export type Hint = string | readonly (string | Remedy)[];
