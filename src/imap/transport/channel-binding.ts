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
  return type === "tls-exporter" ? exported(socket) : certificate && endPoint(certificate);
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
