// What a job says of itself, in the order in which it happens; each is one JSON object a line.

import type { HostNumber } from "./job-spec.ts";

export type JobMessage =
  /** A line as imapsync writes it, without its line break. */
  | { readonly type: "line"; readonly text: string }
  | ({ readonly type: "progress" } & JobProgress)
  /** What is known of a folder by now; it replaces what was said of this pair before. */
  | ({ readonly type: "folder" } & FolderProgress)
  /** A message that is not on host2, and why. */
  | ({ readonly type: "left" } & LeftMessage)
  /** Of a job that verifies: what of a folder is the same on both hosts. */
  | ({ readonly type: "verified" } & FolderComparison)
  /** A certificate that is not trusted; the job then ends. */
  | ({ readonly type: "certificate" } & RefusedCertificate)
  /** The last one of a job that ended by itself. */
  | ({ readonly type: "ended" } & JobResult);

/** Told a few times a second at most. */
export interface JobProgress {
  readonly phase: "connecting" | "listing" | "sizing" | "copying" | "finishing";
  readonly messagesDone: number;
  /** Undefined: not known yet. */
  readonly messagesTotal: number | undefined;
  readonly octetsDone: number;
  readonly octetsTotal: number | undefined;
  /** Octets copied a second. */
  readonly rate: number;
  readonly secondsLeft: number | undefined;
  readonly errors: number;
}

/**
 * Names are as people read them. When it is done, messages = copied + toCopy + present + duplicates + filtered + failed: all that
 * are in the folder of host1.
 */
export interface FolderProgress {
  readonly folder1: string;
  readonly folder2: string;
  readonly state: "waiting" | "copying" | "done" | "failed";
  /** As far as is known, folder2 is not on host2 yet, or was made by this job. */
  readonly isNew: boolean;
  readonly messages: number | undefined;
  readonly octets: number | undefined;
  readonly copied: number;
  /** What a dry run would copy; else 0. */
  readonly toCopy: number;
  readonly present: number;
  readonly duplicates: number;
  readonly filtered: number;
  readonly failed: number;
}

/** Names are as people read them. */
export interface FolderComparison {
  readonly folder1: string;
  readonly folder2: string;
  readonly messages1: number;
  readonly messages2: number;
  readonly onlyOn2: number;
  /** Of those that are on both hosts: sizes that the servers tell differ. */
  readonly resized: number;
  /** Whose texts were compared. */
  readonly compared: number;
  /** Of these; each is told as a message that is left, too. */
  readonly differing: number;
}

export interface LeftMessage {
  readonly folder1: string;
  readonly folder2: string;
  readonly uid1: number;
  /** Undefined: not known for this one alone. */
  readonly octets: number | undefined;
  /** In words. */
  readonly reason: string;
  readonly isError: boolean;
}

export interface RefusedCertificate {
  readonly host: HostNumber;
  /** Why it is not trusted, in words. */
  readonly reason: string;
  readonly subject: string;
  readonly issuer: string;
  /** ISO 8601. */
  readonly validFrom: string;
  readonly validTo: string;
  /** As `--sslargs SSL_fingerprint=` takes it: with it, this key is trusted whatever the certificate says. */
  readonly fingerprint: string;
}

/** Why a mailbox could not be opened, so that nothing was begun. */
export interface HostFailure {
  readonly host: HostNumber;
  /** As imapsync calls what such a failure ends with. */
  readonly exitName: string;
  /** For people. */
  readonly sentence: string;
}

export interface JobResult {
  readonly exitCode: number;
  /** Of a copy, as imapsync calls it, for instance EX_OK; of a synchronisation, see `PairExit`. */
  readonly exitName: string;
  /** The final sentence, for people. */
  readonly sentence: string;
  /** Of a copy that came to nothing: of one host or of both. */
  readonly failures?: readonly HostFailure[];
  /** Of a synchronisation, in both directions. Undefined: it did not come to copying. */
  readonly copied?: { readonly messages: number; readonly octets: number };
  /** A server named the time for which it wants to be left alone. */
  readonly wait?: { readonly host: HostNumber; readonly ms: number };
  /** Of a synchronisation that came to its database: whether that is whole, and one file, at the end. */
  readonly hasSoundState?: boolean;
}
