// Requests that no browser makes: too long, too slow, too many, ambiguous, or for files that are none of the page's.

import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { after, describe, test, type TestContext } from "node:test";
import { startDovecot } from "../../support/dovecot.ts";
import { asForm, asJson, ask, sendRaw } from "../../support/http-request.ts";
import { startImapsyncWeb } from "../../support/imapsync-web.ts";
import { startAll } from "../../support/start-all.ts";
import { sixValues, WebClient } from "../../support/web-client.ts";

const { dovecot } = await startAll({ dovecot: startDovecot() });
const web = await startImapsyncWeb();
after(() => web.stop());
const { address } = web;
const host = new URL(address).host;
const values = sixValues(dovecot, { ...dovecot, user: "v" });

/** It still answers, and is still the same process. */
async function assertWell(): Promise<void> {
  assert.equal((await ask(address, "/healthz")).status, 200);
}

function dial(t: TestContext): Socket {
  const socket = connect(Number(new URL(address).port), "127.0.0.1");
  socket.on("error", () => undefined);
  t.after(() => socket.destroy());
  return socket;
}

describe("too long", () => {
  const megabytes = "x".repeat(3_000_000);
  for (const path of ["/jobs", "/preview", "/cgi-bin/imapsync", "/operator"]) {
    test(`a form for ${path} is refused`, async () => {
      const { status } = await ask(address, path, asForm({ ...values, f1f2: megabytes })).catch(assertCutOff);
      assert.equal(status, 413);
    });
  }

  test("JSON is refused, also when its length is not said", async () => {
    const { headers = {}, ...question } = asJson({ ...values, f1f2: megabytes });
    const unsaid = { "content-type": headers["content-type"] ?? "", "transfer-encoding": "chunked" };
    for (const each of [headers, unsaid]) {
      const { status } = await ask(address, "/jobs", { ...question, headers: each }).catch(assertCutOff);
      assert.equal(status, 413);
    }
  });

  test("a field is refused by its name", async () => {
    const { status, text } = await ask(address, "/jobs", asJson({ ...values, host1: "a".repeat(5000) }));
    assert.equal(status, 400, text);
    assert.equal((JSON.parse(text) as { readonly field?: string }).field, "host1");
  });

  test("headers and addresses are refused", async () => {
    // While megabytes are still on their way, the answer may be lost with the connection.
    const answerTo = (request: string): Promise<string> =>
      sendRaw(address, request).catch((error: unknown) => {
        assert.match(String(error), /ECONNRESET|EPIPE/);
        return "";
      });
    assert.match(await answerTo(`GET / HTTP/1.1\r\nhost: ${host}\r\nx: ${megabytes}\r\n\r\n`), /^$|^HTTP\/1.1 431 /);
    assert.match(await answerTo(`GET /${megabytes} HTTP/1.1\r\nhost: ${host}\r\n\r\n`), /^$|^HTTP\/1.1 4[13][14] /);
  });

  test("JSON within JSON within JSON is refused", async () => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    const { status } = await ask(address, "/jobs", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: deep,
    }).catch(assertCutOff);
    assert.ok([400, 413].includes(status), String(status));
  });

  after(assertWell);
});

/** A server that ends the connection while a client still sends may keep it from reading the answer. */
function assertCutOff(error: unknown): { readonly status: number } {
  assert.match(String(error), /ECONNRESET|EPIPE/);
  return { status: 413 };
}

describe("ambiguous", () => {
  const smuggled = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
  const cases: Readonly<Record<string, string>> = {
    "two lengths": "content-length: 0\r\ncontent-length: 38\r\n",
    "a length and chunks": "content-length: 4\r\ntransfer-encoding: chunked\r\n",
    "chunks in a strange spelling": "transfer-encoding: xchunked\r\n",
    "chunks twice": "transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n",
    "a length with a sign": "content-length: +4\r\n",
    "a space before the colon": "content-length : 4\r\n",
    "a folded header": "x: a\r\n content-length: 4\r\n",
    "a bare line feed": "x: a\ncontent-length: 4\r\n",
    "a NUL": "x: a\0b\r\n",
  };
  for (const [what, headers] of Object.entries(cases)) {
    test(`${what}: one answer at most, and the connection ends`, async () => {
      const head = `POST /cgi-bin/imapsync HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n`;
      const answer = await sendRaw(address, `${head}${headers}\r\n0\r\n\r\n${smuggled}`);
      assert.match(answer, /^HTTP\/1\.1 4\d\d /, answer);
      assert.equal(answer.match(/HTTP\/1\.1 /g)?.length, 1, answer);
    });
  }

  test("line ends in fields, ids and cookies make no headers", async () => {
    const injected = "a\r\nset-cookie: stolen=1\r\n\r\n<script>alert(1)</script>";
    const answers = [
      await ask(address, "/jobs", asForm({ ...values, host1: injected })),
      await ask(address, "/jobs", asJson({ ...values, user1: injected })),
      await ask(address, `/jobs/${encodeURIComponent(injected)}/state`),
      await ask(address, `/${encodeURIComponent(injected)}`),
      await ask(address, `/servers?login=${encodeURIComponent(`a@${injected}`)}`),
      await ask(address, "/", { headers: { cookie: "a=%0d%0aset-cookie:%20b=1", "accept-language": "%0d%0ax: y" } }),
    ];
    for (const { headers, text } of answers) {
      assert.doesNotMatch(JSON.stringify(headers), /stolen/);
      assert.doesNotMatch(text, /<script>alert/);
    }
  });

  test("a host that is not ours leads nobody elsewhere", async () => {
    const answer = await ask(address, "/jobs", asForm({ ...values, host1: "" }, { host: "evil.example" }));
    assert.doesNotMatch(JSON.stringify(answer.headers) + answer.text, /evil\.example/);
  });

  after(assertWell);
});

describe("files", () => {
  const paths = [
    ...["/assets/../package.json", "/assets/%2e%2e/package.json", "/assets/..%2f..%2fetc/passwd", "/assets/....//x"],
    ...["//etc/passwd", "/assets/%00", "/assets/%c0%ae%c0%ae/x", "/assets/..\\..\\etc\\passwd", "/assets/%5c..%5cx"],
    ...[
      "/jobs/../../../etc/passwd/log",
      "/jobs/..%2f..%2f..%2fetc%2fpasswd/log",
      "/jobs/%2e%2e/state",
      "/jobs/./state",
    ],
    ...["/jobs/__proto__/state", "/jobs/constructor/log", "/assets/__proto__", "/assets/", "/assets", "/%", "/%zz"],
  ];
  for (const path of paths) {
    test(`${path} is none`, async () => {
      const { status, text } = await ask(address, path);
      assert.ok([400, 404].includes(status), String(status));
      assert.doesNotMatch(text, /root:|"dependencies"|\/(work|usr|dev|home|root)\//);
    });
  }
  after(assertWell);
});

test("connections that say nothing do not keep others out", async (t) => {
  const idle = Array.from({ length: 300 }, () => dial(t));
  await Promise.all(idle.map((socket) => once(socket, "connect")));
  await assertWell();
  await new WebClient(web).start(values);
});
