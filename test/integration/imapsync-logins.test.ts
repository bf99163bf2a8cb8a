// The whole command by each way into the accounts, and where there is none: exit code, last line, and what is copied.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { after, test, type TestContext } from "node:test";
import { freePorts } from "../support/daemon.ts";
import { startDovecot } from "../support/dovecot.ts";
import { promptFailures } from "../support/dovecot-failures.ts";
import { acceptTokensOf } from "../support/dovecot-oauth.ts";
import { listen } from "../support/inet-settings.ts";
import type { MailServer } from "../support/mail-server.ts";
import { startOAuthIssuer } from "../support/oauth-issuer.ts";
import { runImapsync } from "../support/run-imapsync.ts";
import { startAll } from "../support/start-all.ts";
import { contents, deliver, mail, type TwoStores, twoStores } from "../support/two-stores.ts";

/** `admin`, whose password is "m", may act for anybody. */
const master = "passdb {\n  driver = static\n  master = yes\n  args = password=m\n}\n";

const issuer = await startOAuthIssuer();
after(() => issuer.stop());
const { host1, host2, tokens } = await startAll({
  host1: startDovecot({ extraConfig: `${promptFailures}\n${master}` }),
  host2: startDovecot({ extraConfig: promptFailures }),
  tokens: startDovecot({ extraConfig: acceptTokensOf(issuer) }),
});

async function stored(t: TestContext, local: MailServer = host1): Promise<TwoStores> {
  const stores = await twoStores(t, { local, remote: host2 });
  await deliver(stores.local, "INBOX", mail("m1"));
  return stores;
}

const [closed = 0] = await freePorts(1);
const dead = (host: 1 | 2): string[] => [`--port${host}`, String(closed)];
const wrong = (host: 1 | 2): string[] => [`--password${host}`, "wrong"];

for (const [name, args, code, exit, errors] of [
  ["host1 cannot be reached", dead(1), 101, "EXIT_CONNECTION_FAILURE_HOST1", 1],
  ["host2 cannot be reached", dead(2), 102, "EXIT_CONNECTION_FAILURE_HOST2", 1],
  ["neither can be reached", [...dead(1), ...dead(2)], 101, "EXIT_CONNECTION_FAILURE_HOST1", 2],
  ["host1 refuses the password", wrong(1), 161, "EXIT_AUTHENTICATION_FAILURE_USER1", 1],
  ["host2 refuses the password", wrong(2), 162, "EXIT_AUTHENTICATION_FAILURE_USER2", 1],
  ["both refuse the passwords", [...wrong(1), ...wrong(2)], 161, "EXIT_AUTHENTICATION_FAILURE_USER1", 2],
] as const)
  test(name, async (t) => {
    const stores = await stored(t);
    const result = await runImapsync(stores, args);
    const text = result.lines.join("\n");
    assert.equal(result.code, code, text);
    assert.match(text, new RegExp(`^Exiting with return value ${code} \\(${exit}: .*\\) ${errors}/50 nb_errors`, "m"));
    assert.match(text, new RegExp(`^Err ${errors}/50: Host[12] failure: `, "m"));
    assert.deepEqual([await contents(stores.local), await contents(stores.remote)], [["m1"], []]);
  });

test("a file for the password that is not there ends the run with 66", async (t) => {
  const stores = await stored(t);
  const { code, lines, stderr } = await runImapsync(stores, ["--passfile1", join(stores.home.directory, "none")]);
  assert.equal(code, 66);
  assert.match(lines.join("\n"), /^Exiting with return value 66 \(EX_NOINPUT: /m);
  assert.match(lines.join("\n") + stderr, /--passfile1 .*none/);
  assert.deepEqual(await contents(stores.remote), []);
});

/** Copies with these ways into host1. */
async function assertCopies(stores: TwoStores, mechanism: string, args: readonly string[]): Promise<void> {
  const { code, lines, figure } = await runImapsync(stores, args, { env: { IMAPSYNC_PASSWORD2: "p" } });
  const text = lines.join("\n");
  assert.deepEqual([code, figure("Messages transferred")], [0, "1"], text);
  assert.match(text, new RegExp(`^Host1: success login on \\[127\\.0\\.0\\.1\\] .* auth \\[${mechanism}\\]$`, "m"));
  assert.match(text, /^Exiting with return value 0 \(EX_OK: .*\) 0\/50 nb_errors/m);
  assert.deepEqual(await contents(stores.remote), ["m1"]);
}

test("passwords come from a file, and from the environment before the option", async (t) => {
  const stores = await stored(t);
  const file = join(stores.home.directory, "password");
  writeFileSync(file, "p\r\nmore\n", { mode: 0o600 });
  await assertCopies(stores, "LOGIN", ["--passfile1", file, ...wrong(2)]);
});

test("an administrator copies the mail of the user, by PLAIN", async (t) => {
  const stores = await stored(t);
  await assertCopies(stores, "PLAIN", ["--authuser1", "admin", "--password1", "m"]);
});

test("an access token in a file lets in", async (t) => {
  const stores = await stored(t, tokens);
  const file = join(stores.home.directory, "token");
  writeFileSync(file, `${await issuer.accessToken({ email: stores.local.user })}\n`, { mode: 0o600 });
  await assertCopies(stores, "XOAUTH2", ["--oauthaccesstoken1", file]);
});

test("--authmech1 PREAUTH: a server that has let the user in before it greets", async (t) => {
  const stores = await stored(t);
  const [program, ...args] = host1.tunnelCommand(stores.local.user).split(" ") as [string, ...string[]];
  const server = createServer((socket) => {
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "ignore"] });
    socket.pipe(child.stdin);
    child.stdout.pipe(socket);
    for (const stream of [socket, child.stdin]) stream.on("error", () => child.kill());
  });
  t.after(() => server.close());
  await assertCopies(stores, "PREAUTH", ["--port1", String(await listen(server)), "--authmech1", "PREAUTH"]);
});
