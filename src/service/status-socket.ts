// The socket where a running daemon tells its status: nobody else can read the database meanwhile. One document a
// connection, then the end.

import { lstatSync, mkdirSync, rmSync } from "node:fs";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import type { Log } from "../log/log.ts";

export interface StatusServer {
  /** Removes the socket. To be called before the database is closed: who has it then may have a socket of that name. */
  close(): void;
}

/** sun_path of unix(7), without the NUL at its end. Node.js cuts a longer path off without a word. */
const maxPathOctets = 107;

/** For whole exchanges: the answer is ready at once, and this machine is not far away. */
const limitMs = 5000;

/**
 * Answers everybody who connects to `path` with what `answer` returns, until it is closed; does not keep the process
 * running. To be called while the database is open, so that a socket that is there already is nobody's. Never throws:
 * where it cannot listen, that is one warning.
 */
export function serveStatus(path: string, answer: () => string, log: Log): StatusServer {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    serve(socket, answer, log);
  });
  const fail = (error: unknown): void => {
    const reason = error instanceof Error ? error.message : String(error);
    log.warn(`--status cannot ask this process: no socket ${path} (${reason})`);
  };
  server.on("error", fail);
  server.unref();
  try {
    makeWay(path);
    listenPrivately(server, path);
  } catch (error) {
    fail(error);
  }
  return {
    close() {
      server.close();
      // whoever does not read would keep the process running
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** What the daemon that listens there answers; undefined when there is none, or none that answers within 5 seconds. */
export function askStatus(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    if (isTooLong(path)) {
      resolve(undefined);
      return;
    }
    const chunks: Buffer[] = [];
    const socket = createConnection(path);
    const timer = setTimeout(() => socket.destroy(), limitMs);
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.once("end", () => {
      // a daemon that failed to answer says nothing
      if (chunks.length > 0) resolve(Buffer.concat(chunks).toString());
    });
    // not there, nobody listens, not ours, too late: all the same to who asks
    socket.on("error", () => undefined);
    socket.once("close", () => {
      clearTimeout(timer);
      resolve(undefined);
    });
  });
}

function serve(socket: Socket, answer: () => string, log: Log): void {
  socket.unref();
  socket.on("error", () => undefined);
  socket.setTimeout(limitMs, () => socket.destroy());
  try {
    socket.end(answer());
  } catch (error) {
    log.warn(`the status cannot be told: ${error instanceof Error ? error.message : String(error)}`);
    socket.destroy();
  }
}

/** Throws. Makes the directory, and removes what a daemon that was killed left behind. */
function makeWay(path: string): void {
  if (isTooLong(path)) throw new Error(`its path is longer than ${maxPathOctets} octets`);
  makeDirectory(dirname(path));
  const existing = lstatSync(path, { throwIfNoEntry: false });
  if (existing === undefined) return;
  if (!existing.isSocket()) throw new Error("a file of that name is there");
  rmSync(path);
}

/** Not its parents: where the system has no directory for sockets, we make none. */
function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
}

/** The file is made before listen() returns, so the umask is that of nothing else. */
function listenPrivately(server: Server, path: string): void {
  const umask = process.umask(0o177);
  try {
    server.listen(path);
  } finally {
    process.umask(umask);
  }
}

function isTooLong(path: string): boolean {
  return Buffer.byteLength(path) > maxPathOctets;
}
