// The form of a job once more, to change something of it.

import type { JobForm } from "../api.ts";
import type { Job } from "../jobs/job.ts";
import { optionsOn, textOf } from "../jobs/read-form.ts";

const texts = ["host1", "user1", "host2", "user2", "subfolder1", "subfolder2", "f1f2"] as const;
const trials = ["dry", "justlogin", "justfoldersizes", "justfolders"] as const;
const deleting = ["delete1", "delete2"] as const;

/** Keys that are trusted are those of its servers, and these may be what is changed. */
export function formAgain({ form, state }: Pick<Job, "form" | "state">): Partial<JobForm> {
  const on = optionsOn(form);
  // After a trial that went well, nobody wants the same one.
  const checks = [...(state === "done" ? [] : trials), ...deleting].filter((name) => on.includes(name));
  const entered = texts.map((name) => [name, textOf(form.fields, name)] as const).filter(([, text]) => text !== "");
  return Object.fromEntries([...entered, ...checks.map((name) => [name, "on"] as const)]);
}
