// A small IMAP server in this process, of which only the login matters: it does in a mechanism what a test tells it, which a
// script cannot where the client's messages are never the same.

import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type SecureVersion, type TLSSocket } from "node:tls";

export interface Attempt {
  /** As the client names it; LOGIN for the command, whose arguments are `response`. */
  readonly mechanism: string;
  /** What came with the command; undefined: nothing. */
  readonly response: string | undefined;
  /** Sends a challenge, base64 unless it is text already, and resolves with the client's line. */
  ask(challenge: Buffer | string): Promise<string>;
  /** The client's first message, asked for if it did not come with the command. */
  first(): Promise<string>;
  readonly socket: Socket | TLSSocket;
}

export interface LoginServerOptions {
  /** Capabilities before the login. */
  readonly offers: string;
  readonly tls?: { readonly key: string; readonly cert: string; readonly maxVersion?: SecureVersion };
  /** Resolves with the tagged answer: `OK`, `NO [AUTHENTICATIONFAILED] wrong`. */
  readonly onLogin: (attempt: Attempt) => Promise<string> | string;
}

export interface LoginServer {
  readonly port: number;
  /** All that clients said, without tags. */
  readonly heard: readonly string[];
}

export async function withLoginServer<T>(options: LoginServerOptions, work: (server: LoginServer) => Promise<T>) {
  const heard: string[] = [];
  const sockets = new Set<Socket>();
  const serve = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("error", () => {});
    void converse(socket, options, heard).catch(() => socket.destroy());
  };
  const server: Server = options.tls === undefined ? createServer(serve) : createTlsServer(options.tls, serve);
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await work({ port: (server.address() as AddressInfo).port, heard });
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

async function converse(socket: Socket, options: LoginServerOptions, heard: string[]): Promise<void> {
  const lines = linesOf(socket);
  const next = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error("the client has gone");
    return value;
  };
  const say = (text: string): void => void socket.write(`${text}\r\n`);
  say(`* OK [CAPABILITY IMAP4rev1 ${options.offers}] hello`);
  for (;;) {
    const [, tag = "", command = "", rest = ""] = /^(\S+) (\S+) ?(.*)$/.exec(await next()) ?? [];
    heard.push(`${command} ${rest}`.trim());
    if (command === "LOGIN" || command === "AUTHENTICATE") {
      const [mechanism = "", response] = command === "LOGIN" ? ["LOGIN", rest] : rest.split(" ");
      const ask = async (challenge: Buffer | string): Promise<string> => {
        say(`+ ${typeof challenge === "string" ? challenge : challenge.toString("base64")}`);
        const line = await next();
        heard.push(line);
        return line;
      };
      const first = async (): Promise<string> => Buffer.from(response ?? (await ask("")), "base64").toString();
      const answer = await options.onLogin({ mechanism, response, ask, first, socket });
      say(`${tag} ${answer === "OK" ? "OK [CAPABILITY IMAP4rev1] in" : answer}`);
    } else {
      if (command === "CAPABILITY") say(`* CAPABILITY IMAP4rev1 ${options.offers}`);
      say(`${tag} OK done`);
    }
  }
}

async function* linesOf(socket: Socket): AsyncGenerator<string, void> {
  let text = "";
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    text += chunk.toString("latin1");
    for (let end = text.indexOf("\r\n"); end >= 0; end = text.indexOf("\r\n")) {
      yield text.slice(0, end);
      text = text.slice(end + 2);
    }
  }
}
