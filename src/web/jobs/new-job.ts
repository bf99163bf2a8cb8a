// A job that somebody wants, and what they get.

import type { Job } from "./job.ts";
import type { ReadForm } from "./read-form.ts";

export interface NewJob extends ReadForm {
  /** Of the browser, as limits count it. */
  readonly address: string;
}

export interface Started {
  readonly job: Job;
  /** For the browser. */
  readonly secret: string;
  /** It was there already. */
  readonly attached: boolean;
}
