// A SOCKS 5 proxy on 127.0.0.1: enough of RFC 1928 and RFC 1929 for one request after another.

import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import type { TestContext } from "node:test";
import { listen } from "./inet-settings.ts";

export interface ProxyScript {
  /** Wanted credentials, `user:password`. */
  readonly credentials?: string;
  /** RFC 1928 section 6, for one address or all of them; 0 connects to the target on 127.0.0.1. */
  readonly reply?: (address: string) => number;
  /** Sent in the same packet as the success reply; then the connection is ended. */
  readonly greeting?: string;
}

export interface SocksProxy {
  readonly port: number;
  readonly requests: string[];
  readonly sockets: Socket[];
}

/** Each message must come in one packet, as it does from this machine. */
export async function startSocksProxy(t: Pick<TestContext, "after">, script: ProxyScript = {}): Promise<SocksProxy> {
  const requests: string[] = [];
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    const next = async (): Promise<Buffer> => ((await once(socket, "data")) as [Buffer])[0];
    const talk = async (): Promise<void> => {
      const methods = [...(await next()).subarray(2)];
      const method = script.credentials === undefined ? 0 : 2;
      if (!methods.includes(method)) return void socket.end(Buffer.from([5, 0xff]));
      socket.write(Buffer.from([5, method]));
      if (method === 2) {
        const message = await next();
        const split = 2 + (message[1] ?? 0);
        const given = `${message.toString("utf8", 2, split)}:${message.toString("utf8", split + 1)}`;
        const isRight = given === script.credentials;
        socket.write(Buffer.from([1, isRight ? 0 : 1]));
        if (!isRight) return;
      }
      const request = await next();
      const type = request[3];
      const address =
        type === 3
          ? request.toString("latin1", 5, request.length - 2)
          : type === 1
            ? [...request.subarray(4, 8)].join(".")
            : "IPv6";
      requests.push(`${type === 3 ? "name" : "address"} ${address}`);
      const code = script.reply?.(address) ?? 0;
      const reply = Buffer.from([5, code, 0, 1, 0, 0, 0, 0, 0, 0]);
      if (code !== 0) return void socket.end(reply);
      if (script.greeting !== undefined) return void socket.end(Buffer.concat([reply, Buffer.from(script.greeting)]));
      const target = connect(request.readUInt16BE(request.length - 2), "127.0.0.1");
      // The client may be gone when the server says goodbye.
      target.on("error", () => {});
      await once(target, "connect");
      socket.write(reply);
      socket.pipe(target).pipe(socket);
    };
    void talk().catch(() => {});
  });
  t.after(() => server.close());
  return { port: await listen(server), requests, sockets };
}
