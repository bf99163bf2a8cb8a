// COMPRESS: what follows on the connection is compressed (RFC 4978).

import { line } from "../codec/write-command.ts";
import { CommandRefused } from "../command-refused.ts";
import type { Session } from "../session/session.ts";
import { whereOffered } from "../step-down.ts";
import { deflate } from "../transport/deflate.ts";

/** Where the server does not offer it or does not want to, the connection goes on as it is. */
export async function compress(session: Session): Promise<void> {
  try {
    await whereOffered(session, "COMPRESS=DEFLATE", {
      withIt: () =>
        session.exchangeTransport(
          { name: "COMPRESS", overlap: "last", parts: line`COMPRESS DEFLATE` },
          (transport, surplus) => deflate(transport, surplus),
        ),
      withoutIt: () => Promise.resolve(),
    });
  } catch (error) {
    // E.g. [COMPRESSIONACTIVE] below TLS.
    if (!(error instanceof CommandRefused)) throw error;
  }
}
