// What the page says of the operator's limits.

import type { WebConfig } from "../configuration/web-config.ts";
import type { ShownLimits } from "../page/props.ts";

export function shownLimits({ limits, keptDays, endsWithTab }: WebConfig): ShownLimits {
  return { octets: limits.octets, seconds: limits.seconds, keptDays, endsWithTab };
}
