// What the page and the server say to each other. All of it is JSON; times are ISO 8601.

import type { FolderProgress, JobProgress, JobResult, LeftMessage, RefusedCertificate } from "../job/job-message.ts";

/** The fields of the form, by their names in it. Those of the original's page have its names. */
export interface JobForm {
  readonly host1: string;
  readonly user1: string;
  readonly password1: string;
  readonly host2: string;
  readonly user2: string;
  readonly password2: string;
  /** `on`, or absent. */
  readonly dry?: string;
  readonly justlogin?: string;
  readonly justfoldersizes?: string;
  readonly justfolders?: string;
  /** Move: what was copied is deleted on host1. */
  readonly delete1?: string;
  /** Strict: messages that host1 lacks are deleted on host2. */
  readonly delete2?: string;
  /** Must come with {@link delete2} where a person fills the form in. */
  readonly confirm2?: string;
  readonly subfolder1?: string;
  readonly subfolder2?: string;
  /** Lines `folder1=folder2`. */
  readonly f1f2?: string;
  /** Keys that are trusted for this job, as {@link RefusedCertificate} has them. */
  readonly fingerprint1?: string;
  readonly fingerprint2?: string;
}

/** POST /jobs, answered with 201, or 200 where a job of the same six values was running already. */
export interface JobStarted {
  readonly id: string;
  readonly attached: boolean;
}

/** POST /jobs/ID/resume, of a job that has ended: it goes on where it was. Answered like POST /jobs. */
export interface ResumeForm {
  readonly password1: string;
  readonly password2: string;
  readonly fingerprint1?: string;
  readonly fingerprint2?: string;
}

export type JobState = "queued" | "running" | "done" | "failed" | "aborted" | "interrupted";

/** GET /jobs/ID/state, and the SSE event `state`. */
export interface JobStatus {
  readonly id: string;
  readonly state: JobState;
  /** Whoever knows the values; no passwords. */
  readonly host1: string;
  readonly user1: string;
  readonly host2: string;
  readonly user2: string;
  readonly createdAt: string;
  readonly startedAt: string | undefined;
  readonly endedAt: string | undefined;
  /** In the queue, from 1. */
  readonly position: number | undefined;
  readonly result: JobResult | undefined;
  /** It was asked to end, and does so after the message in hand. */
  readonly isStopping: boolean;
  /** The server could not write all of its log. */
  readonly hasLogGap: boolean;
}

/**
 * GET /jobs/ID/events: SSE. With `Last-Event-ID` what came after it is sent, without one all. A page was written with what there
 * was, and asks for what came after it: `?after=ID`, which counts where there is no `Last-Event-ID`. `lines`, `left`, `certificate` and
 * `state` are kept and have an id, which counts up; of `progress` and `folder` the latest is told to who comes. `lines` are
 * gathered; their numbers count from 1, and go on when a job is resumed. After the `state` of the end the stream ends, and the
 * next request with that id gets 204, which ends an EventSource.
 */
export interface JobEvents {
  readonly state: JobStatus;
  readonly lines: { readonly first: number; readonly lines: readonly string[] };
  readonly progress: JobProgress;
  readonly folder: FolderProgress;
  readonly left: LeftMessage;
  readonly certificate: RefusedCertificate;
}

/** GET /jobs/ID/lines?from=1&count=500: a part of the log, of 2000 lines at most, so that a page need not hold all of it. */
export interface LogLines {
  readonly first: number;
  readonly lines: readonly string[];
  /** As long as the log is by now. */
  readonly total: number;
}

/** GET /servers?login=alice@example.org: what the server of a mail domain might be, the best first. */
export interface ServerSuggestions {
  readonly servers: readonly { readonly host: string; readonly why: string }[];
  /** What people have to know of this provider, in a sentence or two: for instance that it wants an app password. */
  readonly note: string | undefined;
}

/** POST /preview with the form: which folder would go to which; nothing is created or copied. 200. */
export interface FolderPreview {
  readonly folders: readonly { readonly folder1: string; readonly folder2: string; readonly isNew: boolean }[];
}

/** Of every answer with a status of 400 or more. */
export interface ApiError {
  readonly error: string;
  /** The field of the form it is about. */
  readonly field?: string;
  /** Of POST /preview: those that were not trusted. */
  readonly certificates?: readonly RefusedCertificate[];
}
