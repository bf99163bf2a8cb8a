// Names that lead to this machine or to private networks, whatever DNS says of them, and whatever it says a moment later: the server
// connects to none of those.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { after, describe, test } from "node:test";
import { type DnsAnswers, startDnsServer } from "../../support/dns-server.ts";
import { asForm, asJson, ask } from "../../support/http-request.ts";
import { startImapsyncWeb } from "../../support/imapsync-web.ts";
import { isInOwnNetwork, resolverAddress } from "../../support/own-network.ts";
import { WebClient } from "../../support/web-client.ts";

const publicAddress = "93.184.215.14";
const privateAddresses = ["10.0.0.1", "169.254.169.254", "192.168.1.1"];

const answers: DnsAnswers = {
  "this-machine.test": [["127.0.0.1"]],
  "this-machine-6.test": [["::1"]],
  "this-machine-mapped.test": [["::ffff:127.0.0.1"]],
  "nowhere.test": [["0.0.0.0", "::"]],
  "inside.test": [["10.0.0.1"]],
  "inside-mapped.test": [["::ffff:10.0.0.1"]],
  "cloud.test": [["169.254.169.254"]],
  "all-private.test": [["192.168.1.1", "10.0.0.1", "127.0.0.1", "::1"]],
  "mixed.test": [["10.0.0.1", publicAddress, "::1", "127.0.0.1"]],
  "turning-inwards.test": [[publicAddress], ["127.0.0.1"]],
  "turning-outwards.test": [["127.0.0.1"], [publicAddress]],
};

if (
  isInOwnNetwork({ file: import.meta.url, addresses: [publicAddress, ...privateAddresses].map((one) => `${one}/32`) })
)
  await attack();

async function attack(): Promise<void> {
  const visits = { private: 0, public: 0 };
  const listen = async (kind: keyof typeof visits, address: string): Promise<Server> => {
    const server = createServer((socket) => {
      visits[kind]++;
      socket.on("error", () => undefined);
      socket.end("* BYE not now\r\n");
    });
    server.listen(143, address);
    await once(server, "listening");
    return server;
  };
  const servers = [await listen("public", publicAddress)];
  for (const address of ["127.0.0.1", "::1", ...privateAddresses]) servers.push(await listen("private", address));
  const dns = await startDnsServer(resolverAddress, answers);
  const web = await startImapsyncWeb({ "allow-private-targets": undefined, "allow-ports": undefined });
  after(async () => {
    await web.stop();
    dns.stop();
    for (const server of servers) server.close();
  });
  const formFor = (host: string) => ({
    ...{ host1: host, user1: "u", password1: "p", host2: host, user2: "v", password2: "p" },
  });

  describe("a name of addresses that are not public", () => {
    for (const host of Object.keys(answers).filter((name) => !/turning|mixed/.test(name))) {
      test(`leads nowhere: ${host}`, async () => {
        const { state, result } = await new WebClient(web).run(formFor(host));
        assert.equal(state, "failed");
        assert.match(result?.sentence ?? "", /not an address that this service may connect to/);
        assert.ok(
          [...dns.questions.keys()].some((question) => question.startsWith(`${host} `)),
          "DNS was asked",
        );
        assert.deepEqual(visits, { private: 0, public: 0 });
      });
    }
  });

  test("of a name with addresses of both kinds, the public ones are connected to", async () => {
    await new WebClient(web).run(formFor("mixed.test"));
    assert.ok(visits.public > 0);
    assert.equal(visits.private, 0);
  });

  /** Each way to have the server connect; resolves when it is over. */
  const ways: Readonly<Record<string, (host: string) => Promise<unknown>>> = {
    "a job": (host) => new WebClient(web).run(formFor(host)),
    "a preview": (host) => ask(web.address, "/preview", asJson(formFor(host))),
    "the original's address": (host) => ask(web.address, "/cgi-bin/imapsync", asForm(formFor(host))),
  };

  for (const host of Object.keys(answers).filter((name) => name.startsWith("turning"))) {
    for (const [way, go] of Object.entries(ways)) {
      test(`a name that means something else each time is no way in, by ${way}: ${host}`, async () => {
        const before = visits.public;
        for (let i = 0; i < 4; i++) await go(host);
        assert.equal(visits.private, 0);
        assert.ok(visits.public > before, "the public answers are followed");
      });
    }
  }

  test("the page proposes no server for a domain whose servers are private, so it tells nothing of them", async () => {
    const { status, text } = await ask(web.address, "/servers?login=somebody@inside.test");
    assert.equal(status, 200);
    assert.doesNotMatch(text, /inside\.test/);
  });
}
