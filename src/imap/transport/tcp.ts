// A TCP connection.

import { connect, type Socket } from "node:net";
import { type Lookup, resolveHost } from "./addresses.ts";
import { ready } from "./attempt.ts";
import { firstToConnect, type Open } from "./happy-eyeballs.ts";
import { requireAllowedPort, type TargetFilter } from "./target-filter.ts";

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

export interface TcpOptions {
  readonly keepAlive: boolean;
  readonly signal: AbortSignal;
  /** For tests: instead of the system's. */
  readonly lookup?: Lookup | undefined;
  /** Undefined: anywhere. */
  readonly targets?: TargetFilter | undefined;
  /** For a TLS handshake with a proxy; 30 s unless told. */
  readonly timeoutMs?: number | undefined;
}

/** Idle time before the first probe, in ms; the system's two hours are longer than most NAT gateways remember. */
const keepAliveDelayMs = 60_000;

/**
 * Connects to the address of the host that answers first. Throws NoAddress, CONNECT where it may not be connected to, what Node
 * throws, or the signal's reason.
 */
export async function connectTcp({ host, port }: Endpoint, options: TcpOptions): Promise<Socket> {
  requireAllowedPort(port, options.targets);
  const addresses = await resolveHost(host, options);
  const open: Open = (address, signal) => connectTo({ host: address, port }, { ...options, signal });
  const [first] = addresses;
  return first !== undefined && addresses.length === 1
    ? open(first, options.signal)
    : firstToConnect(addresses, open, options);
}

async function connectTo({ host, port }: Endpoint, { keepAlive, signal }: TcpOptions): Promise<Socket> {
  signal.throwIfAborted();
  const socket = connect({
    ...{ host, port, noDelay: true, keepAlive, keepAliveInitialDelay: keepAliveDelayMs },
    // Node's own way to several addresses closes an attempt that is slow.
    autoSelectFamily: false,
  });
  await ready(socket, "connect", signal);
  return socket;
}

interface Handle {
  readonly bytesWritten: number;
  readonly writeQueueSize: number;
}

/** How many octets of those written to a connection the system has taken; undefined once it is closed. */
export function octetsSent(socket: Socket): number | undefined {
  // By these numbers Node itself tells a slow connection from a dead one (setTimeout), but below TLS it looks at others.
  const { _handle: handle } = socket as Socket & { readonly _handle?: Handle | null };
  return handle ? handle.bytesWritten - handle.writeQueueSize : undefined;
}

/** Whether the system has taken all octets written to a connection, also by TLS above it. */
export function isOut(socket: Socket): boolean {
  const { _handle: handle } = socket as Socket & { readonly _handle?: Handle | null };
  return socket.writableLength === 0 && (handle?.writeQueueSize ?? 0) === 0;
}

/** `host:port`, with brackets around an IPv6 address. */
export function endpointName(endpoint: Endpoint): string {
  return `${endpoint.host.includes(":") ? `[${endpoint.host}]` : endpoint.host}:${endpoint.port}`;
}
