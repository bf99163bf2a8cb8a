// Who sends slowly, reads slowly, or neither, costs the server next to nothing, and not for long.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { after, describe, test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { eventually } from "../../support/eventually.ts";
import { ask, sendRaw } from "../../support/http-request.ts";
import { startImapsyncWeb } from "../../support/imapsync-web.ts";
import { linesAndEnd, programWithWorker } from "../../support/talkative-worker.ts";
import { WebClient } from "../../support/web-client.ts";

const hurry = fileURLToPath(new URL("../../support/hurried-time.cjs", import.meta.url));
const program = programWithWorker(linesAndEnd(200_000));
const web = await startImapsyncWeb({}, { program });
after(() => web.stop());
const impatient = await startImapsyncWeb({}, { program, env: { NODE_OPTIONS: `--require=${hurry}` } });
after(() => impatient.stop());

const values = { host1: "h1.example", user1: "u", password1: "p", host2: "h2.example", user2: "v", password2: "p" };

function residentKilobytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${String(pid)}/status`, "utf8"))?.[1]);
}

async function dial(t: TestContext, address: string): Promise<Socket> {
  const socket = connect(Number(new URL(address).port), "127.0.0.1");
  socket.on("error", () => undefined);
  t.after(() => socket.destroy());
  await once(socket, "connect");
  return socket;
}

describe("a client that is not waited for:", () => {
  const { address } = impatient;
  const host = `host: ${new URL(address).host}\r\n`;
  const json = `content-type: application/json\r\ncontent-length: 100\r\n\r\n`;
  const cases: Readonly<Record<string, string>> = {
    "it says nothing": "",
    "its headers never end": `GET / HTTP/1.1\r\n${host}x: `,
    "its body never ends": `POST /jobs HTTP/1.1\r\n${host}${json}{"host1":`,
    "its chunks never end": `POST /cgi-bin/imapsync HTTP/1.1\r\n${host}content-type: application/x-www-form-urlencoded\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhost`,
    "it got its answer, and says nothing more": `GET /healthz HTTP/1.1\r\n${host}\r\n`,
  };
  for (const [what, octets] of Object.entries(cases)) {
    test(what, async () => {
      const answer = await sendRaw(address, octets);
      assert.match(answer, /^$|^HTTP\/1\.1 (408|200) /);
    });
  }

  for (const path of ["log", "events"]) {
    test(`it reads nothing of ${path}`, async (t) => {
      const client = new WebClient(impatient);
      const { id } = await client.start(values);
      const socket = await dial(t, address);
      const { cookie = "" } = client.cookieHeader(`/jobs/${id}/`);
      socket.pause().write(`GET /jobs/${id}/${path} HTTP/1.1\r\n${host}cookie: ${cookie}\r\n\r\n`);
      await eventually("the end of the answer", () =>
        impatient.lines.some((line) => line.includes(`/jobs/:id/${path}`) && line.includes("499")),
      );
      // What was on its way already is less than all.
      let octets = 0;
      socket.on("data", (chunk: Buffer) => (octets += chunk.length)).resume();
      await once(socket, "close");
      const whole = (await client.ask(`/jobs/${id}/log`)).text.length;
      assert.ok(octets < whole, `${String(octets)} of ${String(whole)}`);
    });
  }
});

test("two hundred thousand lines that nobody reads are held by nobody", async (t) => {
  const client = new WebClient(web);
  const { id } = await client.run(values);
  const before = residentKilobytes(web.pid);
  const { cookie = "" } = client.cookieHeader(`/jobs/${id}/`);
  const sockets = await Promise.all(Array.from({ length: 40 }, () => dial(t, web.address)));
  const request = `GET /jobs/${id}/events HTTP/1.1\r\nhost: ${new URL(web.address).host}\r\ncookie: ${cookie}\r\n\r\n`;
  for (const socket of sockets) socket.pause().write(request.repeat(5));
  for (let i = 0; i < 50; i++) assert.equal((await ask(web.address, "/healthz")).status, 200);
  const more = residentKilobytes(web.pid) - before;
  assert.ok(more < 150_000, `${String(more)} kB more`);
});
