// What a page about a job can do where there is a script.

import type { HostNumber } from "../../../job/job-spec.ts";
import { utc } from "../words/figures.ts";

/** `written`: the page is as the server wrote it, and gets no news. */
export type Connection = "written" | "live" | "lost";

export interface JobActions {
  /** Undefined: the form is sent by the browser. */
  readonly abort: (() => void) | undefined;
  /** Gets the form's fields. */
  readonly resume: ((fields: FormLike) => void) | undefined;
  /** Goes to the form without leaving the page, so that these passwords are still there. Undefined: it is a link. */
  readonly toForm: (() => void) | undefined;
  /** Whose passwords need not be entered again: they are in this tab's memory, and were not refused. */
  readonly held: readonly HostNumber[];
  /** Why the last of these did not work. */
  readonly problem: string | undefined;
  readonly isBusy: boolean;
  /** Writes a time (ISO 8601). */
  readonly time: (time: string) => string;
}

/** An HTMLFormElement, to those who know the browser. */
export type FormLike = object;

export const noActions: JobActions = {
  abort: undefined,
  resume: undefined,
  toForm: undefined,
  held: [],
  problem: undefined,
  isBusy: false,
  time: utc,
};
