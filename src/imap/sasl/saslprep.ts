// RFC 4013, with its tables: loaded only for text that is not plain ASCII.

import { saslprep } from "@mongodb-js/saslprep";

/** Undefined for what it forbids. */
export function saslPrepared(text: string): string | undefined {
  try {
    return saslprep(text);
  } catch {
    return undefined;
  }
}
