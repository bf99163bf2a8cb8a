// Counts the steps of a run, and ends the process or a connection at one of them. A step is a line of the program to a
// server, the middle of a literal either way, a tagged reply on its way back, or a commit to the database
// (announce-commits.cjs). All but the commit are caught before they are passed on.

import type { ChildProcess } from "node:child_process";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { PerSide, Side } from "../../src/model/side.ts";
import { type LinePiece, pieceSplitter } from "../support/imap-pieces.ts";
import type { MailServer } from "../support/mail-server.ts";

/**
 * kill: SIGKILL to the process. cut: the end of all connections to that server. power off: kill, and the last commits, which
 * did not wait for the disk, are lost.
 */
export type Blow = "kill" | "cut local" | "cut remote" | "power off";

export interface Disturbance {
  /** The number of the step, from 1, or what it is. */
  readonly at: number | RegExp;
  readonly blow: Blow;
  /** How many commits are lost; see losable(). */
  readonly lost?: number;
}

/** How many commits a power cut at the end of these steps may take away: those after the last that waited for the disk. */
export function losable(taken: readonly string[]): number {
  return taken.slice(taken.lastIndexOf(durableCommit) + 1).filter((step) => step === commit).length;
}

const commit = "database commit";
const durableCommit = "database durable commit";

export interface Steps {
  /** The servers as the program shall see them. */
  readonly servers: PerSide<MailServer>;
  /** What has happened since the last begin(), a line for each step. */
  readonly taken: readonly string[];
  /** Starts counting, for a process that is about to start. */
  begin(disturbance?: Disturbance): void;
  /** To be called with that process at once. `onCommit` is called while the process stands still. */
  watch(child: ChildProcess, onCommit?: () => void): void;
  /** Resolves when the servers have done all they were told, and have closed every connection. */
  quiet(): Promise<void>;
  stop(): Promise<void>;
}

/** What announce-commits.cjs says of a commit that waited for the disk. */
const durable = "d".charCodeAt(0);

type Verdict = "pass" | "stop";

interface Connection {
  readonly side: Side;
  readonly client: Socket;
  readonly upstream: Socket;
  /** Nothing is passed on any more. */
  isCut: boolean;
}

export async function startSteps(servers: PerSide<MailServer>): Promise<Steps> {
  const connections = new Set<Connection>();
  const taken: string[] = [];
  let disturbance: Disturbance | undefined;
  let process: ChildProcess | undefined;
  let whenQuiet: (() => void) | undefined;
  let isMeant: (connection: Connection) => boolean = () => false;

  /** Tells whether what is at hand may go on. `side` is undefined for a commit. */
  const step = (what: string, side?: Side): Verdict => {
    taken.push(`${side ?? "database"} ${what}`);
    if (disturbance === undefined || !isMet(disturbance, taken)) return "pass";
    const { blow } = disturbance;
    disturbance = undefined;
    const endsProcess = blow === "kill" || blow === "power off";
    isMeant = ({ side: on }) => endsProcess || blow === `cut ${on}`;
    if (endsProcess) process?.kill("SIGKILL");
    // Else whoever asked strikes, when what comes before the step has gone out.
    const isAtHand = side !== undefined && (endsProcess || blow === `cut ${side}`);
    if (!isAtHand) strike();
    return isAtHand || endsProcess ? "stop" : "pass";
  };
  const strike = (): void => {
    for (const connection of connections) if (isMeant(connection)) cutOne(connection);
  };

  const listeners = {} as Record<Side, Server>;
  const seen = {} as Record<Side, MailServer>;
  for (const side of ["local", "remote"] as const) {
    const listener = createServer((client) => {
      const connection = { side, client, upstream: connect(servers[side].port, servers[side].host), isCut: false };
      connections.add(connection);
      connection.upstream.on("close", () => {
        connections.delete(connection);
        if (connections.size === 0) whenQuiet?.();
      });
      relay(connection, { from: "client", step, strike });
      relay(connection, { from: "server", step, strike });
    });
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    listener.unref();
    listeners[side] = listener;
    seen[side] = { ...servers[side], port: (listener.address() as AddressInfo).port };
  }

  return {
    servers: seen,
    taken,
    begin: (wanted) => {
      taken.length = 0;
      disturbance = wanted;
    },
    watch: (child, onCommit) => {
      process = child;
      const channel = child.stdio[3] as Duplex | null | undefined;
      channel?.on("data", (octets: Buffer) => {
        for (const octet of octets) {
          onCommit?.();
          if (step(octet === durable ? "durable commit" : "commit") === "pass") channel.write("g");
        }
      });
      channel?.on("error", () => {});
    },
    quiet: async () => {
      if (connections.size === 0) return;
      await new Promise<void>((resolve) => (whenQuiet = resolve));
      whenQuiet = undefined;
    },
    stop: async () => {
      for (const { client, upstream } of connections) {
        client.destroy();
        upstream.destroy();
      }
      await Promise.all(Object.values(listeners).map((one) => new Promise((resolve) => one.close(resolve))));
    },
  };
}

function isMet({ at }: Disturbance, taken: readonly string[]): boolean {
  return typeof at === "number" ? taken.length === at : at.test(taken.at(-1) ?? "");
}

interface Direction {
  readonly from: "client" | "server";
  readonly step: (what: string, side: Side) => Verdict;
  /** Ends all connections that the blow is meant for. */
  readonly strike: () => void;
}

function relay(connection: Connection, { from, step, strike }: Direction): void {
  const { side, client, upstream } = connection;
  const [source, target] = from === "client" ? [client, upstream] : [upstream, client];
  const split = pieceSplitter();
  // Of the literal that is being passed on: octets up to its middle, while that is still to come.
  let toMiddle: number | undefined;
  let literalOf = "";

  const isPassed = (chunk: Buffer): boolean => {
    const passed: Buffer[] = [];
    const flush = (): void => void target.write(Buffer.concat(passed));
    for (const piece of split(chunk)) {
      if (piece.kind === "line") {
        const line = piece.bytes.toString("latin1").replace(/\r?\n$/, "");
        if (isStep(from, piece, line) && step(`${from === "client" ? "<" : ">"} ${line}`, side) === "stop") {
          flush();
          return false;
        }
        toMiddle = (piece.literalSize ?? 0) > 1 ? (piece.literalSize ?? 0) >> 1 : undefined;
        literalOf = line;
      } else if (toMiddle !== undefined) {
        if (piece.bytes.length >= toMiddle) {
          const what = `${from === "client" ? "<" : ">"} literal of ${literalOf}`;
          if (step(what, side) === "stop") {
            passed.push(piece.bytes.subarray(0, toMiddle));
            flush();
            return false;
          }
          toMiddle = undefined;
        } else toMiddle -= piece.bytes.length;
      }
      passed.push(piece.bytes);
    }
    flush();
    return true;
  };

  source.on("data", (chunk: Buffer) => {
    if (connection.isCut || !target.writable) return;
    if (!isPassed(chunk)) strike();
  });
  source.on("end", () => target.end());
  source.on("error", () => {});
  source.on("close", () => void (from === "client" ? upstream.end() : client.destroySoon()));
}

/** Every line of the program counts, and of the server's those that end a command. */
function isStep(from: "client" | "server", piece: LinePiece, line: string): boolean {
  return from === "client" || (!piece.continues && /^[^*+ ]\S* (OK|NO|BAD)\b/.test(line));
}

/** What was passed on before still arrives, and the server is left to do it. */
function cutOne(connection: Connection): void {
  connection.isCut = true;
  connection.client.destroySoon();
  connection.upstream.end();
}
