// What a session needs from whatever carries its bytes.

import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

export interface Transport {
  /**
   * Bytes in and out; nothing is read before somebody reads. An `error` or `close` event ends the connection. An error
   * that nobody listens for does no harm.
   */
  readonly stream: Duplex;
  /** True once the bytes are protected: TLS. A tunnel counts as protected by the command itself. */
  readonly secure: boolean;
  /** Why the connection ended, when the stream alone cannot tell: a tunnel's exit status, once it is known. */
  readonly epitaph?: () => string | undefined;
  /** The connection below all that changes its bytes; none for a tunnel. It knows whether octets are on their way. */
  readonly socket?: Socket;
}
