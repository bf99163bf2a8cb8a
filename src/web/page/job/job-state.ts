// What is known of a job, and how each event changes it. Pure: the log itself is elsewhere.

import type { FolderProgress, JobProgress, LeftMessage, RefusedCertificate } from "../../../job/job-message.ts";
import type { JobEvents, JobStatus } from "../../api.ts";
import type { JobPageProps } from "../props.ts";

export interface JobState {
  readonly status: JobStatus;
  readonly progress: JobProgress | undefined;
  /** By {@link folderKey}, in the order in which they were first mentioned. */
  readonly folders: ReadonlyMap<string, FolderProgress>;
  /** The first of them. */
  readonly left: readonly LeftMessage[];
  readonly leftCount: number;
  readonly certificates: readonly RefusedCertificate[];
  /** Names of those of the form that are on. */
  readonly options: readonly string[];
  /** Of the events that have an id, the last one that is in these values. */
  readonly lastEventId: number;
}

/** All that a page lists; the files have all. */
export const maxLeft = 200;

export type JobEvent = {
  [Name in keyof JobEvents]: {
    readonly name: Name;
    /** Undefined for those that only tell the latest. */
    readonly id: number | undefined;
    readonly data: JobEvents[Name];
  };
}[keyof JobEvents];

export function jobState(props: JobPageProps): JobState {
  return {
    status: props.status,
    progress: props.progress,
    folders: new Map(props.folders.map((folder) => [folderKey(folder), folder])),
    left: props.left.slice(0, maxLeft),
    leftCount: props.leftCount,
    certificates: props.certificates,
    options: props.options,
    lastEventId: props.lastEventId,
  };
}

const nothingYet = {
  progress: undefined,
  folders: new Map<string, FolderProgress>(),
  left: [],
  leftCount: 0,
  certificates: [],
};

/** What was in it already, as after a reconnection, changes nothing. */
export function isNew(state: JobState, { id }: JobEvent): boolean {
  return id === undefined || id > state.lastEventId;
}

/** `event` must be new. */
export function afterEvent(state: JobState, event: JobEvent): JobState {
  const next = event.id === undefined ? state : { ...state, lastEventId: event.id };
  switch (event.name) {
    case "state": {
      const now = { ...next, status: event.data };
      // Another run, which somebody else has started. What is about the run before goes.
      return hasEnded(state) && !hasEnded(now) ? { ...now, ...nothingYet } : now;
    }
    case "progress":
      return { ...next, progress: event.data };
    case "folder":
      return { ...next, folders: new Map(state.folders).set(folderKey(event.data), event.data) };
    case "left":
      return {
        ...next,
        left: state.left.length < maxLeft ? [...state.left, event.data] : state.left,
        leftCount: state.leftCount + 1,
      };
    case "certificate":
      return { ...next, certificates: [...others(state.certificates, event.data), event.data] };
    case "lines":
      return next;
  }
}

export function folderKey({ folder1, folder2 }: Pick<FolderProgress, "folder1" | "folder2">): string {
  return `${folder1}\0${folder2}`;
}

export function hasEnded({ status }: JobState): boolean {
  return status.state !== "queued" && status.state !== "running";
}

function others(certificates: readonly RefusedCertificate[], { host }: RefusedCertificate): RefusedCertificate[] {
  return certificates.filter((one) => one.host !== host);
}
