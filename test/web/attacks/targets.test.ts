// Whom the server may be made to talk to: nobody on its own machine or network, by whatever spelling, and no other ports.

import assert from "node:assert/strict";
import { createServer } from "node:net";
import { after, describe, test } from "node:test";
import { asForm, asJson, ask } from "../../support/http-request.ts";
import { startImapsyncWeb } from "../../support/imapsync-web.ts";
import { listen } from "../../support/inet-settings.ts";
import { WebClient } from "../../support/web-client.ts";

let visitors = 0;
const treasure = createServer((socket) => {
  visitors++;
  socket.on("error", () => undefined);
  socket.end("* OK welcome\r\n");
});
const port = await listen(treasure);
after(() => treasure.close());
const web = await startImapsyncWeb({ "allow-private-targets": undefined });
after(() => web.stop());
const onlyImap = await startImapsyncWeb({ "allow-ports": undefined });
after(() => onlyImap.stop());

const hosts = [
  ...["127.0.0.1", "localhost", "localhost.", "LOCALHOST", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1"],
  ...["0177.0.0.1", "017700000001", "0", "0.0.0.0", "127.0.0.1.", "127.127.127.127", "①②⑦.⓪.⓪.①", "127。0。0。1"],
  ...[
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:0:0:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
  ],
  ...["[2002:7f00:1::]", "[fe80::1%lo]", "[fe80::1%25lo]", "ip6-localhost"],
];

const privateHosts = [
  ...["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.1.2.3"],
  ...["192.0.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"],
  ...["[fd00::1]", "[fc00::1]", "[fe80::1]", "[ff02::1]", "[::ffff:10.0.0.1]", "[64:ff9b::a00:1]", "[64:ff9b:1::1]"],
  ...["[fec0::1]", "[2001:db8::1]", "[2002:a00:1::]"],
];

/** What is said to a form with this host: the server's refusal, or the job's last sentence. */
async function refusalOf(host: string, at = web): Promise<string> {
  const values = { host1: host, user1: "u", password1: "p", host2: host, user2: "v", password2: "p" };
  const client = new WebClient(at);
  const { status, text } = await client.ask("/jobs", asJson(values));
  if (status !== 201) {
    assert.equal(status, 400, text);
    return text;
  }
  const end = await client.endOf((JSON.parse(text) as { readonly id: string }).id);
  assert.equal(end.state, "failed", host);
  return end.result?.sentence ?? "";
}

describe("this machine", () => {
  for (const host of hosts) {
    test(`is not connected to as ${host}`, async () => {
      const refusal = await refusalOf(`${host}:${String(port)}`);
      assert.equal(visitors, 0, refusal);
      assert.notEqual(refusal, "");
    });
  }
});

describe("a private network", () => {
  for (const host of privateHosts) {
    test(`is not connected to at ${host}`, async () => {
      assert.match(await refusalOf(host), /not an address that this service may connect to/);
    });
  }
});

describe("ports", () => {
  for (const other of ["22", "25", "80", "6379", "0", "65536", "-1", "1e3", "0x8f", "143,22", ""]) {
    test(`${JSON.stringify(other)} is refused`, async () => {
      const values = { host1: `127.0.0.1:${other}`, user1: "u", password1: "p" };
      const { status, text } = await ask(
        onlyImap.address,
        "/jobs",
        asJson({ ...values, host2: "127.0.0.1", user2: "v", password2: "p" }),
      );
      assert.equal(status, 400, text);
      assert.equal((JSON.parse(text) as { readonly field?: string }).field, "host1");
    });
  }
});

test("a field that is not on the page names no other server", async () => {
  const more = { port1: String(port), port2: String(port), proxy1: `http://127.0.0.1:${String(port)}` };
  const values = { host1: "127.0.0.1", user1: "u", password1: "p", host2: "127.0.0.1", user2: "v", password2: "p" };
  for (const path of ["/jobs", "/cgi-bin/imapsync"]) {
    await ask(onlyImap.address, path, asForm({ ...values, ...more }));
    await ask(web.address, path, asForm({ ...values, ...more }));
  }
  assert.equal(visitors, 0);
});
