// Why no job is begun. It says nothing of other people's jobs.

export type RefusalReason =
  "stopping" | "queue full" | "jobs of address" | "starts of address" | "failed logins" | "unwritable";

const words: Readonly<Record<RefusalReason, string>> = {
  stopping: "The server is being stopped: try again in a minute.",
  "queue full": "Too many migrations are waiting already: try again later.",
  "jobs of address": "Too many migrations of yours are running or waiting: try again when one has ended.",
  "starts of address": "Too many migrations were started from your address: try again in an hour.",
  "failed logins": "Too many logins from your address failed: try again in an hour.",
  unwritable: "This server cannot write any logs at the moment, and begins no migrations without: try again later.",
};

export class JobRefused extends Error {
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason) {
    super(words[reason]);
    this.name = "JobRefused";
    this.reason = reason;
  }

  /** When to try again, in seconds. */
  get retryAfter(): number {
    return this.statusCode === 503 ? 60 : 3600;
  }

  /** Of HTTP. */
  get statusCode(): 429 | 503 {
    return ["stopping", "queue full", "unwritable"].includes(this.reason) ? 503 : 429;
  }
}
