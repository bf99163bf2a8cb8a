// Stands between the program and both servers and tells one lie (lies.ts), in the place of a response that is chosen by its
// number. The server knows nothing of it: it has done, and will do, what it was told.

import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { type PerSide, perSide, type Side, sides } from "../../src/model/side.ts";
import { pieceSplitter } from "../support/imap-pieces.ts";
import type { MailServer } from "../support/mail-server.ts";
import { type Around, isOwed, isTagged, type Lie, literal, octetsOf, type Response, type Told } from "./lies.ts";

export interface Order {
  readonly side: Side;
  /** The number of the response, from 1, of all connections to that side; the next that the lie can be told of, if it cannot. */
  readonly at: number;
  readonly lie: Lie;
}

/** What was said, and what was known then. */
export interface Said {
  readonly response: Response;
  readonly around: Around;
  /** The one that a tagged response is for, else the oldest without an answer; without its tag, and empty when there is none. */
  readonly command: string;
}

export interface ToldLie {
  /** The response in whose place it was told. */
  readonly of: string;
  /** For people. */
  readonly words: string;
}

export interface LyingProxy {
  /** The servers as the program shall see them. */
  readonly servers: PerSide<MailServer>;
  /** Since the last begin(): what the servers said, without the octets of literals. */
  readonly said: PerSide<readonly Said[]>;
  /** Since then, each command, and each line that goes on with one. */
  readonly commands: readonly string[];
  /** The lie, if it was told. */
  readonly told: ToldLie | undefined;
  /** For a process that is about to start. */
  begin(order?: Order): void;
  /** Resolves when the servers have done all they were told, and have closed every connection. */
  quiet(): Promise<void>;
  stop(): Promise<void>;
}

/** When nothing went either way for so long, what was held back goes out, and who waits for what never comes is cut off. */
const silenceMs = 300;
/** Between two pieces of a response. */
const pauseMs = 5;

interface Connection {
  readonly side: Side;
  readonly client: Socket;
  readonly upstream: Socket;
  around: Around;
  /** Commands that are not answered yet, by tag, the oldest first. */
  readonly inFlight: Map<string, string>;
  /** Keeps the order although there are pauses. */
  sending: Promise<void>;
  held: Told | undefined;
  /** Something was left out for which the client waits. */
  isInDebt: boolean;
  /** Nothing more is passed on. */
  isSilent: boolean;
  silence: NodeJS.Timeout | undefined;
}

export async function startLyingProxy(servers: PerSide<MailServer>): Promise<LyingProxy> {
  const connections = new Set<Connection>();
  const said: PerSide<Said[]> = perSide(() => []);
  const commands: string[] = [];
  let order: Order | undefined;
  let told: ToldLie | undefined;
  let whenQuiet: (() => void) | undefined;

  const onResponse = (connection: Connection, response: Response): void => {
    if (connection.isSilent) return;
    const { side } = connection;
    connection.around = learnt(connection.around, response);
    const command = answered(connection, response);
    const count = said[side].push({
      response: { ...response, literals: response.literals.map(() => Buffer.alloc(0)) },
      around: connection.around,
      command,
    });
    const lie = order?.side === side && count >= order.at ? order.lie.tell(response, connection.around) : undefined;
    if (lie === undefined) {
      pass(connection, response);
      return;
    }
    const words = `${side} response ${count}: ${shown(response)}\n  ${order!.lie.name}: ${lie.responses.map(shown).join("\n    ")}`;
    told = { of: response.text, words };
    order = undefined;
    tell(connection, response, lie);
  };

  const listeners: Server[] = [];
  const seen = {} as Record<Side, MailServer>;
  for (const side of sides) {
    const listener = createServer((client) => {
      const upstream = connect(servers[side].port, servers[side].host);
      const connection: Connection = {
        ...{ side, client, upstream, around: {}, inFlight: new Map<string, string>(), sending: Promise.resolve() },
        ...{ held: undefined, isInDebt: false, isSilent: false, silence: undefined },
      };
      connections.add(connection);
      upstream.on("close", () => {
        clearTimeout(connection.silence);
        connections.delete(connection);
        if (connections.size === 0) whenQuiet?.();
      });
      fromClient(connection, (line) => {
        commands.push(`${side} < ${line}`);
        const [, tag, command] = begun.exec(line) ?? [];
        if (tag !== undefined && command !== undefined) connection.inFlight.set(tag, command);
      });
      fromServer(connection, (response) => onResponse(connection, response));
    });
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    listener.unref();
    listeners.push(listener);
    seen[side] = { ...servers[side], port: (listener.address() as AddressInfo).port };
  }

  return {
    servers: seen,
    said,
    commands,
    get told() {
      return told;
    },
    begin: (wanted) => {
      for (const side of sides) said[side].length = 0;
      commands.length = 0;
      order = wanted;
      told = undefined;
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
      await Promise.all(listeners.map((one) => new Promise((resolve) => one.close(resolve))));
    },
  };
}

