// A stretch of network between the program and a server, for tests of what can happen to it. Passes octets on and looks at
// none of them; its port stays the same, also while nobody is reached there.

import { connect, createServer, type Server, type Socket } from "node:net";
import { freePorts } from "./daemon.ts";

export interface Gate {
  readonly port: number;
  /** Connections that came, those turned away included. */
  readonly connections: number;
  /** Ends all connections, as a network failure would. */
  cut(): void;
  /** Nothing goes through any more, and nobody is told: not on the connections there are, not on new ones. */
  stall(): void;
  /** Everything goes through again, what had to wait included. */
  resume(): void;
  /** The servers see their connections end; the program hears nothing, as if the way back were gone. */
  forget(): void;
  /** Nobody listens: the system refuses connections. Those that are there go on. */
  close(): void;
  /** Connections end as soon as they are there. */
  turnAway(): void;
  /** Connections go to this port; undoes close() and turnAway(). */
  open(port?: number): Promise<void>;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

/** `port`: of the server, on 127.0.0.1. */
export async function startGate(t: { readonly after: (work: () => void) => void }, port: number): Promise<Gate> {
  const [own] = (await freePorts(1)) as [number];
  const pairs = new Set<Pair>();
  let target = port;
  let connections = 0;
  let isStalled = false;
  let turnsAway = false;
  let listener: Server | undefined;

  const receive = (client: Socket): void => {
    connections++;
    client.on("error", () => {});
    if (turnsAway) {
      client.destroy();
      return;
    }
    const pair = { client, server: connect(target, "127.0.0.1") };
    pairs.add(pair);
    for (const [from, to] of [
      [client, pair.server],
      [pair.server, client],
    ] as const) {
      from.on("data", (octets: Buffer) => to.writable && to.write(octets));
      from.on("error", () => {});
      from.on("close", () => {
        if (pairs.delete(pair)) to.destroySoon();
      });
      if (isStalled) from.pause();
    }
  };
  const close = (): void => {
    listener?.close();
    listener = undefined;
  };
  const open = async (to = target): Promise<void> => {
    target = to;
    turnsAway = false;
    if (listener !== undefined) return;
    const opening = (listener = createServer(receive).unref());
    await new Promise<void>((resolve, reject) => {
      opening.once("error", reject).listen(own, "127.0.0.1", resolve);
    });
  };
  const each = (work: (pair: Pair) => void): void => {
    for (const pair of [...pairs]) work(pair);
  };
  const cut = (): void => {
    each(({ client }) => client.destroy());
  };
  const gate: Gate = {
    port: own,
    get connections() {
      return connections;
    },
    cut,
    stall: () => {
      isStalled = true;
      each(({ client, server }) => {
        client.pause();
        server.pause();
      });
    },
    resume: () => {
      isStalled = false;
      each(({ client, server }) => {
        client.resume();
        server.resume();
      });
    },
    forget: () => {
      each((pair) => {
        pairs.delete(pair);
        pair.server.destroy();
        pair.client.removeAllListeners("data").resume();
      });
    },
    close,
    turnAway: () => {
      turnsAway = true;
    },
    open,
  };
  await open();
  t.after(() => {
    close();
    cut();
  });
  return gate;
}
