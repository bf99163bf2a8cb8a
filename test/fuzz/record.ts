// Records test/fuzz/corpus anew: what Dovecot, Cyrus and Courier say while a few messages are copied, changed and deleted.
// Usage: npm run build, then tsx test/fuzz/record.ts

import { mkdirSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { startCourier } from "../support/courier.ts";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import { pieceSplitter } from "../support/imap-pieces.ts";
import type { MailServer } from "../support/mail-server.ts";
import { makeHome, plainText, runInterimap } from "../support/run-interimap.ts";
import { command, deliver, expunge, mail, store } from "../support/two-stores.ts";
import { type Said, writeDialogue } from "./dialogue.ts";

const corpus = fileURLToPath(new URL("corpus/", import.meta.url));

interface Recorder {
  readonly port: number;
  /** The conversations since the last time. */
  take(): Said[][];
  stop(): void;
}

async function startRecorder(server: MailServer): Promise<Recorder> {
  let conversations: Said[][] = [];
  const listener = createServer((client) => {
    const upstream = connect(server.port, server.host);
    const said: Said[] = [];
    conversations.push(said);
    for (const [from, to, who] of [
      [client, upstream, "client"],
      [upstream, client, "server"],
    ] as const) {
      const split = pieceSplitter();
      let text = "";
      from.on("data", (chunk: Buffer) => {
        for (const piece of split(chunk)) {
          const octets = piece.bytes.toString("latin1");
          if (piece.kind === "literal") text += who === "server" ? octets : "";
          else if (piece.literalSize !== undefined) text += who === "server" ? octets : octets.trimEnd();
          else {
            said.push({ from: who, text: who === "server" ? text + octets : (text + octets).trimEnd() });
            text = "";
          }
        }
        to.write(chunk);
      });
      from.on("end", () => to.end());
      from.on("error", () => to.destroy());
    }
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => listener.once("listening", resolve));
  return {
    port: (listener.address() as AddressInfo).port,
    take: () => {
      const taken = conversations;
      conversations = [];
      return taken;
    },
    stop: () => listener.close(),
  };
}

async function record(name: string, remote: MailServer, local: MailServer): Promise<void> {
  const recorder = await startRecorder(remote);
  const home = makeHome({
    local: plainText(local),
    remote: { ...plainText(remote), port: String(recorder.port) },
  });
  let count = 0;
  const run = async (what: string, ...args: string[]): Promise<void> => {
    const { status, stderr } = await runInterimap(home, args);
    if (status !== 0 && status !== 1) throw new Error(`${name}, ${what}: ${stderr}`);
    for (const said of recorder.take())
      writeFileSync(`${corpus}${name}-${String(++count)}-${what}.txt`, writeDialogue(said));
  };
  const box = `${remote.prefix}a box`;
  try {
    await command(remote, `CREATE "${box}"`, `SUBSCRIBE "${box}"`);
    await deliver(remote, box, mail("one", { flags: ["\\Seen", "$Label1"] }), mail("two", { body: 'x {5}\r\n)"\r\n' }));
    await deliver(remote, "INBOX", mail("three"));
    await deliver(local, "INBOX", mail("four", { body: Buffer.from("ä\0\r\n", "latin1") }), mail("five"));
    await run("first");
    await run("nothing");
    await store(remote, "1 +FLAGS (\\Flagged work)", box);
    await store(local, "1:* +FLAGS (\\Answered)");
    await expunge(remote, "2", box);
    await expunge(local, "2");
    await deliver(remote, box, mail("six"));
    await run("changes");
    await command(remote, `RENAME "${box}" "${remote.prefix}b (3)"`);
    await run("renamed");
    await run("repair", "--repair");
  } finally {
    home.remove();
    recorder.stop();
  }
}

mkdirSync(corpus, { recursive: true });
const others = [
  ["dovecot", () => startDovecot({ user: "r" })],
  ["dovecot-condstore", () => startDovecot({ user: "r", withoutCapabilities: ["QRESYNC", "LITERAL+", "NOTIFY"] })],
  ["cyrus", () => startCyrus()],
  ["courier", () => startCourier({ user: "r" })],
] as const;
for (const [name, start] of others) {
  const [local, remote] = [await startDovecot({ user: "l" }), await start()];
  try {
    await record(name, remote, local);
  } finally {
    await Promise.all([local.stop(), remote.stop()]);
  }
}
process.exit();
