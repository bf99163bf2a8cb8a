// Data that tie a login to the TLS connection it is made on: who sits between two such connections cannot pass it on.

import { createHash } from "node:crypto";
import type { TLSSocket } from "node:tls";
import { signatureHash } from "./signature-hash.ts";
import type { ChannelBindingType } from "./transport.ts";

export interface TlsConnection {
  readonly socket: TLSSocket;
  /** The server's, in DER. */
  readonly certificate: Uint8Array | undefined;
}

/** Undefined where the connection, or the server's certificate, has no data of this type. */
export function channelBindingData(
  { socket, certificate }: TlsConnection,
  type: ChannelBindingType,
): Buffer | undefined {
  switch (type) {
    case "tls-exporter":
      return exported(socket);
    case "tls-server-end-point":
      return certificate && endPoint(certificate);
    case "tls-unique":
      return unique(socket);
  }
}

/**
 * RFC 5929 3: the first Finished message of the handshake, ours where no former session is resumed. RFC 8446 defines none for
 * TLS 1.3, in which the client's comes second; servers take the client's there, too.
 */
function unique(socket: TLSSocket): Buffer | undefined {
  return socket.isSessionReused() ? undefined : socket.getFinished();
}

/**
 * RFC 9266. TLS 1.2 has it as well where both ends agreed on an extended master secret; Node.js does not tell whether they
 * did.
 */
function exported(socket: TLSSocket): Buffer | undefined {
  if (socket.getProtocol() !== "TLSv1.3") return undefined;
  return socket.exportKeyingMaterial(32, "EXPORTER-Channel-Binding", Buffer.alloc(0));
}

/** RFC 5929 4.1: undefined where the signature has no hash function. */
function endPoint(certificate: Uint8Array): Buffer | undefined {
  const hash = signatureHash(certificate);
  if (hash === undefined) return undefined;
  return createHash(tooWeak.has(hash) ? "sha256" : hash)
    .update(certificate)
    .digest();
}

const tooWeak: ReadonlySet<string> = new Set(["md5", "sha1"]);
