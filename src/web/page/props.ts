// What the server hands to the pages it writes. All texts are as servers and people gave them: who renders them escapes them.

import type { FleetStatus } from "../../fleet/report/gather-status.ts";
import type { FolderProgress, JobProgress, LeftMessage, RefusedCertificate } from "../../job/job-message.ts";
import type { ApiError, FolderPreview, JobForm, JobStatus, LogLines } from "../api.ts";

/** A file of the page: served under its path, which names its version, for ever. */
export interface Asset {
  /** For instance `/assets/page-3f9a2c.css`. */
  readonly path: string;
  readonly contentType: string;
  readonly body: string | Uint8Array;
}

/** What the operator allows, so that the page can say so. */
export interface ShownLimits {
  /** Of messages a job; undefined: any number. */
  readonly octets: number | undefined;
  /** Of a job; undefined: any time. */
  readonly seconds: number | undefined;
  /** How long a job can be looked at after its end. */
  readonly keptDays: number;
  /** A job ends when nobody watches it any more. */
  readonly endsWithTab: boolean;
}

/** GET /, and POST /jobs or /preview where something is wrong with the form. */
export interface FormPageProps {
  /** What was entered; passwords are never sent back. */
  readonly values: Partial<Omit<JobForm, "password1" | "password2">>;
  readonly error: ApiError | undefined;
  /** Answers POST /preview of who has no script. */
  readonly preview: FolderPreview | undefined;
  readonly limits: ShownLimits;
}

/**
 * GET /jobs/ID/: how things stand; the script goes on from there with `events?after=`{@link lastEventId}. What a form on it may do:
 * POST abort, POST delete (when it has ended), POST resume (when it has ended) with password1, password2 and, where a
 * certificate was refused, fingerprint1 or fingerprint2.
 */
export interface JobPageProps {
  readonly status: JobStatus;
  readonly progress: JobProgress | undefined;
  readonly folders: readonly FolderProgress[];
  /** The first of them; all are in left.csv. */
  readonly left: readonly LeftMessage[];
  readonly leftCount: number;
  /** Refused in the last run. */
  readonly certificates: readonly RefusedCertificate[];
  /** The last lines of the log; all are in `log`, and in parts in `lines`. */
  readonly log: LogLines;
  /** Of the events, the last one that is in these values; 0: none. */
  readonly lastEventId: number;
  readonly limits: ShownLimits;
  /** Names of the options that are on, as the form has them: for instance dry. */
  readonly options: readonly string[];
  /** The values were those of a job that was running already. */
  readonly attached: boolean;
}

/** GET /operator. */
export interface OperatorPageProps {
  /** Undefined where nobody has logged in: the page is a form with the field `token`, POST /operator. */
  readonly overview: OperatorOverview | undefined;
  /** There is GET /operator/fleet. */
  readonly hasFleet: boolean;
  readonly error: string | undefined;
}

/**
 * GET /operator/fleet, with `q`, `status`, `group` and `after` in its query. Forms on it POST /operator/fleet/accounts with `do`
 * (retry, pause or resume) and `name`, or `status` for all of them, and /operator/fleet/groups with `do` (pause, resume or limit) and
 * `group`, `most`; each with `back`, this page's query.
 */
export interface FleetPageProps {
  /** Undefined: the database cannot be asked, and `error` says why. */
  readonly overview: FleetOverview | undefined;
  readonly filter: FleetFilter;
  readonly error: string | undefined;
}

export interface FleetFilter {
  /** Part of a name or user; empty: any. */
  readonly q: string;
  readonly status: string;
  readonly group: string;
  /** The last one of the page before; empty: this is the first page. */
  readonly after: string;
}

export interface FleetOverview {
  readonly status: FleetStatus;
  readonly reasons: readonly { readonly status: string; readonly reason: string; readonly accounts: number }[];
  readonly accounts: readonly FleetAccount[];
  /** There are further ones after the last of them. */
  readonly hasMore: boolean;
}

export interface FleetAccount {
  readonly name: string;
  readonly host1: string;
  readonly host2: string;
  readonly phase: string;
  readonly status: string;
  readonly reason: string | null;
  readonly messages: number | null;
  readonly copied: number;
  /** Undefined: nobody works on it. */
  readonly worker: string | null;
  readonly messagesDone: number | null;
  readonly messagesTotal: number | null;
  /** Octets a second. */
  readonly rate: number | null;
  /** Undefined: it is no pair that is kept in step. */
  readonly pair: FleetPair | null;
}

export interface FleetPair {
  readonly everySeconds: number;
  /** Since the begin of the last run that left it in step; undefined: there was none. */
  readonly lagSeconds: number | null;
  /** Since the end of the last run; undefined: there was none. */
  readonly lastSeconds: number | null;
  /** Until the next one; undefined: none is queued, or it is on. */
  readonly nextSeconds: number | null;
}

export interface OperatorOverview {
  readonly running: number;
  readonly queued: number;
  /** At once. */
  readonly maxRunning: number;
  readonly maxQueued: number;
  /** Since the start, by how they ended. */
  readonly ended: Readonly<Record<"done" | "failed" | "aborted" | "interrupted", number>>;
  /** Octets a second, of all jobs. */
  readonly rate: number;
  readonly octets: number;
  readonly messages: number;
  readonly errors: number;
  /** ISO 8601. */
  readonly startedAt: string;
  /** The newest first. */
  readonly jobs: readonly OperatorJob[];
}

/** A form may POST /operator/jobs/ID/abort. */
export interface OperatorJob {
  readonly status: JobStatus;
  readonly progress: JobProgress | undefined;
  /** Who started it. */
  readonly address: string;
  readonly watchers: number;
}

export interface ErrorPageProps {
  /** Of HTTP. */
  readonly statusCode: number;
  readonly error: string;
  /** As the answer's Retry-After says, in seconds. */
  readonly retryAfter: number | undefined;
}
