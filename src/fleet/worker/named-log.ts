// The log of a worker, in which programs find what a line is about: worker, account, groups, job.

import type { Log, LogFields } from "../../log/log.ts";
import type { Taken } from "../queue/take.ts";

export type WorkerLog = Pick<Log, "info" | "warn" | "error">;

/** The same with `fields` in each line for programs. */
export function withFields(log: WorkerLog, fields: LogFields): WorkerLog {
  const with_ =
    (level: keyof WorkerLog): Log["info"] =>
    (text, context = {}) => {
      log[level](text, { ...context, fields: () => ({ ...fields, ...context.fields?.() }) });
    };
  return { info: with_("info"), warn: with_("warn"), error: with_("error") };
}

export function fieldsOf({ account, lease }: Taken): LogFields {
  const { name, phase, groupKey } = account;
  return { account: name, groups: groupKey, phase, job: lease.job.id, attempt: lease.job.attempt, lease: lease.number };
}
