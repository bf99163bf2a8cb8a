// Before TLS and the login anybody may answer: little is listened to, nothing is believed, and all of it ends.

import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { Readable } from "node:stream";
import { test, type TestContext } from "node:test";
import { InterimapError } from "../../src/model/errors.ts";
import { withScript } from "../support/scripted-server.ts";
import { connectTo, failsWith, recordedLog, serverSettings } from "./fixture.ts";

const options = { side: "remote", log: recordedLog(), keepAlive: false } as const;

function connecting(script: string, timeoutMs = 30_000): Promise<unknown> {
  return withScript(script, ({ port }) => connectTo(serverSettings(port), { ...options, timeoutMs }));
}

const greeting = "S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready";

test("credentials are sent once, however often a server asks for them", async () => {
  const script = `
    ${greeting}
    C: l AUTHENTICATE PLAIN
    S: +
    C: AHUAcA==
    S: +
    C: *
    S: +`;
  await assert.rejects(connecting(script), failsWith("PROTOCOL", /asking for data although AUTHENTICATE is complete/));
});

test("what went with the command is not sent again", async () => {
  const script = `
    S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready
    C: l AUTHENTICATE PLAIN AHUAcA==
    S: +
    C: *
    S: l BAD cancelled`;
  await assert.rejects(connecting(script), failsWith("AUTH_FAILED", /cancelled/));
});

/** A server that says one thing over and over: at once, or once it has greeted and heard something. */
async function endless(t: TestContext, greets: boolean, say: (socket: Socket) => void): Promise<number> {
  const listener = createServer((socket) => {
    socket.on("error", () => undefined);
    if (!greets) {
      say(socket);
      return;
    }
    socket.write(`${greeting.slice(3)}\r\n`);
    socket.once("data", () => {
      say(socket);
    });
  }).listen(0, "127.0.0.1");
  await once(listener, "listening");
  t.after(() => listener.close());
  return (listener.address() as AddressInfo).port;
}

/** As fast as it is taken. */
function flood(socket: Socket, text: string): void {
  const octets = Buffer.from(text.repeat(Math.ceil(1024 / text.length)), "latin1");
  Readable.from(
    (function* () {
      for (;;) yield octets;
    })(),
  ).pipe(socket);
}

/** Whichever limit is met first, which depends on how it arrives. */
const tooMuch = /the server sent (a line|a literal|more than) .*KiB/;

const floods: readonly (readonly [what: string, greets: boolean, text: string])[] = [
  ["a line without an end", false, "x".repeat(1000)],
  ["a greeting without an end", false, "* OK {99}"],
  ["a literal nobody asked for", true, "* 1 FETCH (BODY[] {400000000}\r\nxxx"],
  ["a list of flags", true, `* FLAGS (${"a ".repeat(40_000)}a)\r\n`],
  ["small lines", true, "* OK still here\r\n"],
  ["capabilities", true, "* CAPABILITY IMAP4rev1\r\n"],
  ["empty lines", true, "\r\n\r\n"],
];

for (const [what, greets, text] of floods) {
  test(`${what}: it ends`, async (t) => {
    const port = await endless(t, greets, (socket) => {
      flood(socket, text);
    });
    await assert.rejects(connectTo(serverSettings(port), options), failsWith("PROTOCOL", tooMuch));
  });
}

test("a login takes no longer because the server says that it is there", async (t) => {
  const loginLimitMs = 120_000;
  const { setTimeout } = globalThis;
  t.mock.method(globalThis, "setTimeout", (work: () => void, ms: number) =>
    setTimeout(work, ms === loginLimitMs ? 250 : ms),
  );
  const port = await endless(t, true, (socket) => {
    const timer = setInterval(() => socket.write("* OK still here\r\n"), 50);
    socket.on("close", () => {
      clearInterval(timer);
    });
  });
  await assert.rejects(
    connectTo(serverSettings(port), options),
    failsWith("CONNECTION_SILENT", /^no login within 2 min; if the server needs longer, raise greeting-timeout$/),
  );
});

test("without TLS nobody keeps us away for longer than minutes", async () => {
  const words = "Too many connections, try again in 24 hours";
  for (const script of [
    `S: * BYE ${words}`,
    `${greeting}\nC: l AUTHENTICATE PLAIN\nS: l NO ${words}`,
    `${greeting}\nC: l AUTHENTICATE PLAIN\nS: * BYE ${words}`,
  ]) {
    await assert.rejects(connecting(script), (error) => {
      assert.ok(error instanceof InterimapError);
      assert.equal(error.retryAfterMs, 5 * 60_000, error.message);
      return true;
    });
  }
  await assert.rejects(connecting("S: * BYE [UNAVAILABLE] try again in 3 seconds"), { retryAfterMs: 3_000 });
});
