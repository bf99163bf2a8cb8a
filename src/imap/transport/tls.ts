// TLS over a connection that exists already: for imaps at once, for imap after STARTTLS.

import type { X509Certificate } from "node:crypto";
import type { Duplex } from "node:stream";
import { connect, type TLSSocket } from "node:tls";
import { InterimapError } from "../../model/errors.ts";
import type { InetSettings } from "../../model/server-settings.ts";
import { asSetting } from "../../model/vocabulary.ts";
import { attempt, type AttemptOptions, ready } from "./attempt.ts";
import type { ChainError } from "./chain-fault.ts";
import { readIntoBlocks } from "./read-into-blocks.ts";
import { sniName } from "./sni-name.ts";
import { endpointName } from "./tcp.ts";
import { secureContext } from "./tls-context.ts";
import { handshakeError, laterError, noTlsError } from "./tls-error.ts";
import { verdict } from "./tls-verdict.ts";
import type { Peer, Transport } from "./transport.ts";

/**
 * Takes over the stream, which nobody may listen to any more, and protects it: RFC 3501 6.2.1. Throws TLS or CONNECT, or
 * the signal's reason; then the stream is destroyed.
 */
export async function upgradeToTls(
  transport: Transport,
  settings: InetSettings,
  options: AttemptOptions = {},
): Promise<Transport> {
  const what = `${endpointName(settings)}: the TLS handshake failed`;
  const { socket, certificate } = await attempt(what, options, (signal) =>
    handshake(transport.stream, settings, signal),
  );
  readIntoBlocks(socket);
  const channelBinding: NonNullable<Transport["channelBinding"]> = async (type) => {
    const { channelBindingData } = await import("./channel-binding.ts");
    return channelBindingData({ socket, certificate: certificate?.raw }, type);
  };
  const explain = (error: Error): Error => laterError(settings, error);
  const peer = (): Peer => ({
    ...transport.peer?.(),
    tls: { protocol: socket.getProtocol() ?? "TLS", cipher: socket.getCipher().standardName, certificate },
  });
  return { ...transport, stream: socket, secure: true, channelBinding, explain, peer };
}

interface Protected {
  readonly socket: TLSSocket;
  readonly certificate: X509Certificate | undefined;
}

/** Ends with a server that has proved to be the right one, or with the stream destroyed and TLS or CONNECT thrown. */
async function handshake(stream: Duplex, settings: InetSettings, signal: AbortSignal): Promise<Protected> {
  try {
    // Whoever read before may have left it flowing; what arrives while we load certificates must not get lost.
    stream.pause();
    const context = await secureContext(settings.tls);
    signal.throwIfAborted();
    if (stream.readableLength > 0) throw earlyBytes(settings);
    if (stream.readableEnded || stream.destroyed) {
      throw handshakeError(settings, new Error("the server closed the connection"));
    }
    const socket = connect({
      socket: stream,
      secureContext: context,
      servername: sniName(settings),
      // Nothing is written before the verdict below. Node's own checks skip the name when the chain is not trusted, and
      // cannot tell the user which key they saw.
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
    });
    await ready(socket, "secureConnect", signal).catch((error: unknown) => {
      signal.throwIfAborted();
      throw handshakeError(settings, error);
    });
    // The next call would return the next certificate of the chain.
    const certificate = socket.getPeerX509Certificate();
    const fault = verdict(settings, {
      certificate,
      chainError: chainError(socket),
    });
    if (fault === undefined) return { socket, certificate };
    socket.destroy();
    throw fault;
  } catch (error) {
    stream.destroy();
    throw error;
  }
}

/** Node.js has a code for some errors only; of the others it keeps OpenSSL's words to itself. */
function chainError(socket: TLSSocket): ChainError | undefined {
  if (socket.authorized) return undefined;
  const code = String(socket.authorizationError);
  const { _handle: handle } = socket as TLSSocket & { readonly _handle?: Handle | null };
  return { code, words: handle?.verifyError?.()?.message ?? code };
}

interface Handle {
  readonly verifyError?: () => Error | null | undefined;
}

/** In TLS the client speaks first: what comes before it is a plain-text greeting, or was put in to deceive us. */
function earlyBytes(settings: InetSettings): InterimapError {
  if (settings.type === "imaps") return noTlsError(settings);
  return new InterimapError("TLS", `${endpointName(settings)}: the server sent plain text where TLS must begin`, {
    hint: `somebody may be tampering with the connection; ${asSetting("type=imaps")} is safer than STARTTLS`,
  });
}
