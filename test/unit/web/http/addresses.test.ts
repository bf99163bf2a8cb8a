import assert from "node:assert/strict";
import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { test } from "node:test";
import { addressKey, isLoopback } from "../../../../src/web/http/client-address.ts";
import { cookieOf } from "../../../../src/web/http/cookies.ts";
import { limitConnections } from "../../../../src/web/http/limit-connections.ts";
import { requireAllowedHosts } from "../../../../src/web/jobs/host-rules.ts";

for (const [ip, key] of [
  ["192.0.2.1", "192.0.2.1"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::1", "2001:db8:1:2::/64"],
  ["2001:0DB8:1::", "2001:db8:1:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
] as const) {
  test(`${ip} counts as ${key}`, () => assert.equal(addressKey(ip), key));
}

test("what is this machine", () => {
  assert.deepEqual(
    ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "128.0.0.1", "::2", "10.127.0.1"].map(isLoopback),
    [true, true, true, true, false, false, false],
  );
});

test("a cookie is found by its whole name", () => {
  assert.equal(cookieOf("xjob=1; job=2; job=3", "job"), "2");
  assert.equal(cookieOf("jobs=1", "job"), undefined);
  assert.equal(cookieOf(undefined, "job"), undefined);
});

for (const [trustedProxies, expected] of [
  [[], 2],
  [["127.0.0.0/8"], 4],
] as const) {
  test(`connections of an address are limited, but not those of a trusted proxy: ${expected} of 4 live`, async (t) => {
    const server = createServer();
    limitConnections({ server }, () => ({ maxConnectionsPerAddress: 2, trustedProxies }));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const sockets: Socket[] = [];
    t.after(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    const lives: boolean[] = [];
    for (let count = 0; count < 4; count++) {
      const socket = connect(port, "127.0.0.1");
      sockets.push(socket);
      socket.write("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n");
      lives.push(
        await new Promise<boolean>((resolve) => {
          server.once("request", () => resolve(true));
          socket.once("close", () => resolve(false));
          socket.on("error", () => undefined);
        }),
      );
    }
    assert.equal(lives.filter(Boolean).length, expected);
  });
}

const any = { allowedHosts: undefined, deniedHosts: [], ports: undefined };

for (const [host, rules, isAllowed] of [
  ["imap.example.org", any, true],
  ["imap.example.org", { ...any, allowedHosts: ["*.example.org"] }, true],
  ["IMAP.Example.ORG.", { ...any, allowedHosts: ["*.example.org"] }, true],
  ["example.org", { ...any, allowedHosts: ["*.example.org"] }, false],
  ["evilexample.org", { ...any, allowedHosts: ["*.example.org"] }, false],
  ["imap.example.org.evil.example", { ...any, allowedHosts: ["*.example.org"] }, false],
  ["imap.example.org", { ...any, deniedHosts: ["imap.example.org"] }, false],
  ["imap.bücher.example", { ...any, deniedHosts: ["imap.xn--bcher-kva.example"] }, false],
] as const) {
  test(`${host} ${isAllowed ? "may" : "may not"} be named: ${JSON.stringify(rules)}`, () => {
    const options = [`--host1=${host}`, "--host2=imap.example.org"];
    const only = { ...rules, ports: undefined };
    const check = () => requireAllowedHosts(options, only);
    if (isAllowed) assert.doesNotThrow(check);
    else assert.throws(check, { name: "FieldError" });
  });
}

test("a preset of a provider is no way around the hosts that are allowed", () => {
  const rules = { ...any, allowedHosts: ["imap.example.org"] };
  assert.throws(() => requireAllowedHosts(["--gmail1", "--host2=imap.example.org"], rules), { field: "host1" });
});
