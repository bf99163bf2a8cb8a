// One of the two accounts: what lines say of it, and how sessions are made.

import type { PoolOptions } from "../../mail/pool/session-pool.ts";
import type { Host } from "../options/host.ts";

export interface Account {
  readonly host: Host;
  /** For lines. */
  readonly name: `Host${Host}`;
  /** `imap.example.org` */
  readonly hostName: string;
  readonly port: number;
  /** Whose mail it is. */
  readonly user: string;
  /** TLS from the beginning, after STARTTLS, or none. */
  readonly secure: "ssl" | "tls" | "none";
  /** The main connector's first session is there already. */
  readonly pool: PoolOptions;
}
