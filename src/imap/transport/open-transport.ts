// Opens the transport that the settings describe, ready for a session.

import type { Socket } from "node:net";
import type { InetSettings, TransportSettings } from "../../model/server-settings.ts";
import { attempt, type AttemptOptions } from "./attempt.ts";
import { cannotConnect, connectError, connectTcp, isOut, octetsSent, type TcpOptions } from "./tcp.ts";
import { upgradeToTls } from "./tls.ts";
import { secureContext } from "./tls-context.ts";
import type { Transport } from "./transport.ts";
import { openTunnel } from "./tunnel.ts";

export interface OpenOptions extends AttemptOptions {
  /** SO_KEEPALIVE; not for tunnels. */
  readonly keepAlive: boolean;
  /** Whether a tunnel's standard error is thrown away instead of being ours. */
  readonly discardStderr?: boolean;
}

/**
 * TCP for type=imap, TLS for type=imaps, a child process for type=tunnel. Throws CONNECT, TLS or TUNNEL, or the signal's
 * reason; then nothing is left open.
 */
export async function openTransport(settings: TransportSettings, options: OpenOptions): Promise<Transport> {
  if (settings.type === "tunnel") {
    options.signal?.throwIfAborted();
    return openTunnel(settings.command, options.discardStderr ?? false);
  }
  const usesTls = settings.type === "imaps" || settings.startTls;
  const connecting = connect(settings, options);
  // Loaded while the network is being waited for; a failure is told by the handshake.
  if (usesTls) void secureContext(settings.tls).catch(() => {});
  const plain = await connecting;
  return settings.type === "imaps" ? upgradeToTls(plain, settings, options) : plain;
}

async function connect(settings: InetSettings, options: OpenOptions): Promise<Transport> {
  const { proxy } = settings;
  const socket = await attempt(cannotConnect(settings), options, async (signal) => {
    const tcp: TcpOptions = { keepAlive: options.keepAlive, signal };
    if (proxy === undefined) return connectDirectly(settings, tcp);
    const { connectThroughProxy } = await import("./socks.ts");
    return connectThroughProxy(settings, proxy, tcp);
  });
  // A reset takes back what the system was going to send.
  const abort = (): void => void socket.resetAndDestroy();
  return {
    stream: socket,
    secure: false,
    octetsSent: () => octetsSent(socket),
    isOut: () => isOut(socket),
    abort,
  };
}

async function connectDirectly(settings: InetSettings, options: TcpOptions): Promise<Socket> {
  try {
    return await connectTcp(settings, options);
  } catch (error) {
    options.signal.throwIfAborted();
    throw connectError(cannotConnect(settings), error);
  }
}
