// Opens the transport that the settings describe, ready for a session.

import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { InterimapError } from "../../model/errors.ts";
import type { InetSettings, TransportSettings } from "../../model/server-settings.ts";
import type { Lookup } from "./addresses.ts";
import { attempt, type AttemptOptions } from "./attempt.ts";
import { connectError } from "./connect-error.ts";
import { cannotConnect } from "./reach-proxy.ts";
import { readIntoBlocks } from "./read-into-blocks.ts";
import type { TargetFilter } from "./target-filter.ts";
import { connectTcp, isOut, octetsSent, type TcpOptions } from "./tcp.ts";
import { upgradeToTls } from "./tls.ts";
import { secureContext } from "./tls-context.ts";
import type { Transport } from "./transport.ts";
import { openTunnel } from "./tunnel.ts";

export interface OpenOptions extends AttemptOptions {
  /** SO_KEEPALIVE; not for tunnels. */
  readonly keepAlive: boolean;
  /** For tests: instead of the system's. */
  readonly lookup?: Lookup | undefined;
  /** Where connections may go; then neither through a tunnel nor through a proxy. Undefined: anywhere. */
  readonly targets?: TargetFilter | undefined;
  /** Whether a tunnel's standard error is thrown away instead of being ours. */
  readonly discardStderr?: boolean;
}

/**
 * TCP for type=imap, TLS for type=imaps, a child process for type=tunnel. Throws CONNECT, TLS or TUNNEL, or the signal's
 * reason; then nothing is left open.
 */
export async function openTransport(settings: TransportSettings, options: OpenOptions): Promise<Transport> {
  if (options.targets !== undefined && (settings.type === "tunnel" || settings.proxy !== undefined))
    throw new InterimapError("CONNECT", "this service may not connect through a tunnel or a proxy");
  if (settings.type === "tunnel") {
    options.signal?.throwIfAborted();
    return openTunnel(settings.command, options.discardStderr ?? false);
  }
  const usesTls = settings.type === "imaps" || settings.startTls === true;
  const connecting = connect(settings, options);
  // Loaded while the network is being waited for; a failure is told by the handshake.
  if (usesTls) void secureContext(settings.tls).catch(() => {});
  const plain = await connecting;
  return settings.type === "imaps" ? upgradeToTls(plain, settings, options) : plain;
}

async function connect(settings: InetSettings, options: OpenOptions): Promise<Transport> {
  const { socket, stream } = await attempt(cannotConnect(settings), options, (signal) =>
    takeRoute(settings, { ...options, signal }),
  );
  const staysPlain = (): void => {
    if (stream instanceof Socket) readIntoBlocks(stream);
  };
  // What TLS takes over is read by that.
  if (settings.type === "imap" && settings.startTls === false) staysPlain();
  // A reset takes back what the system was going to send.
  const abort = (): void => void socket.resetAndDestroy();
  const address = settings.proxy === undefined ? socket.remoteAddress : undefined;
  return {
    stream,
    secure: false,
    octetsSent: () => octetsSent(socket),
    isOut: () => isOut(socket),
    abort,
    staysPlain,
    peer: () => ({ address }),
  };
}

/** `stream` is the socket, or TLS up to a proxy. */
async function takeRoute(settings: InetSettings, tcp: TcpOptions): Promise<{ socket: Socket; stream: Duplex }> {
  const { proxy } = settings;
  switch (proxy?.protocol) {
    case undefined: {
      const socket = await connectDirectly(settings, tcp);
      return { socket, stream: socket };
    }
    case "socks5":
    case "socks5h": {
      const { connectThroughSocksProxy } = await import("./socks.ts");
      const socket = await connectThroughSocksProxy(settings, proxy, tcp);
      return { socket, stream: socket };
    }
    case "http":
    case "https": {
      const { connectThroughWebProxy } = await import("./http-connect.ts");
      return connectThroughWebProxy(settings, proxy, tcp);
    }
  }
}

async function connectDirectly(settings: InetSettings, options: TcpOptions): Promise<Socket> {
  try {
    return await connectTcp(settings, options);
  } catch (error) {
    throw connectError(cannotConnect(settings), error, options.signal);
  }
}
