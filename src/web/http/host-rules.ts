// Which mail servers a form may name.

import type { WebConfig } from "../configuration/web-config.ts";
import type { HostRules } from "../jobs/host-rules.ts";

export function hostRules({ allowedHosts, deniedHosts, targets }: WebConfig): HostRules {
  return { allowedHosts, deniedHosts, ports: targets.ports };
}
