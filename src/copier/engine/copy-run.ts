// What all steps of one run share.

import type { Session } from "../../imap/session/session.ts";
import type { SessionPair } from "../../mail/pool/pair.ts";
import type { ByteBudget } from "../../mail/transfer/byte-budget.ts";
import type { Shortage } from "../../mail/transfer/reluctance.ts";
import type { Throttle } from "../../mail/transfer/throttle.ts";
import type { FlagSet, PermanentFlags } from "../../model/flags.ts";
import type { PerSide, Side } from "../../model/side.ts";
import type { Emit } from "../events.ts";
import type { CopyMemory } from "../memory/memory.ts";
import type { HeaderIdentity, SignedMessage } from "../messages/header-identity.ts";
import type { SizeLimits } from "../messages/select-messages.ts";
import type { PrepareMessage } from "../messages/transform.ts";
import type { Options } from "../options/options.ts";
import type { FolderTurns } from "../process/folder-turns.ts";
import type { CountedError } from "../report/errors.ts";
import type { CrossDuplicates } from "./cross-duplicates.ts";
import type { Merge } from "./merge.ts";
import type { ReadAhead } from "./read-ahead.ts";
import type { Selection } from "./selection.ts";

export interface CopyRun {
  readonly options: Options;
  readonly emit: Emit;
  readonly connections: SessionPair;
  /** The main sessions that were used last. */
  readonly sessions: Partial<Record<Side, Session>>;
  readonly rules: Rules;
  /** Of the octets that were fetched and not yet appended. */
  readonly budget: ByteBudget;
  readonly shortage: Shortage;
  /** Nothing new is begun then. */
  readonly stop: AbortSignal;
  /** Somebody wants the run to end soon: nothing more is found out, either. */
  readonly interrupted: AbortSignal;
  /** Has the run stop after the work in hand, because of this. */
  readonly end: (why: CountedError) => void;
  /** Waits until one more message may be sent. */
  readonly throttle: Pick<Throttle, "pass"> | undefined;
  /** Waits for a reader of the output that is slower than the copies are. */
  readonly hasRoom: () => Promise<void>;
  /** Folders are also compared in detail: by what identifies messages, or by their texts, too. Undefined: they are not. */
  readonly verification: "identities" | "texts" | undefined;
  /** How large messages are that are copied. */
  readonly sizes: SizeLimits;
  /** `--skipcrossduplicates`: what other folders of host2 have. */
  readonly crossDuplicates: CrossDuplicates | undefined;
  /** Folders of host2 that several of host1 are copied to. */
  readonly merges: Map<string, Merge>;
  /** `--state`, `--usecache`, `--useuid`: what former runs have copied. */
  readonly memory: CopyMemory | undefined;
  /** Keeps other runs from copying to the same folder at the same time. */
  readonly turns: FolderTurns;
  /** What was read when sizes were wanted. */
  readonly readAhead: ReadAhead;
  /** Folders at which connections were lost again and again, one after the other. */
  readonly deadly: { inARow: number };
  /** Octets that were copied in this run. */
  readonly copied: { octets: number };
}

/** What tells messages of a host from others. */
export interface Identity extends HeaderIdentity {
  /** Whether a header in which nothing was found is asked for as a whole. */
  readonly asksAgain: boolean;
}

export interface FolderRules {
  /** `--include`; undefined: none is given. */
  readonly include: ((folder: string) => boolean) | undefined;
  readonly exclude: ((folder: string) => boolean) | undefined;
  /** `--delete2foldersonly` */
  readonly delete2Only: ((folder2: string) => boolean) | undefined;
  /** `--delete2foldersbutnot` */
  readonly delete2ButNot: ((folder2: string) => boolean) | undefined;
  /** `--regextrans2` */
  readonly substitute: (name: string) => string;
}

export interface Rules {
  readonly folders: FolderRules;
  readonly identity: PerSide<Identity>;
  /** The same with `--addheader` or without: on host1 the line is not thought of, on host2 it is known. */
  readonly anyIdentity: PerSide<Identity>;
  /** What tells the copy of a message without the wanted fields, if a run with `--addheader` made one. */
  readonly addedSignature: (message: SignedMessage) => string | undefined;
  /** By all fields there are. */
  readonly wholeHeader: Identity;
  /** The flags that a message gets on host2. */
  readonly flagsOn2: (flags: FlagSet, permanent: PermanentFlags) => FlagSet;
  /** Undefined: messages stay as they are. */
  readonly prepare: PrepareMessage | undefined;
  readonly selection: Selection;
  /** Of all that decides what is done to a folder. */
  readonly digest: string;
  /** Of all that decides what messages are told from others by. */
  readonly identityDigest: string;
}
