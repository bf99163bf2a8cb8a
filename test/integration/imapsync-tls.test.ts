// From the command line to both accounts: where hosts are looked for, and how they are protected.

import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { describe, test } from "node:test";
import { bothIn, mechanism, startAccountServers } from "../support/account-servers.ts";
import { startBlackHole } from "../support/black-hole.ts";
import { failureOf, noHeard, withAccounts } from "../support/copier-accounts.ts";

const { plain, tls, host, tlsHost } = await startAccountServers();

describe("where a host is looked for", () => {
  test("--inet4, --inet6", async () => {
    await bothIn([...host(1, { host: "localhost" }), ...host(2), "--inet4"]);
    // Dovecot listens at an address of the other family only.
    const argv = [...host(1, { host: "localhost" }), ...host(2, { host: "localhost" }), "--inet6"];
    assert.equal((await failureOf(argv))[0], "EXIT_CONNECTION_FAILURE_HOST1");
  });

  test("port 993, if it is open, else port 143", { skip: process.getuid?.() !== 0 }, async (t) => {
    const forward = async (address: string, port: number, to: number): Promise<void> => {
      const server = createServer((socket) => {
        const other = connect(to, "127.0.0.1");
        for (const one of [socket, other]) one.on("error", () => undefined);
        socket.pipe(other).pipe(socket);
      });
      server.listen(port, address);
      await once(server, "listening");
      t.after(() => server.close());
    };
    const [here, there] = ["127.93.7.1", "127.93.7.2"];
    await forward(here, 993, tls.tlsPort!);
    await forward(here, 143, plain.port);
    await forward(there, 143, plain.port);
    const args = [
      "--sslargs1",
      `SSL_ca_file=${tls.certificateFile ?? ""}`,
      "--sslargs1",
      "SSL_verifycn_name=localhost",
    ];
    const argv = [...host(1, { host: here, port: undefined }), ...args, ...host(2, { host: there, port: undefined })];
    await withAccounts(argv, {}, ({ accounts }) => {
      const { local, remote } = accounts;
      assert.deepEqual([local.port, local.secure, remote.port, remote.secure], [993, "ssl", 143, "none"]);
      return Promise.resolve();
    });
    await withAccounts([...argv, "--nosslcheck"], {}, ({ accounts }) => {
      assert.deepEqual([accounts.local.port, accounts.local.secure], [143, "none"]);
      return Promise.resolve();
    });
  });
});

describe("TLS", () => {
  const unknown = { sslargs: undefined };

  test("from the beginning, with a certificate that is known", async () => {
    await withAccounts([...tlsHost(1), ...host(2)], {}, ({ accounts, sessions }) => {
      assert.equal(accounts.local.secure, "ssl");
      assert.ok(sessions.local.transport.secure);
      assert.equal(accounts.remote.secure, "none");
      return Promise.resolve();
    });
  });

  test("a certificate that nobody has signed", async () => {
    assert.equal((await failureOf([...tlsHost(1, unknown), ...host(2)]))[0], "EXIT_CONNECTION_FAILURE_HOST1");
    assert.equal((await failureOf([...host(1), ...tlsHost(2, unknown)]))[0], "EXIT_CONNECTION_FAILURE_HOST2");
  });

  test("the same, with verification switched off, which is said", async () => {
    const lines = await bothIn([...tlsHost(1, { sslargs: "SSL_verify_mode=0" }), ...host(2)]);
    assert.ok(lines.some((line) => /^Host1 warning: .*not verified/.test(line)));
  });

  test("what is advised where nobody has signed it: to trust this very key", async () => {
    const [, line] = await failureOf([...tlsHost(1, unknown), ...host(2)]);
    const pin = /--sslargs1 '(SSL_fingerprint=[^']+)'/.exec(line)?.[1];
    assert.ok(pin !== undefined, line);
    assert.equal(mechanism(await bothIn([...tlsHost(1, { sslargs: pin }), ...host(2)])), "LOGIN");
    const other = pin.replace(/[0-9a-f]{4}$/, "0000");
    const [exit, refusal] = await failureOf([...tlsHost(1, { sslargs: other }), ...host(2)]);
    assert.equal(exit, "EXIT_CONNECTION_FAILURE_HOST1");
    assert.ok(refusal.includes(pin), refusal);
  });

  test("after STARTTLS, where it is offered", async () => {
    const argv = [...tlsHost(1, { port: tls.port }), "--nossl1", ...host(2)];
    await withAccounts(argv, {}, ({ accounts }) => {
      assert.equal(accounts.local.secure, "tls");
      return Promise.resolve();
    });
    const untrusted = [...tlsHost(1, { ...unknown, port: tls.port }), "--nossl1", ...host(2)];
    const [exit, line] = await failureOf(untrusted);
    assert.equal(exit, "EXIT_TLS_FAILURE");
    assert.match(line, /--notls1/);
    await bothIn([...untrusted, "--notls1"]);
  });

  test("--tls1 where it is not offered", async () => {
    const [exit, line] = await failureOf([...host(1), "--tls1", ...host(2)]);
    assert.equal(exit, "EXIT_TLS_FAILURE");
    assert.match(line, /STARTTLS/);
  });

  test("no clear text to a host that is not this machine by its name, unless asked for", async () => {
    const heard = noHeard();
    // An address as inet_aton(3) reads it: 127.0.0.1.
    const argv = [...host(1, { host: "2130706433" }), ...host(2)];
    const [exit, line] = await failureOf(argv, { heard });
    assert.equal(exit, "EXIT_TLS_FAILURE");
    assert.match(line, /--notls1/);
    assert.ok(
      heard.traffic.every((line) => !/LOGIN|AUTHENTICATE/.test(line.replace(/AUTH=\S+|SASL-IR|LOGIN-REF\S+/g, ""))),
    );
    await bothIn([...argv, "--notls1"]);
  });
});

test("--timeout 0: there is time", async () => {
  await bothIn([...host(1), ...host(2), "--timeout", "0"]);
});

test("a server that says nothing: the time is over", async (t) => {
  const { port } = await startBlackHole(t, "127.0.0.1");
  const [exit, line] = await failureOf([...host(1, { port, timeout: "0.2" }), ...host(2)]);
  assert.equal(exit, "EXIT_CONNECTION_FAILURE_HOST1");
  assert.match(line, /no answer within 0.2 s.*--timeout1/);
});
