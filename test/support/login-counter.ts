// A mail server behind a proxy that counts how many users are logged in to it at the same time.

import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { MailServer } from "./mail-server.ts";

export interface LoginCounter {
  readonly server: MailServer;
  /** So far. */
  readonly most: () => number;
  readonly stop: () => Promise<void>;
}

/** Names and passwords here need no quotes that matter. */
const login = /^\S+ LOGIN "?([^" ]+)"?/im;
const plain = /^\S+ AUTHENTICATE PLAIN (\S+)/im;

/** To be used in the clear: it reads what clients say. */
export async function countLogins(behind: MailServer): Promise<LoginCounter> {
  const connections = new Map<string, number>();
  const sockets = new Set<Socket>();
  let most = 0;
  const server = createServer((client) => {
    const upstream = connect(behind.port, behind.host);
    let user: string | undefined;
    let said = "";
    client.on("data", (octets: Buffer) => {
      if (user !== undefined) return;
      said += octets.toString("latin1");
      user = userIn(said);
      if (user === undefined) return;
      connections.set(user, (connections.get(user) ?? 0) + 1);
      most = Math.max(most, connections.size);
    });
    client.on("close", () => {
      const left = user === undefined ? 1 : connections.get(user)! - 1;
      if (left > 0 && user !== undefined) connections.set(user, left);
      else if (user !== undefined) connections.delete(user);
    });
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    server: { ...behind, host: "127.0.0.1", port },
    most: () => most,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

function userIn(said: string): string | undefined {
  const [, name] = login.exec(said) ?? [];
  if (name !== undefined) return name;
  const [, response] = plain.exec(said) ?? [];
  return response === undefined ? undefined : Buffer.from(response, "base64").toString().split("\0")[1];
}
