// What a domain says in DNS of its IMAP servers (RFC 6186). Pure.

import type { MailServer } from "./provider.ts";

export interface SrvRecord {
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

/**
 * The best first: the lowest priority; of equal ones the highest weight, because one answer has to be the same each time, and which
 * of several servers is asked more often is not for us to balance. `imaps` before `imap`, which is STARTTLS (RFC 8314).
 */
export function serversOfRecords(imaps: readonly SrvRecord[], imap: readonly SrvRecord[]): readonly MailServer[] {
  return [...ordered(imaps, "tls"), ...ordered(imap, "starttls")];
}

function ordered(records: readonly SrvRecord[], security: MailServer["security"]): MailServer[] {
  return records
    .map(({ name, ...rest }) => ({ ...rest, host: name.toLowerCase().replace(/\.$/, "") }))
    .filter(({ host, port }) => isHostName(host) && port > 0 && port <= 65_535)
    .sort(byPreference)
    .map(({ host, port }) => ({ host, port, security }));
}

function byPreference(a: Ranked, b: Ranked): number {
  if (a.priority !== b.priority) return a.priority - b.priority;
  if (a.weight !== b.weight) return b.weight - a.weight;
  return a.host < b.host ? -1 : 1;
}

type Ranked = Pick<SrvRecord, "priority" | "weight"> & Pick<MailServer, "host">;

/** Not so is ".", which says that there is no such service. */
function isHostName(host: string): boolean {
  return /^(?:[a-z0-9_-]{1,63}\.)+[a-z0-9-]{2,63}$/.test(host) && host.length <= 253;
}
