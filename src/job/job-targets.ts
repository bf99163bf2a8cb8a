// Which servers a job may connect to.

import { isPublicAddress } from "../imap/transport/public-address.ts";
import type { TargetFilter } from "../imap/transport/target-filter.ts";
import type { TargetRules } from "./job-spec.ts";

export function targetFilter({ allowsPrivate, ports }: TargetRules): TargetFilter {
  return {
    allowsAddress: (address) => allowsPrivate || isPublicAddress(address),
    allowsPort: (port) => ports?.includes(port) ?? true,
  };
}
