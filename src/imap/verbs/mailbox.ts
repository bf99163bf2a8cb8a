// Commands on mailboxes as a whole.

import { canonicalName } from "../../model/mailbox-name.ts";
import { type CommandPart, line, mailbox } from "../codec/write-command.ts";
import { CommandRefused } from "../command-refused.ts";
import type { Channel } from "../mailbox/channel.ts";
import { stateItems } from "../mailbox/told-state.ts";
import type { MailboxStatusResponse } from "../responses.ts";

async function onMailbox(session: Channel, name: string, parts: readonly CommandPart[]): Promise<void> {
  await session.run({ name, overlap: "any", parts });
}

/** RFC 3501 6.3.3 */
export async function create(session: Channel, wireName: string): Promise<void> {
  await onMailbox(session, "CREATE", line`CREATE ${mailbox(wireName)}`);
}

/** RFC 3501 6.3.4: what is below stays, and so does the subscription. */
export async function deleteMailbox(session: Channel, wireName: string): Promise<void> {
  await onMailbox(session, "DELETE", line`DELETE ${mailbox(wireName)}`);
}

/** RFC 3501 6.3.5: what is below goes along, subscriptions do not. */
export async function rename(session: Channel, from: string, to: string): Promise<void> {
  await onMailbox(session, "RENAME", line`RENAME ${mailbox(from)} ${mailbox(to)}`);
}

/** RFC 3501 6.3.6 */
export async function subscribe(session: Channel, wireName: string): Promise<void> {
  await onMailbox(session, "SUBSCRIBE", line`SUBSCRIBE ${mailbox(wireName)}`);
}

/** RFC 3501 6.3.7 */
export async function unsubscribe(session: Channel, wireName: string): Promise<void> {
  await onMailbox(session, "UNSUBSCRIBE", line`UNSUBSCRIBE ${mailbox(wireName)}`);
}

/** RFC 3501 6.3.10. What the server does not tell, or tells so that it cannot be read, is not in it. */
export async function status(session: Channel, wireName: string): Promise<MailboxStatusResponse> {
  let answer: MailboxStatusResponse = { kind: "mailbox-status", name: wireName };
  await session.run({
    name: "STATUS",
    overlap: "any",
    parts: line`STATUS ${mailbox(wireName)} (${stateItems(session.abilities)})`,
    claim: (response) => {
      if (response.kind === "unreadable")
        return response.about === "status" && isSameMailbox(response.name ?? wireName, wireName);
      if (response.kind !== "mailbox-status" || !isSameMailbox(response.name, wireName)) return false;
      // What NOTIFY (RFC 5465) tells in between has less in it.
      if (response.uidValidity === undefined) return false;
      answer = response;
      return true;
    },
  });
  return answer;
}

/** As {@link status}; undefined when the server refuses, most often because the mailbox is gone. */
export async function statusIfAny(session: Channel, wireName: string): Promise<MailboxStatusResponse | undefined> {
  try {
    return await status(session, wireName);
  } catch (error) {
    if (error instanceof CommandRefused) return undefined;
    throw error;
  }
}

/**
 * RFC 8474 4.3. Asked for alone: with other items, Cyrus 3.6.1 tells raw memory. Undefined where none is told that can be one,
 * for whatever reason.
 */
export async function mailboxIdOf(session: Channel, wireName: string): Promise<string | undefined> {
  let id: string | undefined;
  try {
    await session.run({
      name: "STATUS",
      overlap: "any",
      parts: line`STATUS ${mailbox(wireName)} (MAILBOXID)`,
      claim: (response) => {
        if (response.kind === "unreadable")
          return response.about === "status" && isSameMailbox(response.name ?? wireName, wireName);
        if (response.kind !== "mailbox-status" || !isSameMailbox(response.name, wireName)) return false;
        // NOTIFY (RFC 5465) tells something else.
        if ((response.messages ?? response.uidNext ?? response.uidValidity ?? response.highestModSeq) !== undefined)
          return false;
        id = response.mailboxId;
        return true;
      },
    });
  } catch (error) {
    if (!(error instanceof CommandRefused)) throw error;
    return undefined;
  }
  return id;
}

function isSameMailbox(a: string, b: string): boolean {
  return canonicalName(a) === canonicalName(b);
}

/** Leaves the selected mailbox and expunges nothing (RFC 3691). */
export async function unselect(session: Channel): Promise<void> {
  await session.run({ name: "UNSELECT", overlap: "select", parts: line`UNSELECT` });
}

/** Lets the server tell what happened in the selected mailbox (RFC 3501 6.1.2). */
export async function noop(session: Channel): Promise<void> {
  await session.run({ name: "NOOP", overlap: "selected", parts: line`NOOP` });
}
