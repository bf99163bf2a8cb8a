// TLS of any kind before a real server that speaks plain text: on one port at once, on the other after STARTTLS.

import { connect, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions, type TLSSocket } from "node:tls";
import { listen } from "./inet-settings.ts";
import type { MailServer } from "./mail-server.ts";

/** What a client was seen to do. */
export interface TlsVisit {
  readonly version: string | null;
  readonly cipher: string;
  readonly serverName: string | undefined;
  /** Of the client's certificate; undefined: it showed none that was accepted. */
  readonly commonName: string | undefined;
  /** What it said inside TLS. */
  heard: string;
}

export interface TlsFront {
  /** STARTTLS. */
  readonly port: number;
  readonly tlsPort: number;
  /** Handshakes that were completed, as far as the server can tell, since the last call. */
  visits(): readonly TlsVisit[];
  stop(): Promise<void>;
}

export async function startTlsFront(options: TlsOptions, behind: Pick<MailServer, "port">): Promise<TlsFront> {
  let visits: TlsVisit[] = [];
  const sockets = new Set<Socket>();
  const track = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
  };
  const serve = (client: TLSSocket, { greeted }: { readonly greeted: boolean }): void => {
    client.on("error", () => undefined);
    const visit = visitOf(client);
    visits.push(visit);
    const server = connect(behind.port, "127.0.0.1");
    track(server);
    client.on("data", (bytes: Buffer) => (visit.heard += bytes.toString("latin1")));
    client.pipe(server);
    client.on("close", () => server.destroy());
    if (!greeted) server.pipe(client);
    else
      server.once("data", (bytes: Buffer) => {
        // What was asked meanwhile may be answered behind the greeting.
        client.write(bytes.subarray(bytes.indexOf("\r\n") + 2));
        server.pipe(client);
      });
  };
  const atOnce = createTlsServer(options, (client) => {
    serve(client, { greeted: false });
  });
  const later = createTlsServer(options, (client) => {
    serve(client, { greeted: true });
  });
  for (const server of [atOnce, later]) server.on("tlsClientError", () => undefined);
  atOnce.on("connection", track);
  const plain = createServer((socket) => {
    track(socket);
    socket.write("* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n");
    socket.once("data", (bytes: Buffer) => {
      const [tag = "*"] = bytes.toString("latin1").split(" STARTTLS\r\n");
      socket.write(`${tag} OK begin\r\n`);
      later.emit("connection", socket);
    });
  });
  const [tlsPort, port] = [await listen(atOnce), await listen(plain)];
  return {
    port,
    tlsPort,
    visits: () => {
      const seen = visits;
      visits = [];
      return seen;
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all([atOnce, plain].map(close));
    },
  };
}

function visitOf(client: TLSSocket): TlsVisit {
  return {
    version: client.getProtocol(),
    cipher: client.getCipher().name,
    serverName: client.servername === false ? undefined : (client.servername ?? undefined),
    commonName: client.getPeerX509Certificate()?.subject.replace(/^CN=/, ""),
    heard: "",
  };
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
