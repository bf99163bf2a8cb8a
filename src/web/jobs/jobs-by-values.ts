// Jobs that are queued or running, by the six values with which somebody gets to them.

import { Identities } from "./identity.ts";
import type { Job } from "./job.ts";
import { type ReadForm, textOf } from "./read-form.ts";

export class JobsByValues {
  readonly #identities = new Identities();
  readonly #jobs = new Map<string, Job>();

  identityOf({ form: { fields }, secrets }: Pick<ReadForm, "form" | "secrets">): string {
    const [host1, user1, host2, user2] = ["host1", "user1", "host2", "user2"].map((name) => textOf(fields, name));
    return this.#identities.of({ host1: host1!, user1: user1!, host2: host2!, user2: user2!, ...secrets });
  }

  get(identity: string): Job | undefined {
    return this.#jobs.get(identity);
  }

  set(identity: string, job: Job): void {
    this.#jobs.set(identity, job);
  }

  delete(identity: string): void {
    this.#jobs.delete(identity);
  }
}
