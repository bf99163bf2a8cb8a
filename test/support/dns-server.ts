// A DNS server (RFC 1035) that says what a test wants, also something else each time.

import { createSocket } from "node:dgram";
import { once } from "node:events";
import { isIP, isIPv6 } from "node:net";

export interface DnsServer {
  /** How many questions for addresses there were. */
  readonly questions: ReadonlyMap<string, number>;
  stop(): void;
}

/** For each name its answers, which are given in turn: lists of addresses. */
export type DnsAnswers = Readonly<Record<string, readonly (readonly string[])[]>>;

const types: Readonly<Record<number, string>> = { 1: "A", 28: "AAAA" };

/** Answers are about addresses only. Those of IPv4 and of IPv6 have turns of their own, which begin again after the last. */
export async function startDnsServer(address: string, answers: DnsAnswers): Promise<DnsServer> {
  const socket = createSocket("udp4");
  const questions = new Map<string, number>();
  socket.on("message", (message, { address: from, port }) => {
    const { name, type, end } = questionOf(message);
    const turns = answers[name] ?? [];
    const key = `${name} ${types[type] ?? String(type)}`;
    const turn = questions.get(key) ?? 0;
    questions.set(key, turn + 1);
    const records = recordsOf(turns[turn % turns.length] ?? [], type);
    const head = Buffer.from(message.subarray(0, 12));
    // An answer, with recursion; no such name where nothing is known of it.
    head.writeUInt16BE(turns.length === 0 ? 0x8183 : 0x8180, 2);
    head.writeUInt16BE(records.length, 6);
    head.fill(0, 8);
    socket.send(Buffer.concat([head, message.subarray(12, end), ...records]), port, from);
  });
  socket.bind(53, address);
  await once(socket, "listening");
  return { questions, stop: () => socket.close() };
}

interface Question {
  readonly name: string;
  readonly type: number;
  readonly end: number;
}

function questionOf(message: Buffer): Question {
  const labels: string[] = [];
  let at = 12;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString("latin1", at + 1, at + 1 + length).toLowerCase());
    at += 1 + length;
  }
  return { name: labels.join("."), type: message.readUInt16BE(at + 1), end: at + 5 };
}

function recordsOf(values: readonly string[], type: number): readonly Buffer[] {
  return values
    .filter((value) => types[type] === (isIPv6(value) ? "AAAA" : "A"))
    .filter((value) => isIP(value) !== 0)
    .map((value) => {
      const data = isIPv6(value) ? octets6(value) : Buffer.from(value.split(".").map(Number));
      // The name of the question, the type, IN, to be kept for no time.
      const head = Buffer.from([0xc0, 0x0c, 0, type, 0, 1, 0, 0, 0, 0, 0, data.length]);
      return Buffer.concat([head, data]);
    });
}

function octets6(address: string): Buffer {
  const groups = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const [before = [], after = []] = groups.map((half) => half.split(":").filter((group) => group !== ""));
  const zeros = Array<string>(8 - before.length - after.length).fill("0");
  return Buffer.from([...before, ...zeros, ...after].map((group) => group.padStart(4, "0")).join(""), "hex");
}
