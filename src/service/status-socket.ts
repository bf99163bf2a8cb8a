// The socket on which a process that works on the database answers --status: nobody else can read the database
// meanwhile. One document a connection, then the end.

import { rmSync } from "node:fs";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { dirname, resolve as absolute } from "node:path";
import { type Distrust, distrustOf, examine } from "../files/examine.ts";
import { makePrivateDirectory, withUmask } from "../files/open-safely.ts";
import type { Log } from "../log/log.ts";

export interface StatusServer {
  /** Removes the socket. Call it before the database is closed: the next process may have a socket of that name. */
  close(): void;
}

/** sun_path of unix(7), without the NUL at its end. Node.js cuts a longer path off without a word. */
const maxPathOctets = 107;

/** Each gets an answer of its own; later ones must ask again. */
const maxConnections = 16;

/** A quarter of a million mailboxes. */
const maxAnswerOctets = 64 << 20;

/** For whole exchanges: the answer is ready at once, and this machine is not far away. */
const limitMs = 5000;

/**
 * Answers everybody who connects to `path` with what `answer` returns, until it is closed; does not keep the process
 * running. To be called while the database is open, so that a socket that is there already is nobody's. Never throws:
 * where it cannot listen, that is one warning.
 */
export function serveStatus(path: string, answer: () => string, log: Pick<Log, "warn">): StatusServer {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    serve(socket, answer, log);
  });
  const fail = (error: unknown): void => {
    const reason = error instanceof Error ? error.message : String(error);
    log.warn(`--status cannot reach this process: no socket ${path} (${reason})`);
  };
  server.maxConnections = maxConnections;
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
      // a client that does not read would keep the process running
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Why not to ask there: anybody could answer. Undefined if all is well, or there is no socket. */
export function distrustOfSocket(path: string): Distrust | undefined {
  return distrustOf(absolute(path));
}

/**
 * What the daemon that listens there answers; undefined when there is none, when it is not this user's or root's, or none
 * that answers within 5 seconds and not without end.
 */
export function askStatus(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    if (isTooLong(path) || distrustOfSocket(path) !== undefined) {
      resolve(undefined);
      return;
    }
    const chunks: Buffer[] = [];
    let octets = 0;
    const socket = createConnection(path);
    const timer = setTimeout(() => socket.destroy(), limitMs);
    socket.on("data", (chunk: Buffer) => {
      octets += chunk.length;
      if (octets <= maxAnswerOctets) chunks.push(chunk);
      else socket.destroy();
    });
    socket.once("end", () => {
      // a daemon that failed to answer says nothing
      if (chunks.length > 0) resolve(Buffer.concat(chunks).toString());
    });
    // not there, nobody listens, not ours, too late: no difference to the caller
    socket.on("error", () => undefined);
    socket.once("close", () => {
      clearTimeout(timer);
      resolve(undefined);
    });
  });
}

/** Nothing is read: what a client sends stays in the kernel, but for a first piece. */
function serve(socket: Socket, answer: () => string, log: Pick<Log, "warn">): void {
  socket.unref();
  socket.on("error", () => undefined);
  socket.setTimeout(limitMs, () => socket.destroy());
  try {
    socket.end(answer());
  } catch (error) {
    log.warn(`the status cannot be sent: ${error instanceof Error ? error.message : String(error)}`);
    socket.destroy();
  }
}

/** Throws. Makes the directory, and removes what a daemon that was killed left behind. */
function makeWay(path: string): void {
  if (isTooLong(path)) throw new Error(`its path is longer than ${maxPathOctets} octets`);
  makeDirectory(dirname(path));
  const { stats, distrust, path: real } = examine(absolute(path));
  if (distrust !== undefined) throw new Error(`it ${distrust.problem}`);
  if (stats === undefined) return;
  if (!stats.isSocket()) throw new Error("a file of that name is there");
  rmSync(real);
}

/** Not its parents: where the system has no directory for sockets, we make none. */
function makeDirectory(path: string): void {
  try {
    makePrivateDirectory(path, { recursive: false });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
}

/** The file is made before listen() returns, so the umask is that of nothing else. */
function listenPrivately(server: Server, path: string): void {
  withUmask(0o177, () => server.listen(path));
}

function isTooLong(path: string): boolean {
  return Buffer.byteLength(path) > maxPathOctets;
}
