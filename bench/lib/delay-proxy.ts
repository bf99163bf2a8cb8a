// A longer wire, not a slower one: passes octets on half a round-trip time late, in order, and counts what passes. It knows
// nothing of IMAP. Opening a connection takes no time here, as if the kernel's handshake were free.

import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { MailServer } from "../../test/support/mail-server.ts";

/** What went over the wire, all connections together. */
export interface Wire {
  readonly sent: number;
  readonly received: number;
  /** How often a connection's client said something after it had heard something. */
  readonly roundTrips: number;
  readonly connections: number;
}

export interface DelayProxy {
  /** The server as seen through the proxy. */
  readonly server: MailServer;
  /** What passed so far. */
  wire(): Wire;
  stop(): Promise<void>;
}

interface Direction {
  readonly from: Socket;
  readonly to: Socket;
  readonly delayMs: number;
  readonly onArrival: (octets: number) => void;
  readonly onDelivery: () => void;
}

interface Late {
  readonly dueAt: number;
  /** Undefined for the end of the connection. */
  readonly chunk: Buffer | undefined;
}

/** The most that waits for a receiver that does not keep up: what a kernel would buffer on such a wire. */
const largestBacklog = 8 << 20;

export async function startDelayProxy(
  server: MailServer,
  { roundTripMs, tls = false }: { readonly roundTripMs: number; readonly tls?: boolean },
): Promise<DelayProxy> {
  const { port, tlsPort } = server;
  const wire = { sent: 0, received: 0, roundTrips: 0, connections: 0 };
  const sockets = new Set<Socket>();
  const listener = createServer({ noDelay: true }, (client) => {
    wire.connections++;
    const upstream = connect({ port: (tls ? tlsPort : port)!, host: server.host, noDelay: true });
    sockets.add(client).add(upstream);
    let hasHeard = false;
    relay({
      from: client,
      to: upstream,
      delayMs: roundTripMs / 2,
      onArrival: (octets) => {
        wire.sent += octets;
        if (hasHeard) wire.roundTrips++;
        hasHeard = false;
      },
      onDelivery: () => {},
    });
    relay({
      from: upstream,
      to: client,
      delayMs: roundTripMs / 2,
      onArrival: (octets) => (wire.received += octets),
      onDelivery: () => (hasHeard = true),
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  return {
    server: { ...server, [tls ? "tlsPort" : "port"]: (listener.address() as AddressInfo).port },
    wire: () => ({ ...wire }),
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}

function relay({ from, to, delayMs, onArrival, onDelivery }: Direction): void {
  const late: Late[] = [];
  const deliver = (chunk: Buffer | undefined): void => {
    if (chunk === undefined) to.end();
    else {
      onDelivery();
      if (!to.write(chunk) && to.writableLength > largestBacklog) from.pause();
    }
  };
  const deliverWhatIsDue = (): void => {
    // Timers count whole milliseconds: what is due within the present one goes now.
    while (late[0] !== undefined && late[0].dueAt <= performance.now() + 0.5) deliver(late.shift()?.chunk);
    wakeForFirst();
  };
  const wakeForFirst = (): void => {
    if (late[0] !== undefined) setTimeout(deliverWhatIsDue, late[0].dueAt - performance.now());
  };
  const pass = (chunk: Buffer | undefined): void => {
    if (delayMs === 0) return deliver(chunk);
    late.push({ dueAt: performance.now() + delayMs, chunk });
    if (late.length === 1) wakeForFirst();
  };
  from.on("data", (chunk: Buffer) => {
    onArrival(chunk.length);
    pass(chunk);
  });
  from.on("end", () => pass(undefined));
  from.on("error", () => to.destroy());
  to.on("drain", () => from.resume());
}
