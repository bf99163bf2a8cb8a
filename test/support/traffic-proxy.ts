// Stands between the program and a server, in plain text: records and counts what is said, delays it, or cuts the
// connection at a chosen line. Compression would blind it; keep `compress = NO` on that side.

import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { type Piece, pieceSplitter } from "./imap-pieces.ts";
import type { MailServer } from "./mail-server.ts";

/**
 * "cut" ends the connection, both ways, before the line is passed on. `instead` is passed on in the line's stead; `cutAfter`
 * ends the connection so many octets behind it, be they of a literal or of further lines.
 */
export type Verdict = "cut" | { readonly instead?: string; readonly cutAfter?: number } | void;

export interface ProxyOptions {
  /** Called with each line without its line end (latin1), literals left out. `connection` counts from 1. */
  readonly onClientLine?: (line: string, connection: number) => Verdict | Promise<Verdict>;
  readonly onServerLine?: (line: string, connection: number) => Verdict | Promise<Verdict>;
  /** Added in each direction, without holding back what comes behind: a longer wire, not a slower one. */
  readonly latencyMs?: number;
}

export interface TrafficProxy {
  /** The server as seen through the proxy. */
  readonly server: MailServer;
  readonly clientLines: readonly string[];
  readonly serverLines: readonly string[];
  /** Commands by verb in upper case; a UID command counts by its second word. */
  readonly counts: ReadonlyMap<string, number>;
  readonly connections: number;
  /** Connections open now. */
  readonly open: number;
  readonly bytesFromClient: number;
  readonly bytesFromServer: number;
  /** Says a line of the server's to all clients that are connected; between two answers, if they await none. */
  say(line: string): void;
  /** Ends all connections, as a network failure would. New ones are accepted. */
  cutAll(): void;
  /** Forgets lines and counts. */
  reset(): void;
  stop(): Promise<void>;
}

interface Direction {
  readonly from: Socket;
  readonly to: Socket;
  readonly latencyMs: number;
  /** Returns "cut" to end the connection. */
  readonly onPiece: (piece: Piece) => Verdict | Promise<Verdict>;
}

export async function startTrafficProxy(server: MailServer, options: ProxyOptions = {}): Promise<TrafficProxy> {
  const sockets = new Set<Socket>();
  const clientLines: string[] = [];
  const serverLines: string[] = [];
  const counts = new Map<string, number>();
  const bytes = { client: 0, server: 0 };
  let connections = 0;

  const listener = createServer((client) => {
    const connection = ++connections;
    const upstream = connect(server.port, server.host);
    sockets.add(client);
    client.on("close", () => sockets.delete(client));
    relay({
      from: client,
      to: upstream,
      latencyMs: options.latencyMs ?? 0,
      onPiece: (piece) => {
        bytes.client += piece.bytes.length;
        if (piece.kind === "literal") return undefined;
        const line = textOf(piece.bytes);
        clientLines.push(line);
        if (!piece.continues) countCommand(line);
        return options.onClientLine?.(line, connection);
      },
    });
    relay({
      from: upstream,
      to: client,
      latencyMs: options.latencyMs ?? 0,
      onPiece: (piece) => {
        bytes.server += piece.bytes.length;
        if (piece.kind === "literal") return undefined;
        const line = textOf(piece.bytes);
        serverLines.push(line);
        return options.onServerLine?.(line, connection);
      },
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  listener.unref();
  const { port } = listener.address() as AddressInfo;

  return {
    server: { ...server, port },
    clientLines,
    serverLines,
    counts,
    get connections() {
      return connections;
    },
    get open() {
      return sockets.size;
    },
    get bytesFromClient() {
      return bytes.client;
    },
    get bytesFromServer() {
      return bytes.server;
    },
    say: (line) => {
      for (const client of sockets) client.write(`${line}\r\n`, "latin1");
    },
    cutAll,
    reset: () => {
      clientLines.length = serverLines.length = 0;
      counts.clear();
      connections = bytes.client = bytes.server = 0;
    },
    stop: async () => {
      cutAll();
      await new Promise((resolve) => listener.close(resolve));
    },
  };

  function countCommand(line: string): void {
    // "tag VERB …"; a lone word is DONE or a SASL answer.
    const [, verb] = /^\S+ (?:UID )?([A-Z]+)/i.exec(line) ?? [];
    if (verb !== undefined) counts.set(verb.toUpperCase(), (counts.get(verb.toUpperCase()) ?? 0) + 1);
  }

  function cutAll(): void {
    for (const socket of sockets) socket.destroy();
  }
}

function relay({ from, to, latencyMs, onPiece }: Direction): void {
  const split = pieceSplitter();
  // Keeps the order although a hook may take its time.
  let queue = Promise.resolve();
  let leftToPass = Infinity;
  const pass = async (chunk: Buffer): Promise<void> => {
    let passed: Buffer[] = [];
    const flush = (): void => {
      if (passed.length > 0 && to.writable) to.write(Buffer.concat(passed));
      passed = [];
    };
    const cut = (): void => {
      // What came before still arrives.
      flush();
      to.destroySoon();
      from.destroy();
    };
    for (const piece of split(chunk)) {
      if (!to.writable) return;
      if (leftToPass < Infinity) {
        passed.push(piece.bytes.subarray(0, leftToPass));
        leftToPass = Math.max(0, leftToPass - piece.bytes.length);
        if (leftToPass > 0) continue;
        cut();
        return;
      }
      let verdict = onPiece(piece);
      if (verdict instanceof Promise) {
        flush();
        verdict = await verdict;
      }
      if (verdict === "cut") {
        cut();
        return;
      }
      const { instead, cutAfter = Infinity } = verdict ?? {};
      passed.push(instead === undefined ? piece.bytes : Buffer.from(`${instead}\r\n`, "latin1"));
      leftToPass = cutAfter;
      if (leftToPass > 0) continue;
      cut();
      return;
    }
    flush();
  };
  const later = (work: () => void | Promise<void>): void => {
    const enqueue = (): void => {
      queue = queue.then(work);
    };
    if (latencyMs > 0) setTimeout(enqueue, latencyMs);
    else enqueue();
  };
  from.on("data", (chunk: Buffer) => later(() => pass(chunk)));
  from.on("end", () => later(() => void to.end()));
  from.on("close", () => later(() => to.destroySoon()));
  from.on("error", () => {});
}

function textOf(bytes: Buffer): string {
  return bytes.toString("latin1").replace(/\r?\n$/, "");
}
