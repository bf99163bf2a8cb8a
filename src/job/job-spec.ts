// What is to be done for an account, as a value that can be sent to a process of its own, and within which limits.

import type { HeldUntil } from "./lease-clock.ts";

/** Of the two hosts, as imapsync numbers them. */
export type HostNumber = 1 | 2;

export type JobSpec = CopySpec | SyncSpec;

interface AnySpec {
  readonly secrets: JobSecrets;
  readonly limits: JobLimits;
  readonly targets: TargetRules;
  /** Of who works on behalf of a lease; it is renewed at the standard input. Undefined: there is none. */
  readonly heldUntil?: HeldUntil | undefined;
}

/** One copy of an account, in one direction. */
export interface CopySpec extends AnySpec {
  readonly engine: "copy";
  /** Options of imapsync, each as `--name` or `--name=value`, without secrets. */
  readonly options: readonly string[];
  /** Folders are also compared in detail; see the engine. */
  readonly verification?: "identities" | "texts" | undefined;
}

/** One synchronisation of two accounts, in both directions. */
export interface SyncSpec extends AnySpec {
  readonly engine: "sync";
  /** Of interimap(1), each as `name=value`, without secrets; with a number behind the name, it is for that host alone. */
  readonly settings: readonly string[];
  /** The absolute path of its database. */
  readonly database: string;
  /** The database may be a former version: runs that it knows nothing of may have changed the mail since. */
  readonly mayBeOlder: boolean;
  /** Whatever max-delete says. */
  readonly allowsMassDelete: boolean;
}

/** They are in the memory of the process that does the job, and nowhere else. */
export interface JobSecrets {
  readonly password1: string;
  readonly password2: string;
}

export interface JobLimits {
  /** Of messages copied; then the job ends. Undefined: no limit. A synchronisation has none. */
  readonly octets: number | undefined;
  /** Then the job ends. Undefined: no limit. */
  readonly seconds: number | undefined;
}

/** Which servers may be connected to. They hold for the addresses that are really connected to, whatever names say. */
export interface TargetRules {
  /** Loopback, private networks, the local link, and whatever else is not of the public Internet. */
  readonly allowsPrivate: boolean;
  /** Undefined: any port. */
  readonly ports: readonly number[] | undefined;
}
