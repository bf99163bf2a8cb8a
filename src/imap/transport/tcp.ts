// A TCP connection, and its failures in words.

import { connect, type Socket } from "node:net";
import { InterimapError } from "../../model/errors.ts";
import { ready } from "./attempt.ts";

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

export interface TcpOptions {
  readonly keepAlive: boolean;
  readonly signal: AbortSignal;
  /** For a TLS handshake with a proxy; 30 s unless told. */
  readonly timeoutMs?: number | undefined;
}

/** How long one address may take before the next one is tried, in ms. Node's own 250 is too short for satellites. */
const addressTimeoutMs = 2_000;
/** Idle time before the first probe, in ms; the system's two hours are longer than most NAT gateways remember. */
const keepAliveDelayMs = 60_000;

/** Connects to the first address of the host that answers. Throws what Node throws. */
export async function connectTcp(to: Endpoint, options: TcpOptions): Promise<Socket> {
  options.signal.throwIfAborted();
  const socket = connect({
    host: to.host,
    port: to.port,
    noDelay: true,
    keepAlive: options.keepAlive,
    keepAliveInitialDelay: keepAliveDelayMs,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: addressTimeoutMs,
  });
  await ready(socket, "connect", options.signal);
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

const reasons: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
  ECONNREFUSED: ["connection refused", "check host and port, and that the server is running"],
  ENOTFOUND: ["name not found", "check the spelling of the host name"],
  EAI_AGAIN: ["the name server does not answer", "check the network connection"],
  ETIMEDOUT: ["timed out", "check the network, the port, and whether a firewall is in the way"],
  EHOSTUNREACH: ["host unreachable", "check the network connection"],
  ENETUNREACH: ["network unreachable", "check the network connection"],
  ECONNRESET: ["connection reset", "the server may be busy or restarting; try again later"],
  EPIPE: ["connection closed", "the server may be busy or restarting; try again later"],
};

/** The CONNECT error for what `connectTcp` threw. `what` says what could not be done. */
export function connectError(what: string, error: unknown): InterimapError {
  if (error instanceof InterimapError) return error;
  const known = errorCodes(error).flatMap((code) => (reasons[code] === undefined ? [] : [reasons[code]]));
  const reason = known.length > 0 ? [...new Set(known.map(([words]) => words))].join(", ") : messageOf(error);
  const hint = known[0]?.[1];
  return new InterimapError(
    "CONNECT",
    `${what}: ${reason}`,
    hint === undefined ? { cause: error } : { hint, cause: error },
  );
}

/** One code for each address that was tried. */
function errorCodes(error: unknown): readonly string[] {
  if (error instanceof AggregateError) return error.errors.flatMap(errorCodes);
  return error instanceof Error && "code" in error && typeof error.code === "string" ? [error.code] : [];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
