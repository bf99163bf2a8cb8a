// A table of messages that are to be told from each other by something else.

import { MessageTable } from "./message-table.ts";

/** The same messages, known by what `signatureOf` says. */
export function withSignatures(table: MessageTable, signatureOf: (uid: number) => string | undefined): MessageTable {
  const signed = new MessageTable();
  for (let i = 0; i < table.length; i++) {
    const uid = table.uid(i);
    signed.add({ uid, size: table.size(i), flags: table.flags(i), signature: signatureOf(uid) });
  }
  return signed.seal();
}
