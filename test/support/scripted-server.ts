// An IMAP server that follows a transcript, for what no real server would say: malformed answers, faults, attacks.
//
//   C: t1 SELECT box        the client must send this line; its tag is whatever the client chose
//   S: t1 OK done           sent with CRLF and the client's own tag; neighbouring S lines leave in one write
//   S- * OK half a li       sent without CRLF
//   ...                     a moment passes
//   close                   the connection ends
//
// Of the look at some messages that leaves together with SELECT a script need not speak: the answer is that they are gone.
//
// `\xNN` stands for any octet. Literals need no notation: their octets are lines, or parts of lines, like all others.

import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import type { Transport } from "../../src/imap/transport/transport.ts";
import { patienceMs } from "./eventually.ts";

export interface ScriptedServer {
  readonly port: number;
  /** The client's end of a connection to this server, which takes one. */
  connect(): Promise<Transport>;
}

type Step =
  | { readonly type: "expect"; readonly line: string; readonly continues: boolean }
  | { readonly type: "send"; readonly text: string }
  | { readonly type: "pause" }
  | { readonly type: "close" };

const pauseMs = 20;

const sampling = /^UID FETCH \S+ \(UID INTERNALDATE RFC822\.SIZE BODY\.PEEK\[HEADER\.FIELDS \(MESSAGE-ID\)\]\)$/;

/**
 * Runs `work` with the server. Fails when the client says anything but what the script expects, or leaves before its
 * end; then it shows the script up to there, and what came instead.
 */
export async function withScript<T>(script: string, work: (server: ScriptedServer) => Promise<T>): Promise<T> {
  const conversation = new Conversation(parse(script));
  const listener = createServer((socket) => void conversation.hold(socket)).listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address() as AddressInfo;
  const clients: Socket[] = [];
  const server: ScriptedServer = {
    port,
    connect: async () => {
      const stream = connect(port, "127.0.0.1");
      clients.push(stream);
      stream.on("error", () => undefined);
      await once(stream, "connect");
      return { stream, secure: false };
    },
  };
  try {
    const result = await conversation.during(work(server));
    await conversation.reached();
    for (const client of clients) client.destroy();
    await conversation.left();
    return result;
  } finally {
    conversation.end();
    for (const client of clients) client.destroy();
    listener.close();
  }
}

function parse(script: string): Step[] {
  const steps: Step[] = [];
  let literalLeft = 0;
  let continues = false;
  let tag = "";
  for (const line of script.split("\n").map((each) => each.trimStart())) {
    if (line === "" || line.startsWith("#")) continue;
    const text = line.slice(3).replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
    if (line.startsWith("C:")) {
      steps.push({ type: "expect", line: text, continues });
      if (!continues) tag = firstWord(text);
      const rest = literalLeft > text.length ? undefined : text.slice(literalLeft);
      const marker = rest === undefined ? null : /\{(\d+)\+?\}$/.exec(rest);
      literalLeft = rest === undefined ? Math.max(0, literalLeft - text.length - 2) : Number(marker?.[1] ?? 0);
      continues = rest === undefined || marker !== null;
    } else if (line.startsWith("S:")) {
      steps.push({ type: "send", text: `${text}\r\n` });
      if (text.startsWith("+")) continues = true;
      else if (firstWord(text) === tag) [continues, literalLeft] = [false, 0];
    } else if (line.startsWith("S-")) steps.push({ type: "send", text });
    else if (line === "...") steps.push({ type: "pause" });
    else if (line === "close") steps.push({ type: "close" });
    else throw new Error(`not a line of a transcript: ${line}`);
  }
  return steps;
}

function firstWord(text: string): string {
  return text.slice(0, text.search(/ |$/));
}

class Conversation {
  readonly #steps: readonly Step[];
  /** The client's tag for each tag of the script. */
  readonly #tags = new Map<string, string>();
  readonly #seen: string[] = [];
  readonly #lines: string[] = [];
  #partial = "";
  #position = 0;
  #socket: Socket | undefined;
  #hasClientLeft = false;
  #failure: Error | undefined;
  #wake: () => void = () => undefined;

  constructor(steps: readonly Step[]) {
    this.#steps = steps;
  }

