// Whoever stands between us and a server, or is one: an end of connections that does what its script says, and writes down
// every octet that left us, outside of TLS and inside.

import { createServer, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { TestContext } from "node:test";
import { createSecureContext, type SecureContextOptions, TLSSocket } from "node:tls";
import { listen } from "./inet-settings.ts";

export interface Attacker {
  readonly port: number;
  /** How often somebody connected. */
  readonly connections: number;
  /** What left us and can be read by whoever listens: in clear, and within TLS that ends here. */
  readonly heard: Buffer;
  /** The lines that left us, those within TLS marked by `TLS `; handshakes are no lines. */
  readonly lines: readonly string[];
}

export interface Wire {
  say(octets: string): void;
  /** The client's next line, without its end; undefined: the connection has ended. */
  line(): Promise<string | undefined>;
  /** The client's next octets, whatever they are. */
  octets(): Promise<Buffer | undefined>;
  /** Takes the client's handshake; false: there is none, or it failed. */
  tls(identity: SecureContextOptions): Promise<boolean>;
  close(): void;
}

/** Carries out the script with each connection. */
export async function startAttacker(
  t: Pick<TestContext, "after">,
  script: (wire: Wire) => Promise<void> | void,
): Promise<Attacker> {
  const heard: Buffer[] = [];
  const lines: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const listener = createServer((socket) => {
    connections++;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    const wire = new Line(socket, heard, lines);
    void Promise.resolve(script(wire)).then(() => {
      wire.drain();
    });
  });
  const port = await listen(listener);
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    listener.close();
  });
  return {
    port,
    get connections() {
      return connections;
    },
    get heard() {
      return Buffer.concat(heard);
    },
    lines,
  };
}

class Line implements Wire {
  readonly #heard: Buffer[];
  readonly #lines: string[];
  #stream: Duplex;
  #isTls = false;
  #unread = Buffer.alloc(0);
  #hasEnded = false;
  #wake: () => void = () => undefined;

  constructor(socket: Socket, heard: Buffer[], lines: string[]) {
    this.#heard = heard;
    this.#lines = lines;
    socket.setNoDelay(true);
    this.#stream = socket;
    this.#attach(socket);
  }

  say(octets: string): void {
    if (!this.#stream.destroyed) this.#stream.write(Buffer.from(octets, "latin1"));
  }

  async line(): Promise<string | undefined> {
    for (;;) {
      const end = this.#unread.indexOf("\r\n");
      if (end !== -1) {
        const line = this.#unread.toString("latin1", 0, end);
        this.#unread = this.#unread.subarray(end + 2);
        this.#lines.push(this.#isTls ? `TLS ${line}` : line);
        return line;
      }
      if (this.#hasEnded) return undefined;
      await this.#more();
    }
  }

  async octets(): Promise<Buffer | undefined> {
    while (this.#unread.length === 0) {
      if (this.#hasEnded) return undefined;
      await this.#more();
    }
    const octets = this.#unread;
    this.#unread = Buffer.alloc(0);
    return octets;
  }

  async tls(identity: SecureContextOptions): Promise<boolean> {
    const under = this.#stream;
    under.removeAllListeners("data").pause();
    // What arrived already belongs to the handshake.
    if (this.#unread.length > 0) under.unshift(this.#unread);
    this.#unread = Buffer.alloc(0);
    const secure = new TLSSocket(under, { isServer: true, secureContext: createSecureContext(identity) });
    this.#stream = secure;
    this.#isTls = true;
    this.#attach(secure);
    return new Promise((resolve) => {
      secure.once("secure", () => {
        resolve(true);
      });
      for (const end of ["error", "close"]) secure.once(end, () => resolve(false));
    });
  }

  close(): void {
    this.#stream.destroy();
  }

  /** Whatever still comes is written down. */
  drain(): void {
    void (async () => {
      while ((await this.line()) !== undefined);
    })();
  }

  #attach(stream: Duplex): void {
    stream.on("data", (chunk: Buffer) => {
      this.#heard.push(chunk);
      this.#unread = Buffer.concat([this.#unread, chunk]);
      this.#wake();
    });
    stream.on("error", () => undefined);
    for (const end of ["end", "close"])
      stream.on(end, () => {
        this.#hasEnded = true;
        this.#wake();
      });
  }

  #more(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve));
  }
}

/**
 * Where a secret is in the octets, in whatever form a login could give it: as it is, in base64 wherever it begins in a
 * message, in hexadecimal, backwards.
 */
export function findSecret(octets: Buffer, secret: string): string | undefined {
  const text = octets.toString("latin1");
  const forms = {
    plain: Buffer.from(secret, "utf8").toString("latin1"),
    "base64, at the beginning": inBase64(secret, 0),
    "base64, one octet behind": inBase64(secret, 1),
    "base64, two octets behind": inBase64(secret, 2),
    hexadecimal: Buffer.from(secret, "utf8").toString("hex"),
    backwards: [...secret].reverse().join(""),
  };
  return Object.entries(forms).find(([, form]) => text.toLowerCase().includes(form.toLowerCase()))?.[0];
}

/** The characters that depend on nothing but the secret. */
function inBase64(secret: string, before: number): string {
  const octets = Buffer.from(secret, "utf8");
  const text = Buffer.concat([Buffer.alloc(before), octets])
    .toString("base64")
    .replace(/=+$/, "");
  const end = Math.floor(((before + octets.length) * 8) / 6);
  return text.slice(Math.ceil((before * 8) / 6), end);
}
