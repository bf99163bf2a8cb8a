// What a session needs from whatever carries its bytes.

import type { X509Certificate } from "node:crypto";
import type { Duplex } from "node:stream";

/** RFC 9266 and RFC 5929. */
export type ChannelBindingType = "tls-exporter" | "tls-server-end-point" | "tls-unique";

/** Who is at the other end, for people. */
export interface Peer {
  /** Undefined where a proxy or a tunnel is in between. */
  readonly address?: string | undefined;
  readonly tls?: {
    /** For instance `TLSv1.3`. */
    readonly protocol: string;
    readonly cipher: string;
    readonly certificate: X509Certificate | undefined;
  };
}

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
  /**
   * How many octets have left this process, below all that changes them: this grows while the other side is slow, and
   * stands still when it is dead. Undefined when nobody knows.
   */
  readonly octetsSent?: () => number | undefined;
  /** Whether all that was written has left this process, below all that changes it. Undefined: as the stream says. */
  readonly isOut?: () => boolean;
  /** What an error of the stream means: in words, or as the InterimapError that ends the connection. */
  readonly explain?: (error: Error) => Error;
  /** Ends the connection so that, of what was written, nothing leaves any more; the stream is still to be destroyed. */
  readonly abort?: () => void;
  readonly peer?: () => Peer;
  /** To be called once where it is only now known that TLS will not take over. */
  readonly staysPlain?: () => void;
  /**
   * Data that only the two ends of this very TLS connection have, or, for tls-server-end-point, that only a server with this
   * certificate has (RFC 5056). Resolves with undefined where there are none of this type; absent without TLS.
   */
  readonly channelBinding?: (type: ChannelBindingType) => Promise<Buffer | undefined>;
}
