// What a page about a job can do where there is a script.

import { utc } from "../words/figures.ts";

/** `written`: the page is as the server wrote it, and gets no news. */
export type Connection = "written" | "live" | "lost";

export interface JobActions {
  /** Undefined: the form is sent by the browser. */
  readonly abort: (() => void) | undefined;
  /** Gets the form's fields. */
  readonly resume: ((fields: FormLike) => void) | undefined;
  /** The passwords of this job were entered in this tab, and are still in its memory. */
  readonly hasPasswords: boolean;
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
  hasPasswords: false,
  problem: undefined,
  isBusy: false,
  time: utc,
};
