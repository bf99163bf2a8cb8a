// Lets clients log in over TCP to a server program that speaks only with those who are known already, on its standard input
// and output. Every user exists; the password is "p".

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { type AddressInfo, createServer, type Socket } from "node:net";
import type { Readable, Writable } from "node:stream";
import { whenProcessEnds } from "./scratch.ts";

interface Program {
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

export interface FrontOptions {
  readonly capabilities: string;
  /** What answers the user's LOGIN with this tag, and all that follows. */
  readonly program: (user: string, tag: string) => Program;
}

export interface LoginFront {
  readonly port: number;
  /** Ends all connections. */
  endAll(): void;
  stop(): Promise<void>;
}

type Child = ChildProcessByStdio<Writable, Readable, null>;

export async function startLoginFront(options: FrontOptions): Promise<LoginFront> {
  const sockets = new Set<Socket>();
  const children = new Set<Child>();
  const endAll = (): void => {
    for (const child of children) child.kill("SIGKILL");
    for (const socket of sockets) socket.destroy();
  };
  const forget = whenProcessEnds(endAll);
  const listener = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    greet(socket, options, (program) => {
      const child = spawn("setpriv", ["--pdeathsig", "KILL", "--", ...program.words], {
        cwd: program.cwd,
        env: program.env,
        stdio: ["pipe", "pipe", "ignore"],
      });
      children.add(child);
      child.on("close", () => {
        children.delete(child);
        socket.end();
      });
      socket.on("close", () => child.stdin.end());
      child.stdin.on("error", () => undefined);
      child.stdout.pipe(socket);
      return child.stdin;
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  listener.unref();
  const { port } = listener.address() as AddressInfo;
  return {
    port,
    endAll,
    stop: async () => {
      endAll();
      forget();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}

/** Speaks for the server until somebody has logged in; `start` returns where the client's words go then. */
function greet(socket: Socket, { capabilities, program }: FrontOptions, start: (program: Program) => Writable): void {
  let heard = Buffer.alloc(0);
  const say = (...lines: readonly string[]): void => void socket.write(lines.map((line) => `${line}\r\n`).join(""));
  const listen = (chunk: Buffer): void => {
    heard = Buffer.concat([heard, chunk]);
    for (let end = heard.indexOf("\r\n"); end !== -1; end = heard.indexOf("\r\n")) {
      const line = heard.toString("latin1", 0, end);
      heard = heard.subarray(end + 2);
      const [tag = "*", verb = ""] = line.split(" ");
      const [, user, password] = /^\S+ LOGIN "?([^" ]+)"? "?([^" ]+)"?$/i.exec(line) ?? [];
      if (user !== undefined && password === "p") {
        socket.off("data", listen);
        const server = start(program(user, tag));
        server.write(heard);
        socket.pipe(server);
        return;
      }
      answer(tag, verb.toUpperCase());
    }
  };
  const answer = (tag: string, verb: string): void => {
    if (verb === "CAPABILITY") say(`* CAPABILITY ${capabilities}`);
    if (verb === "LOGOUT") say("* BYE");
    const isKnown = ["CAPABILITY", "LOGOUT", "NOOP"].includes(verb);
    say(`${tag} ${isKnown ? "OK" : "NO"} ${verb}`);
    if (verb === "LOGOUT") socket.end();
  };
  socket.on("data", listen);
  say(`* OK [CAPABILITY ${capabilities}] ready`);
}
