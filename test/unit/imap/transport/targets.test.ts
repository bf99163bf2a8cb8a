// Where connections may go, for who connects on behalf of strangers: whatever a name is called, the address counts.

import assert from "node:assert/strict";
import { createServer } from "node:net";
import { describe, test, type TestContext } from "node:test";
import type { Lookup } from "../../../../src/imap/transport/addresses.ts";
import { openTransport } from "../../../../src/imap/transport/open-transport.ts";
import { isPublicAddress } from "../../../../src/imap/transport/public-address.ts";
import type { TargetFilter } from "../../../../src/imap/transport/target-filter.ts";
import type { InetSettings } from "../../../../src/model/server-settings.ts";
import { inetSettings, listen } from "../../../support/inet-settings.ts";

const publicOnly: TargetFilter = { allowsAddress: isPublicAddress, allowsPort: () => true };

describe("addresses", () => {
  const notPublic = [
    ...["0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.9.9.9"],
    ...["169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.170", "192.0.2.1", "192.88.99.1"],
    ...["192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255"],
    ...["240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:7f00:1"],
    ...[
      "0:0:0:0:0:ffff:10.0.0.1",
      "::FFFF:192.168.1.1",
      "::ffff:169.254.169.254",
      "64:ff9b::127.0.0.1",
      "64:ff9b::a00:1",
    ],
    ...["64:ff9b::1", "64:ff9b:1::8.8.8.8", "100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:2::1"],
    ...["2001:10::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::", "2002:808:808::1", "3fff::1", "4000::1", "5f00::1"],
    ...["fc00::1", "fdff::1", "fe80::1", "febf::1", "fe80::1%lo", "2a00:1450::1%eth0", "fec0::1", "ff02::1", "ffff::1"],
    ...[
      "",
      "localhost",
      "127.1",
      "2130706433",
      "0x7f000001",
      "0177.0.0.1",
      "8.8.8",
      "[::1]",
      "8.8.8.8 ",
      "8.8.8.8.",
      "08.8.8.8",
    ],
  ];
  const areHere = [
    ...[
      "1.1.1.1",
      "8.8.8.8",
      "9.255.255.255",
      "11.0.0.0",
      "100.63.255.255",
      "100.128.0.0",
      "126.255.255.255",
      "128.0.0.1",
    ],
    ...[
      "169.253.255.255",
      "169.255.0.0",
      "172.15.255.255",
      "172.32.0.0",
      "192.0.1.1",
      "192.167.255.255",
      "192.169.0.0",
    ],
    ...["198.17.255.255", "198.20.0.0", "223.255.255.255", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2001:200::1"],
    ...["2001:4860:4860::8888", "2003::1", "2a00:1450:4001::1a", "3ffe::1"],
  ];
  test("not of the public Internet", () => {
    for (const address of notPublic) assert.equal(isPublicAddress(address), false, address);
  });
  test("of the public Internet", () => {
    for (const address of areHere) assert.equal(isPublicAddress(address), true, address);
  });
});

/** A server on this machine that notes who comes. */
async function server(t: TestContext): Promise<{ readonly port: number; readonly count: () => number }> {
  let count = 0;
  const listening = createServer((socket) => {
    count++;
    socket.end();
  });
  t.after(() => listening.close());
  return { port: await listen(listening), count: () => count };
}

function to(port: number, host: string): InetSettings {
  return inetSettings(port, { host, isIpLiteral: false });
}

const refusal = {
  code: "CONNECT",
  message: /^\S* ?is not an address that this service may connect to$/,
  hint: undefined,
};

describe("this machine by all its names", () => {
  const names = [
    ...[
      "127.0.0.1",
      "127.1",
      "127.0.1",
      "2130706433",
      "0x7f000001",
      "0x7f.1",
      "0177.0.0.1",
      "017700000001",
      "0",
      "0.0.0.0",
    ],
    ...[
      "localhost",
      "LOCALHOST",
      "localhost.",
      "::1",
      "::ffff:127.0.0.1",
      "::ffff:7f00:1",
      "0:0:0:0:0:0:0:1",
      "::",
      "[::1]",
    ],
    ...["127.0.0.1.", "fe80::1%lo", "::1%lo"],
  ];
  for (const host of names)
    test(host, async (t) => {
      const { port, count } = await server(t);
      const error: unknown = await openTransport(to(port, host), { keepAlive: false, targets: publicOnly }).then(
        () => assert.fail("connected"),
        (thrown: unknown) => thrown,
      );
      // Some systems do not take some of them for an address, or have no answer.
      if (!/name not found|does not answer/.test(String(error)))
        assert.match((error as Error).message, refusal.message);
      assert.ok(!(error as Error).message.replace(host, "").includes("127.0.0.1"));
      assert.equal(count(), 0);
    });
});

test("the words do not say which address a name has", async () => {
  const lookup: Lookup = () => Promise.resolve(["10.1.2.3", "fd00::1"]);
  await assert.rejects(openTransport(to(143, "mail.internal"), { keepAlive: false, lookup, targets: publicOnly }), {
    ...refusal,
    message: "mail.internal is not an address that this service may connect to",
  });
});

test("of several addresses only those that are allowed are tried", async (t) => {
  const { port, count } = await server(t);
  const targets = { ...publicOnly, allowsAddress: (address: string) => address === "127.0.0.2" };
  const lookup: Lookup = () => Promise.resolve(["127.0.0.1", "::1", "127.0.0.2"]);
  const error: unknown = await openTransport(to(port, "x.example"), { keepAlive: false, lookup, targets }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  // The server listens on 127.0.0.1 only.
  assert.match(String(error), /cannot connect to x\.example:\d+: connection refused$/);
  assert.equal(count(), 0);
});

test("a name that means something else a moment later gains nothing: it is asked once a connection", async (t) => {
  const { port, count } = await server(t);
  const answers = [["127.0.0.2"], ["127.0.0.1"], ["127.0.0.1"]];
  const asked: string[] = [];
  const lookup: Lookup = (host) => {
    asked.push(host);
    return Promise.resolve(answers[asked.length - 1]!);
  };
  const targets = { ...publicOnly, allowsAddress: (address: string) => address === "127.0.0.2" };
  const attempt = (): Promise<unknown> =>
    openTransport(to(port, "rebind.example"), { keepAlive: false, lookup, targets });
  await assert.rejects(attempt(), { message: /connection refused/ });
  assert.deepEqual(asked, ["rebind.example"]);
  await assert.rejects(attempt(), refusal);
  assert.deepEqual(asked.length, 2);
  assert.equal(count(), 0);
});

test("an answer that is no address is none that is allowed", async () => {
  const lookup: Lookup = () => Promise.resolve(["localhost", "127.1"]);
  await assert.rejects(openTransport(to(143, "a.example"), { keepAlive: false, lookup, targets: publicOnly }), refusal);
});

test("ports", async (t) => {
  const { port, count } = await server(t);
  const targets = { allowsAddress: () => true, allowsPort: (one: number) => one === 993 };
  await assert.rejects(openTransport(to(port, "127.0.0.1"), { keepAlive: false, targets }), {
    code: "CONNECT",
    message: `port ${port} is not one that this service may connect to`,
  });
  assert.equal(count(), 0);
});

test("neither tunnels nor proxies", async () => {
  const proxy = { protocol: "socks5", host: "8.8.8.8", port: 1080, username: undefined, password: undefined } as const;
  const options = { keepAlive: false, targets: publicOnly };
  const message = "this service may not connect through a tunnel or a proxy";
  await assert.rejects(openTransport(inetSettings(143, { host: "8.8.8.8", proxy }), options), { message });
  await assert.rejects(openTransport({ type: "tunnel", command: "true", nullStderr: true }, options), { message });
});
