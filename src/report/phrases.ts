// Phrases that several lines for people have.

import { briefName } from "../model/mailbox-name.ts";
import { uidSetOf } from "../model/uid-set.ts";
import { formatUidSet } from "../model/uid-set-text.ts";
import { counted } from "../util/counted.ts";

export function quoted(mailbox: string): string {
  return `"${briefName(mailbox)}"`;
}

/** Behind what is said of a mailbox that was deleted. */
export function keptAs({ keptAs }: { readonly keptAs?: string | undefined }): string {
  return keptAs === undefined ? "" : `, which is kept as ${quoted(keptAs)}`;
}

/** A server can list as many as it likes. */
const fewNames = 10;

export function someNames(mailboxes: readonly string[]): string {
  const shown = mailboxes.slice(0, fewNames).map(quoted).join(", ");
  const others = mailboxes.length - fewNames;
  return others > 0 ? `${shown} and ${String(others)} others` : shown;
}

export function messages(count: number): string {
  return counted(count, "message");
}

export function list(uids: readonly number[]): string {
  return formatUidSet(uidSetOf(uids));
}
