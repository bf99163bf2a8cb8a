// Names of folders on the command line.

import { encodeUtf7, isInbox } from "../../model/mailbox-name.ts";

/** Wire names are ASCII, `&AOk-t&AOk-`, and taken as they are. A name that is not ASCII is as people read it: `été`. */
export function givenName(text: string): string {
  return /^\p{ASCII}*$/u.test(text) ? text : encodeUtf7(text.normalize("NFC"));
}

/** As {@link givenName}; INBOX, which may be written in any way, as the server lists it. */
export function listedName(text: string, folders: readonly string[]): string {
  const name = givenName(text);
  return isInbox(name) ? (folders.find(isInbox) ?? "INBOX") : name;
}

/** Without separators at its end. */
export function withoutTrailing(name: string, separator: string): string {
  if (separator === "" || !name.endsWith(separator)) return name;
  return withoutTrailing(name.slice(0, -separator.length), separator);
}
