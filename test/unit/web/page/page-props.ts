// What a server might hand to the pages.

import type { FolderProgress, JobProgress } from "../../../../src/job/job-message.ts";
import type { JobStatus } from "../../../../src/web/api.ts";
import type { FormPageProps, JobPageProps, ShownLimits } from "../../../../src/web/page/props.ts";

export const limits: ShownLimits = { octets: undefined, seconds: undefined, keptDays: 14, endsWithTab: false };

export const status: JobStatus = {
  id: "job",
  state: "running",
  host1: "imap.old.example",
  user1: "alice@old.example",
  host2: "imap.new.example",
  user2: "alice@new.example",
  createdAt: "2026-11-30T10:00:00.000Z",
  startedAt: "2026-11-30T10:00:01.000Z",
  endedAt: undefined,
  position: undefined,
  ...{ isStopping: false, hasLogGap: false },
  result: undefined,
};

export const progress: JobProgress = {
  phase: "copying",
  messagesDone: 250,
  messagesTotal: 1000,
  octetsDone: 1_000_000,
  octetsTotal: 4_000_000,
  rate: 50_000,
  secondsLeft: 60,
  errors: 0,
};

export function folder(folder1: string, changes: Partial<FolderProgress> = {}): FolderProgress {
  return {
    folder1,
    folder2: folder1,
    state: "done",
    isNew: false,
    messages: 3,
    octets: 300,
    copied: 3,
    toCopy: 0,
    present: 0,
    duplicates: 0,
    filtered: 0,
    failed: 0,
    ...changes,
  };
}

export function formProps(changes: Partial<FormPageProps> = {}): FormPageProps {
  return { values: {}, error: undefined, preview: undefined, limits, ...changes };
}

export function jobProps(changes: Partial<JobPageProps> = {}): JobPageProps {
  return {
    status,
    progress,
    folders: [],
    left: [],
    leftCount: 0,
    certificates: [],
    log: { first: 1, lines: [], total: 0 },
    lastEventId: 0,
    limits,
    options: [],
    attached: false,
    ...changes,
  };
}
