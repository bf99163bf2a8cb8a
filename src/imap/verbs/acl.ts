// Access control lists (RFC 4314): who may do what with a mailbox.

import { quotedString, unquoted } from "../codec/wire-values.ts";
import { astring, line, mailbox } from "../codec/write-command.ts";
import type { Channel } from "../mailbox/channel.ts";

/** Rights by identifier, as the server writes both (octets, latin1): letters, each a right. */
export type AccessList = ReadonlyMap<string, string>;

/** Undefined where the server has no such lists, or tells one that cannot be read. @throws CommandRefused */
export async function accessList(channel: Channel, name: string): Promise<AccessList | undefined> {
  if (!channel.capabilities.has("ACL")) return undefined;
  let list: AccessList | undefined;
  await channel.run({
    name: "GETACL",
    overlap: "any",
    parts: line`GETACL ${mailbox(name)}`,
    claim: (response) => {
      if (response.kind !== "other" || response.name !== "ACL") return false;
      list = parseAccessList(response.line);
      return true;
    },
  });
  return list;
}

/** `rights`: instead of those that the identifier has. @throws CommandRefused */
export async function setRights(
  channel: Channel,
  name: string,
  { identifier, rights }: { readonly identifier: string; readonly rights: string },
): Promise<void> {
  await channel.run({
    name: "SETACL",
    overlap: "any",
    parts: line`SETACL ${mailbox(name)} ${astring(identifier)} ${astring(rights)}`,
  });
}

const word = String.raw`(?:${quotedString}|[^\s"(){}]+)`;
const whole = new RegExp(String.raw`^\* ACL ${word}((?: ${word} ${word})*) *$`, "i");

/** `* ACL INBOX jo lrswipkxtecda "ann lee" lrs`. Literals are not understood. */
export function parseAccessList(text: string): AccessList | undefined {
  const [, pairs] = whole.exec(text) ?? [];
  if (pairs === undefined) return undefined;
  const words = [...pairs.matchAll(new RegExp(word, "g"))].map(([found]) => unquoted(found));
  return new Map(words.flatMap((found, at) => (at % 2 === 0 ? [[found, words[at + 1] ?? ""]] : [])));
}
