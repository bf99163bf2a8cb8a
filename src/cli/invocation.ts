// The command line as values.

import type { ImportKind } from "../commands/import/import-kinds.ts";
import type { PerSide, Side } from "../model/side.ts";
import type { Target } from "../model/target.ts";
import type { CompletionQuestion, Shell } from "../util/shell/completion.ts";

export interface Common {
  readonly config: string | undefined;
  readonly quiet: boolean;
  /** How often --debug was given, at most 2. */
  readonly debug: 0 | 1 | 2;
}

interface Work extends Common {
  /** The database's accounts are those of the configuration, under other names. */
  readonly areSameAccounts: boolean;
  /** Say what would be done, and change nothing. */
  readonly isDryRun: boolean;
  /** Events for programs, on the standard output. */
  readonly json: boolean;
}

/** All mailboxes are as given: in IMAP's notation, or as lines show them. */
interface Scope extends Work {
  /** With wildcards. Empty: what the configuration says. */
  readonly mailboxes: readonly string[];
  readonly allowsMassDelete: boolean;
}

interface SyncInvocation extends Scope {
  readonly command: "sync" | "repair";
}

interface WatchInvocation extends Scope {
  readonly command: "watch";
  /** Let servers report changes. */
  readonly notify: boolean;
  /** Between two looks, or of silence; undefined: the default. */
  readonly seconds: number | undefined;
}

export interface DeleteInvocation extends Work {
  readonly command: "delete";
  readonly mailboxes: readonly string[];
  readonly targets: readonly Target[];
}

export interface RenameInvocation extends Work {
  readonly command: "rename";
  readonly source: string;
  readonly destination: string;
  readonly targets: readonly Target[];
}

export interface StatusInvocation extends Common {
  readonly command: "status";
  /** For programs rather than people. */
  readonly json: boolean;
}

export interface HealthInvocation extends Common {
  readonly command: "health";
}

export interface LoginInvocation extends Common {
  readonly command: "login";
  /** Undefined: the only one that logs in with OAuth 2. */
  readonly side: Side | undefined;
}

export interface CheckInvocation extends Common {
  readonly command: "check";
  /** Undefined: all there is. */
  readonly side: Side | undefined;
  /** For programs rather than people. */
  readonly json: boolean;
}

export interface InitInvocation extends Common {
  readonly command: "init";
  /** By name, in the order in which they were given. */
  readonly settings: PerSide<ReadonlyMap<string, string>>;
}

export interface ImportInvocation extends Common {
  readonly command: "import";
  readonly kind: ImportKind;
  /** As given, relative to the working directory; undefined: where that program looks for it. */
  readonly file: string | undefined;
  readonly toStdout: boolean;
}

/** For each configuration of a directory. */
export interface AllInvocation extends Pick<Common, "quiet" | "debug"> {
  readonly command: "all";
  /** As given; undefined: that of the usual configuration. */
  readonly directory: string | undefined;
  /** How many may be at work at the same time. */
  readonly atOnce: number;
  readonly each: SyncInvocation | StatusInvocation | CheckInvocation;
}

/** A shell that has the script of --completion asks what could stand in the place of the last word. */
export interface CandidatesInvocation extends CompletionQuestion {
  readonly command: "candidates";
}

/** Commands that need the configuration and the servers. */
export type WorkInvocation = SyncInvocation | WatchInvocation | DeleteInvocation | RenameInvocation;

/** Commands that need neither. */
export type TextInvocation =
  /** `isWhole`: with all options. */
  | { readonly command: "help"; readonly isWhole: boolean }
  | { readonly command: "version" }
  | { readonly command: "completion"; readonly shell: Shell }
  | CandidatesInvocation;

export type Invocation =
  | TextInvocation
  | StatusInvocation
  | HealthInvocation
  | LoginInvocation
  | CheckInvocation
  | InitInvocation
  | ImportInvocation
  | AllInvocation
  | WorkInvocation;
