// How much room host2 has.

import { share, type StorageQuota } from "../../imap/verbs/quota.ts";
import { decimalBytes } from "./display.ts";

export interface QuotaNotice {
  readonly text: string;
  readonly isWarning: boolean;
}

/** A warning when there is little room: what does not fit is an error when it does not fit. */
export function quotaNotice(quota: StorageQuota): QuotaNotice {
  const { current, limit } = quota;
  const percent = share(quota) * 100;
  const isWarning = percent > nearlyFull;
  const room = isWarning ? `, ${decimalBytes(Math.max(limit - current, 0))} are left` : "";
  return {
    text: `Quota current storage is ${current} bytes. Limit is ${limit} bytes. So ${percent.toFixed(2)} % full${room}`,
    isWarning,
  };
}

const nearlyFull = 90;