/** A line that begins a command, by the tags that the program gives. */
const begun = /^([a-z]+\d+) (.+)$/s;

function answered({ inFlight }: Connection, response: Response): string {
  const [oldest = ""] = inFlight.values();
  if (!isTagged(response)) return oldest;
  const [tag = ""] = response.text.split(" ", 1);
  const command = inFlight.get(tag) ?? oldest;
  inFlight.delete(tag);
  return command;
}

function fromClient(connection: Connection, onLine: (line: string) => void): void {
  const { client, upstream } = connection;
  const split = pieceSplitter();
  client.on("data", (chunk: Buffer) => {
    for (const piece of split(chunk)) {
      if (piece.kind === "line") onLine(piece.bytes.toString("latin1").replace(/\r?\n$/, ""));
    }
    if (upstream.writable) upstream.write(chunk);
    awaitSilence(connection);
  });
  client.on("end", () => upstream.end());
  client.on("close", () => upstream.end());
  client.on("error", () => {});
}

function fromServer(connection: Connection, onResponse: (response: Response) => void): void {
  const { client, upstream } = connection;
  const read = responseReader();
  upstream.on("data", (chunk: Buffer) => {
    for (const response of read(chunk)) onResponse(response);
    awaitSilence(connection);
  });
  const close = (): void => {
    if (!connection.isSilent) later(connection, () => void client.destroySoon());
  };
  upstream.on("end", close);
  upstream.on("close", close);
  upstream.on("error", () => {});
}

/** A function that takes the chunks in order and gives the responses completed by each. */
export function responseReader(): (chunk: Buffer) => Response[] {
  const split = pieceSplitter();
  let text = "";
  let literals: Buffer[][] = [];
  return (chunk) => {
    const responses: Response[] = [];
    for (const piece of split(chunk)) {
      if (piece.kind === "literal") {
        literals.at(-1)!.push(piece.bytes);
        continue;
      }
      text += piece.bytes.toString("latin1");
      if (piece.literalSize !== undefined) {
        text += literal;
        literals.push([]);
        continue;
      }
      responses.push({ text: text.replace(/\r?\n$/, ""), literals: literals.map((parts) => Buffer.concat(parts)) });
      [text, literals] = ["", []];
    }
    return responses;
  };
}

function learnt(around: Around, { text }: Response): Around {
  const number = (pattern: RegExp): number | undefined => {
    const [, found] = pattern.exec(text) ?? [];
    return found === undefined ? undefined : Number(found);
  };
  const exists = number(/^\* (\d+) EXISTS/);
  const uidNext = number(/^\* OK \[UIDNEXT (\d+)\]/);
  return { ...around, ...(exists !== undefined && { exists }), ...(uidNext !== undefined && { uidNext }) };
}

function pass(connection: Connection, response: Response): void {
  send(connection, response);
  const { held } = connection;
  if (held !== undefined && (held.late === "next" || isTagged(response))) release(connection);
}

function tell(connection: Connection, response: Response, lie: Told): void {
  if (lie.late !== undefined) connection.held = lie;
  else {
    for (const one of lie.responses) send(connection, one, lie.cuts);
    // The greeting is the first that a connection hears, and is awaited too.
    connection.isInDebt = lie.responses.length === 0 && (isOwed(response) || connection.upstream.bytesWritten === 0);
  }
  if (lie.then !== undefined) connection.isSilent = true;
  if (lie.then === "close") later(connection, () => cut(connection));
  awaitSilence(connection);
}

function release(connection: Connection): void {
  const { held } = connection;
  connection.held = undefined;
  for (const one of held?.responses ?? []) send(connection, one);
}

function awaitSilence(connection: Connection): void {
  clearTimeout(connection.silence);
  if (connection.held === undefined && !connection.isInDebt) return;
  connection.silence = setTimeout(() => {
    if (connection.held !== undefined) release(connection);
    else cut(connection);
  }, silenceMs);
}

function send(connection: Connection, response: Response, cuts: readonly number[] = []): void {
  const octets = octetsOf(response);
  const at = [0, ...cuts, octets.length].map((cut) => (cut < 0 ? octets.length + cut : cut));
  later(connection, async () => {
    for (let i = 0; i + 1 < at.length; i++) {
      if (i > 0) await pause(pauseMs);
      if (connection.client.writable) connection.client.write(octets.subarray(at[i], at[i + 1]));
    }
  });
}

function later(connection: Connection, work: () => void | Promise<void>): void {
  connection.sending = connection.sending.then(work);
}

/** What was passed on before still arrives, and the server is left to do it. */
function cut({ client, upstream }: Connection): void {
  client.destroySoon();
  upstream.end();
}

const shownOctets = 300;

function shown({ text, literals }: Response): string {
  let at = 0;
  const whole = text.replaceAll(/\{\d+\}\r\n\0/g, () => `<${literals[at++]?.length ?? 0} octets>`);
  return whole.length > shownOctets ? `${whole.slice(0, shownOctets)}…` : whole;
}