  async hold(socket: Socket): Promise<void> {
    this.#socket = socket;
    socket.setNoDelay(true).setEncoding("latin1");
    socket.on("data", (text: string) => {
      const lines = (this.#partial + text).split("\r\n");
      this.#partial = lines.pop() ?? "";
      this.#lines.push(...lines);
      this.#wake();
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.#hasClientLeft = true;
      this.#wake();
    });
    try {
      for (; this.#position < this.#steps.length; this.#position++)
        await this.#take(socket, this.#steps[this.#position]);
      // What comes now is too much, unless it is the state that is asked for once more: it is what it was.
      for (let more = await this.#nextLine(); more !== undefined; more = await this.#nextLine())
        if (!this.#isSample(more) && !this.#tellsStateAgain(socket, more)) this.#differs("nothing more", more);
    } catch (error) {
      this.#failure = error as Error;
      socket.destroy();
    }
  }

  async #take(socket: Socket, step: Step | undefined): Promise<void> {
    if (step === undefined) return;
    if (step.type === "expect") await this.#expect(step);
    else if (step.type === "pause") await setTimeout(pauseMs);
    else if (step.type === "close") socket.end();
    else this.#send(socket, step.text);
  }

  async #expect({ line, continues }: Extract<Step, { type: "expect" }>): Promise<void> {
    let got = await this.#nextLine();
    while (got !== undefined && this.#isSample(got, line)) got = await this.#nextLine();
    if (got === undefined) return this.#differs(`C: ${line}`, "the connection was closed");
    if (!continues) this.#learnTag(line, got);
    const expected = continues ? line : this.#withClientTag(line);
    if (got !== expected) return this.#differs(`C: ${expected}`, `C: ${got}`);
    this.#seen.push(`C: ${got}`);
  }

  #isSample(line: string, expected = ""): boolean {
    const [tag = "", ...rest] = line.split(" ");
    const command = rest.join(" ");
    if (!sampling.test(command) || expected.endsWith(command)) return false;
    this.#socket?.write(`${tag} OK\r\n`, "latin1");
    return true;
  }

  #tellsStateAgain(socket: Socket, line: string): boolean {
    const told = this.#seen.findLast((seen) => seen.startsWith("S: * STATUS "));
    const [tag = "", ...question] = line.split(" ");
    if (told === undefined || question[0] !== "STATUS" || question[1] !== told.split(" ")[3]) return false;
    socket.write(`${told.slice(3)}\r\n${tag} OK\r\n`, "latin1");
    return true;
  }

  #learnTag(line: string, got: string): void {
    if (!this.#tags.has(firstWord(line))) this.#tags.set(firstWord(line), firstWord(got));
  }

  #withClientTag(line: string): string {
    const tag = firstWord(line);
    return (this.#tags.get(tag) ?? tag) + line.slice(tag.length);
  }

  /** Cork and uncork join neighbours into one write. */
  #send(socket: Socket, text: string): void {
    const octets = this.#withClientTag(text);
    this.#seen.push(`S: ${octets.trimEnd()}`);
    if (socket.writableCorked === 0) socket.cork();
    socket.write(octets, "latin1");
    if (this.#steps[this.#position + 1]?.type !== "send") socket.uncork();
  }

  async #nextLine(): Promise<string | undefined> {
    while (this.#lines.length === 0 && !this.#hasClientLeft) await new Promise<void>((wake) => (this.#wake = wake));
    return this.#lines.shift();
  }

  #differs(expected: string, got: string): never {
    assert.fail(
      ["the client left the script:", ...this.#seen.slice(-12).map(shown), `expected ${shown(expected)}`].join("\n  ") +
        `\n  got      ${shown(got)}`,
    );
  }

  /** The result of `work`, unless the script was left: that explains whatever `work` says. */
  async during<T>(work: Promise<T>): Promise<T> {
    const patience = new AbortController();
    const tooLate = setTimeout(patienceMs, undefined, { signal: patience.signal }).then(() => {
      throw new Error(`nothing goes on: ${this.#whatIsAwaited()}`);
    });
    try {
      return await Promise.race([work, tooLate]);
    } catch (error) {
      throw this.#failure ?? error;
    } finally {
      patience.abort();
      await tooLate.catch(() => undefined);
    }
  }

  /** Waits for what the client has written but the server has not yet read. */
  async reached(): Promise<void> {
    await this.#patiently(() => this.#position === this.#steps.length);
    assert.equal(this.#position, this.#steps.length, this.#whatIsAwaited());
  }

  /** Waits for the client to go: until then it may say something that is not in the script. */
  async left(): Promise<void> {
    await this.#patiently(() => this.#hasClientLeft || this.#socket === undefined);
  }

  async #patiently(isDone: () => boolean): Promise<void> {
    const deadline = performance.now() + patienceMs;
    for (let i = 0; performance.now() < deadline && this.#failure === undefined && !isDone(); i++)
      await setTimeout(i < 10 ? 1 : pauseMs);
    if (this.#failure !== undefined) throw this.#failure;
  }

  #whatIsAwaited(): string {
    const step = this.#steps[this.#position];
    if (step === undefined) return "the script has ended";
    return step.type === "expect" ? `the server awaits C: ${shown(step.line)}` : `the server is at ${step.type}`;
  }

  end(): void {
    this.#socket?.destroy();
  }
}

function shown(text: string): string {
  const printable = text.replace(/[^\x20-\x7e]/g, (octet) => `\\x${octet.charCodeAt(0).toString(16).padStart(2, "0")}`);
  return printable.length > 300 ? `${printable.slice(0, 300)}… (${text.length} octets)` : printable;
}
