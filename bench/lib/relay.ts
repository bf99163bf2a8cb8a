// The least CPU time that carrying these octets can cost a program in Node: it reads them from one socket, by TLS or not, and
// writes them to another, and looks at none of them.

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { makeCertificate } from "../../test/support/certificate.ts";
import { removeScratch, scratchDirectory } from "../../test/support/scratch.ts";
import { type Cost, measure } from "./measure.ts";
import { type Link, messagesOf, type Situation } from "./situation.ts";

const program = `
  const { connect } = require("node:net");
  const [from, to, tls] = process.argv.slice(1);
  const source = tls === "tls"
    ? require("node:tls").connect({ port: Number(from), host: "127.0.0.1", rejectUnauthorized: false })
    : connect(Number(from), "127.0.0.1");
  source.pipe(connect(Number(to), "127.0.0.1"));
`;

export async function relay(situation: Situation, { tls = false }: Link): Promise<Cost> {
  const mail = Buffer.concat([...messagesOf(situation, "INBOX")].map(({ bytes }) => bytes));
  const directory = scratchDirectory("relay");
  const { certificateFile, keyFile } = makeCertificate(directory);
  const send = (socket: Socket): void => {
    socket.on("error", () => {}).end(mail);
  };
  const source = tls
    ? createTlsServer({ cert: readFileSync(certificateFile), key: readFileSync(keyFile) }, send)
    : createServer(send);
  const sink = createServer((socket) => socket.on("error", () => {}).resume());
  try {
    const ports = await Promise.all([source, sink].map(listening));
    const words = [process.execPath, "-e", program, ...ports.map(String), tls ? "tls" : "plain"];
    const { status, stderr, ...cost } = await measure(words, { cwd: "/", env: process.env });
    if (status !== 0) throw new Error(`relay: ${stderr.slice(0, 1000)}`);
    return cost;
  } finally {
    for (const server of [source, sink]) server.close();
    removeScratch(directory);
  }
}

async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}
