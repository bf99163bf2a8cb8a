// The six values are the key to a job: whoever knows them gets to it while it is queued or running.

import { createHmac, randomBytes } from "node:crypto";
import type { JobForm } from "../api.ts";

export type SixValues = Pick<JobForm, "host1" | "user1" | "password1" | "host2" | "user2" | "password2">;

/**
 * HMAC-SHA-256 (RFC 2104) over the values as UTF-8, each with its length in front, so that no two lists of values are alike.
 * The key is in the memory of this process only: on a disk it would let whoever reads it try passwords against what jobs left
 * there. After a restart nothing runs, so there is nothing to find.
 */
export class Identities {
  readonly #key = randomBytes(32);

  /** The case of a host's name does not matter. */
  of({ host1, user1, password1, host2, user2, password2 }: SixValues): string {
    const hmac = createHmac("sha256", this.#key);
    for (const value of [host1.toLowerCase(), user1, password1, host2.toLowerCase(), user2, password2]) {
      const octets = Buffer.from(value, "utf8");
      const length = Buffer.alloc(4);
      length.writeUInt32BE(octets.length);
      hmac.update(length).update(octets);
    }
    return hmac.digest("hex");
  }
}
