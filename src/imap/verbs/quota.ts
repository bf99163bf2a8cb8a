// GETQUOTAROOT (RFC 9208): how much room an account has.

import { line, mailbox } from "../codec/write-command.ts";
import { CommandRefused } from "../command-refused.ts";
import type { Channel } from "../mailbox/channel.ts";

/** Both in octets. */
export interface StorageQuota {
  readonly current: number;
  readonly limit: number;
}

/** Of those that limit the mailbox, the one that is nearest to its limit; undefined where none can be read. */
export async function storageQuota(session: Channel, name: string): Promise<StorageQuota | undefined> {
  if (!session.capabilities.has("QUOTA")) return undefined;
  const quotas: StorageQuota[] = [];
  try {
    await session.run({
      name: "GETQUOTAROOT",
      overlap: "any",
      parts: line`GETQUOTAROOT ${mailbox(name)}`,
      claim: (response) => {
        if (response.kind !== "other" || !/^QUOTA(?:ROOT)?$/.test(response.name)) return false;
        const quota = parseQuota(response.line);
        if (quota !== undefined) quotas.push(quota);
        return true;
      },
    });
  } catch (error) {
    if (!(error instanceof CommandRefused)) throw error;
  }
  return quotas.toSorted((a, b) => share(b) - share(a))[0];
}

/** `* QUOTA "root" (STORAGE 1 104857600)`: numbers are of 1024 octets. */
export function parseQuota(text: string): StorageQuota | undefined {
  const [, current, limit] = /^\* QUOTA .*\((?:[^()]* )?STORAGE (\d{1,15}) (\d{1,15})[ )]/i.exec(text) ?? [];
  if (current === undefined || limit === undefined) return undefined;
  return { current: Number(current) * 1024, limit: Number(limit) * 1024 };
}

/** How full it is: 1 is full. */
export function share({ current, limit }: StorageQuota): number {
  return limit === 0 ? 1 : current / limit;
}
