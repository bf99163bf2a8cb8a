// What a row of the table of accounts says of its two accounts.

import type { SecretReference } from "../secrets/reference.ts";

export interface HostColumns {
  readonly id: number;
  readonly host1: string;
  readonly port1: number | null;
  readonly user1: string;
  readonly secret1: SecretReference;
  readonly host2: string;
  readonly port2: number | null;
  readonly user2: string;
  readonly secret2: SecretReference;
}
