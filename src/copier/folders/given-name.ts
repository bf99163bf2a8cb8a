// Names of folders on the command line.

import { encodeUtf7 } from "../../model/mailbox-name.ts";

/** Wire names are ASCII, `&AOk-t&AOk-`, and taken as they are; what is not ASCII is a name as people read it, `été`. */
export function givenName(text: string): string {
  return /^\p{ASCII}*$/u.test(text) ? text : encodeUtf7(text.normalize("NFC"));
}

/** Without separators at its end. */
export function withoutTrailing(name: string, separator: string): string {
  if (separator === "" || !name.endsWith(separator)) return name;
  return withoutTrailing(name.slice(0, -separator.length), separator);
}
