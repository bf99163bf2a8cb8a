// From the command line to both accounts, with real servers: every way to log in, to be turned away, and to be protected.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { listDelimiter } from "../../src/imap/verbs/list.ts";
import { makeAuthority } from "../support/authority.ts";
import { startBlackHole } from "../support/black-hole.ts";
import { failureOf, type Means, noHeard, withAccounts } from "../support/copier-accounts.ts";
import { isCyrusInstalled, startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import { requireCertificatesOf } from "../support/dovecot-certificates.ts";
import { promptFailures } from "../support/dovecot-failures.ts";
import { acceptTokensOf } from "../support/dovecot-oauth.ts";
import { eventually } from "../support/eventually.ts";
import { listen } from "../support/inet-settings.ts";
import type { MailServer } from "../support/mail-server.ts";
import { isMailutilsInstalled, startMailutils } from "../support/mailutils.ts";
import { type OAuthIssuer, startOAuthIssuer } from "../support/oauth-issuer.ts";
import { removeScratch, scratchDirectory } from "../support/scratch.ts";

let plain: MailServer;
let tls: MailServer;
let issuer: OAuthIssuer;
let closedPort = 0;
const built = fileURLToPath(new URL("../../dist/imapsync.js", import.meta.url));
const files = scratchDirectory("accounts");

/** `admin`, whose password is "m", may act for anybody. */
const master = `passdb {
  driver = static
  master = yes
  args = password=m
}
`;

before(async () => {
  issuer = await startOAuthIssuer();
  [plain, tls] = await Promise.all([
    startDovecot({ extraConfig: `${promptFailures}\nauth_mechanisms = plain login cram-md5\n${master}` }),
    startDovecot({ tls: true, extraConfig: `${promptFailures}\n${acceptTokensOf(issuer)}` }),
  ]);
  const server = createServer();
  closedPort = await listen(server);
  await new Promise((resolve) => server.close(resolve));
});

after(async () => {
  await Promise.all([plain.stop(), tls.stop(), issuer.stop()]);
  removeScratch(files);
});

/** Of host N, unless told otherwise: the plain server, user u, password p. */
function host(number: 1 | 2, more: Readonly<Record<string, string | number | undefined>> = {}): string[] {
  const all = { host: "127.0.0.1", port: plain.port, user: `u${number}`, password: "p", ...more };
  return Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}${number}`, String(value)],
  );
}

function file(name: string, text: string): string {
  const path = join(files, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

const bothIn = (argv: readonly string[], means: Means = {}): Promise<readonly string[]> =>
  withAccounts(argv, means, async ({ sessions, lines }) => {
    for (const session of [sessions.local, sessions.remote]) assert.equal(await listDelimiter(session, ""), "/");
    return lines;
  });

const mechanism = (lines: readonly string[]): string | undefined =>
  lines.map((line) => /^Host1: success login .* auth \[(.*)\]$/.exec(line)?.[1]).find((name) => name !== undefined);

test("both accounts are logged in to, and lines say where and how", async () => {
  const lines = await bothIn([...host(1), ...host(2)]);
  assert.deepEqual(
    lines.filter((line) => !/banner|capability/.test(line)),
    [
      `Host1: IMAP server [127.0.0.1] port [${plain.port}] user [u1]`,
      `Host2: IMAP server [127.0.0.1] port [${plain.port}] user [u2]`,
      "Host1: success login on [127.0.0.1] with user [u1] auth [LOGIN]",
      "Host2: success login on [127.0.0.1] with user [u2] auth [LOGIN]",
    ],
  );
  assert.ok(lines.some((line) => /^Host1: banner: .*Dovecot/.test(line)));
  assert.ok(lines.some((line) => /^Host2: capability: .*IMAP4REV1/.test(line)));
});

describe("servers that cannot be reached", () => {
  const bad = { port: "" };
  before(() => {
    bad.port = String(closedPort);
  });
  for (const [name, dead, exit] of [
    ["host1", [1], "EXIT_CONNECTION_FAILURE_HOST1"],
    ["host2", [2], "EXIT_CONNECTION_FAILURE_HOST2"],
    ["both", [1, 2], "EXIT_CONNECTION_FAILURE_HOST1"],
  ] as const) {
    test(name, async () => {
      const argv = ([1, 2] as const).flatMap((number) => host(number, dead.some((one) => one === number) ? bad : {}));
      const [found, lines] = await failureOf(argv);
      assert.equal(found, exit);
      const named = dead.map(
        (number) => `Host${number} failure: can not open imap connection on host${number} [127.0.0.1]`,
      );
      for (const words of named) assert.ok(lines.includes(words), lines);
      assert.equal(lines.split("\n").length, dead.length);
    });
  }
});

describe("logins that are refused", () => {
  for (const [name, wrong, exit] of [
    ["user1", [1], "EXIT_AUTHENTICATION_FAILURE_USER1"],
    ["user2", [2], "EXIT_AUTHENTICATION_FAILURE_USER2"],
    ["both", [1, 2], "EXIT_AUTHENTICATION_FAILURE_USER1"],
  ] as const) {
    test(name, async () => {
      const heard = noHeard();
      const argv = ([1, 2] as const).flatMap((number) =>
        host(number, wrong.some((one) => one === number) ? { password: "wr0ng-secret" } : {}),
      );
      const [found, lines] = await failureOf(argv, { heard });
      assert.equal(found, exit);
      assert.equal(lines.split("\n").length, wrong.length);
      assert.ok([...heard.lines, ...heard.traffic, lines].every((line) => !line.includes("wr0ng-secret")));
      assert.ok(heard.secrets.has("wr0ng-secret"));
    });
  }

  test("a server that cannot be reached is told, and nobody is logged in to the other", async () => {
    const heard = noHeard();
    const argv = [...host(1, { password: "wrong" }), ...host(2, { port: closedPort })];
    assert.equal((await failureOf(argv, { heard }))[0], "EXIT_CONNECTION_FAILURE_HOST2");
    assert.ok(heard.traffic.every((line) => !/ LOGIN /.test(line)));
  });
});

describe("where a password comes from", () => {
  const without = (): string[] => [...host(1, { password: undefined }), ...host(2)];

  test("the first line of a file", async () => {
    await bothIn([...without(), "--passfile1", file("pw", "p\r\nignored\n")]);
  });

  test("a pipe, which gives it once, for all logins", async () => {
    const [password, token] = [join(files, "password-pipe"), join(files, "token-pipe")];
    execFileSync("mkfifo", [password, token]);
    spawn("sh", ["-c", `echo p > ${password}`]);
    spawn("sh", ["-c", `echo ${await issuer.accessToken()} > ${token}`]);
    const argv = [
      ...tlsHost(1, { user: "u", password: undefined, oauthaccesstoken: token }),
      ...host(2, { password: undefined, passfile: password }),
    ];
    await withAccounts(argv, {}, async ({ pair }) => {
      for (const side of ["local", "remote"] as const) await (await pair.openApart(side)).logout();
    });
  });

  test("a file that others can read, which is said", async () => {
    const path = file("open", "p\n");
    chmodSync(path, 0o644);
    assert.ok((await bothIn([...without(), "--passfile1", path])).some((line) => /^Host1 warning: .*chmod/.test(line)));
  });

  test("a file that is not there", async () => {
    const [exit, line] = await failureOf([...without(), "--passfile1", join(files, "none")]);
    assert.equal(exit, "EX_NOINPUT");
    assert.match(line, /--passfile1 .*none cannot be read: there is no such file/);
  });

  test("the environment", async () => {
    await bothIn(without(), { env: { IMAPSYNC_PASSWORD1: "p" } });
  });

  test("the environment before the option, which is said", async () => {
    const argv = [...host(1, { password: "other" }), ...host(2)];
    const lines = await bothIn(argv, { env: { IMAPSYNC_PASSWORD1: "p" } });
    assert.ok(
      lines.some((line) => /^Host1 warning: .*IMAPSYNC_PASSWORD1.*--password1/.test(line)),
      lines.join("\n"),
    );
  });

  test("a file before the environment", async () => {
    await bothIn([...without(), "--passfile1", file("pw", "p")], { env: { IMAPSYNC_PASSWORD1: "other" } });
  });

  test("a command", async () => {
    await bothIn([...without(), "--passwordcommand1", "echo p"]);
  });

  test("a command that fails", async () => {
    const [exit, line] = await failureOf([...without(), "--passwordcommand1", "false"]);
    assert.equal(exit, "EXIT_AUTHENTICATION_FAILURE");
    assert.match(line, /--passwordcommand1 \(false\) exited with status 1/);
  });

  test("somebody at the terminal, one question after the other", async () => {
    const asked: string[] = [];
    let open = 0;
    const ask = async (prompt: string): Promise<string> => {
      assert.equal(open++, 0);
      asked.push(prompt);
      await new Promise(setImmediate);
      open--;
      return "p";
    };
    await bothIn([...host(1, { password: undefined }), ...host(2, { password: undefined })], { ask });
    assert.deepEqual(asked, ["Host1: password of u1: ", "Host2: password of u2: "]);
  });

  test("nowhere", async () => {
    const [exit, line] = await failureOf(without());
    assert.equal(exit, "EX_USAGE");
    assert.match(line, /--passfile1/);
  });

  test("blanks around user, host and password are taken away", async () => {
    const argv = [...host(1, { host: " 127.0.0.1/", user: "u1 ", password: " p" }), ...host(2)];
    assert.equal((await bothIn(argv)).filter((line) => /superfluous/.test(line)).length, 3);
    assert.equal((await failureOf([...argv, "--nosanitize"]))[0], "EXIT_CONNECTION_FAILURE_HOST1");
  });
});

describe("ways to log in", () => {
  for (const name of ["LOGIN", "PLAIN", "cram-md5"]) {
    test(`--authmech1 ${name}`, async () => {
      assert.equal(mechanism(await bothIn([...host(1, { authmech: name }), ...host(2)])), name.toUpperCase());
    });
  }

  test("an administrator for the user, by PLAIN", async () => {
    const argv = [...host(1, { authuser: "admin", password: "m", authmech: "PLAIN" }), ...host(2)];
    assert.equal(mechanism(await bothIn(argv)), "PLAIN");
  });

  test("a mechanism that is not offered", async () => {
    const [exit, line] = await failureOf([...host(1, { authmech: "SCRAM-SHA-256" }), ...host(2)]);
    assert.equal(exit, "EXIT_AUTHENTICATION_FAILURE_USER1");
    assert.match(line, /SCRAM-SHA-256/);
  });

  test("nothing else is tried after a refusal", async () => {
    const heard = noHeard();
    const argv = [...host(1, { authmech: "CRAM-MD5", password: "wrong" }), ...host(2)];
    assert.equal((await failureOf(argv, { heard }))[0], "EXIT_AUTHENTICATION_FAILURE_USER1");
    assert.deepEqual(
      heard.traffic.filter((line) => /^C: \S+ (LOGIN|AUTHENTICATE)/.test(line) && !/PLAIN/.test(line)).length,
      // One for each host.
      2,
    );
  });

  test("--authmech1 PREAUTH where the server wants a login", async () => {
    const argv = [...host(1, { authmech: "PREAUTH", password: undefined }), ...host(2)];
    assert.equal((await failureOf(argv))[0], "EXIT_AUTHENTICATION_FAILURE");
  });

  test("a certificate of ours, and no name", async (t) => {
    const authority = makeAuthority("Users");
    const mine = authority.issue("mine", { subject: "/CN=u1" });
    const server = await startDovecot({ tls: true, extraConfig: requireCertificatesOf(authority, "external plain") });
    t.after(async () => {
      await server.stop();
      removeScratch(authority.directory);
    });
    const argv = [
      ...host(1, { port: server.tlsPort, user: undefined, password: undefined, authmech: "EXTERNAL" }),
      ...["--ssl1", "--sslargs1", `SSL_ca_file=${server.certificateFile ?? ""}`],
      ...host(2),
    ];
    const files = ["--sslargs1", `SSL_cert_file=${mine.certFile}`, "--sslargs1", `SSL_key_file=${mine.keyFile}`];
    assert.equal(mechanism(await bothIn([...argv, ...files])), "EXTERNAL");
    const [exit, line] = await failureOf(argv);
    assert.equal(exit, "EXIT_AUTHENTICATION_FAILURE");
    assert.match(line, /--sslargs1 SSL_cert_file/);
  });

  test("a token in a file is read again at each login", async () => {
    const path = file("token", `${await issuer.accessToken()}\n`);
    const argv = [...tlsHost(1, { user: "u", password: undefined, oauthaccesstoken: path }), ...host(2)];
    await withAccounts(argv, {}, async ({ pair, lines }) => {
      assert.equal(mechanism(lines), "XOAUTH2");
      writeFileSync(path, "expired\n");
      await assert.rejects(pair.openApart("local"));
      writeFileSync(path, await issuer.accessToken());
      await (await pair.openApart("local")).logout();
      unlinkSync(path);
      await assert.rejects(pair.openApart("local"), /--oauthaccesstoken1/);
    });
  });

  test("the token itself, and what XOAUTH2 sends, whole", async () => {
    const token = await issuer.accessToken();
    await bothIn([...tlsHost(1, { user: "u", password: undefined, oauthaccesstoken: token }), ...host(2)]);
    const direct = Buffer.from(`user=u\x01auth=Bearer ${token}\x01\x01`).toString("base64");
    const argv = [...tlsHost(1, { user: undefined, password: undefined, oauthdirect: direct }), ...host(2)];
    await withAccounts(argv, {}, ({ accounts }) => {
      assert.equal(accounts.local.user, "u");
      return Promise.resolve();
    });
  });
});

/** Of host N: the server with a certificate, by TLS from the beginning. */
function tlsHost(number: 1 | 2, more: Readonly<Record<string, string | number | undefined>> = {}): string[] {
  const ca = `SSL_ca_file=${tls.certificateFile ?? ""}`;
  return [...host(number, { port: tls.tlsPort, sslargs: ca, ...more }), `--ssl${number}`];
}

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

describe("servers that offer what they have no passwords for", () => {
  test("Mailutils", { skip: !isMailutilsInstalled() }, async (t) => {
    const server = await startMailutils();
    t.after(() => server.stop());
    const { port, user, password } = server;
    assert.equal(mechanism(await bothIn([...host(1, { port, user, password }), ...host(2)])), "LOGIN");
  });

  test("Cyrus, after STARTTLS, with an administrator for the user, too", { skip: !isCyrusInstalled() }, async (t) => {
    const server = await startCyrus({
      tls: true,
      mechanisms: "SCRAM-SHA-256 CRAM-MD5 PLAIN LOGIN",
      extraConfig: "proxyservers: cyrus\nfailedloginpause: 0",
    });
    t.after(() => server.stop());
    const ca = ["--sslargs1", `SSL_ca_file=${server.certificateFile ?? ""}`];
    const argv = [...host(1, { port: server.port, user: "u" }), ...ca, ...host(2)];
    await withAccounts(argv, {}, ({ accounts, lines }) => {
      assert.deepEqual([accounts.local.secure, mechanism(lines)], ["tls", "LOGIN"]);
      return Promise.resolve();
    });
    assert.equal(mechanism(await bothIn([...argv, "--authuser1", "cyrus"])), "PLAIN");
    assert.equal(mechanism(await bothIn([...argv, "--authmech1", "scram-sha-256"])), "SCRAM-SHA-256");
  });

  test("hashed passwords: within verified TLS it does not matter, elsewhere a line says what to do", async (t) => {
    const hashed = await startDovecot({
      tls: true,
      password: "{SHA256}TlmPXar8L9phZB3btZVt6yP95mFjZtyd1afJ9H2k14c=",
      extraConfig: `${promptFailures}\nauth_mechanisms = plain login cram-md5 scram-sha-256\n`,
    });
    t.after(() => hashed.stop());
    // 127.0.0.1, and yet not this machine by its name.
    const argv = (...sslargs: readonly string[]): string[] => [
      ...host(1, { host: "2130706433", port: hashed.tlsPort, password: "hashed-secret" }),
      ...["--ssl1", ...sslargs.flatMap((one) => ["--sslargs1", one])],
      ...host(2),
    ];
    const verified = argv(`SSL_ca_file=${hashed.certificateFile ?? ""}`, "SSL_verifycn_name=localhost");
    assert.equal(mechanism(await bothIn(verified)), "LOGIN");
    const [exit, line] = await failureOf(argv("SSL_verify_mode=0"));
    assert.equal(exit, "EXIT_AUTHENTICATION_FAILURE_USER1");
    assert.match(line, /offer SCRAM-SHA-256.* set --authmech1 PLAIN/);
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

describe("the command", () => {
  const run = (argv: readonly string[]) => {
    const child = spawn(process.execPath, [built, "--logdir", ".", "--logfile", "log", ...argv], {
      cwd: files,
      env: process.env,
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text) => (output += text));
    const ended = once(child, "close").then(([status]) => ({ status: status as number | null, output }));
    return { child, ended };
  };

  test("--justlogin", async () => {
    const { status, output } = await run([...host(1), ...host(2), "--justlogin"]).ended;
    assert.equal(status, 0, output);
    assert.match(output, /^Host2: success login on \[127\.0\.0\.1\] with user \[u2\] auth \[LOGIN\]$/m);
  });

  test("--justconnect, and the same where an account is missing", async () => {
    for (const argv of [
      [...host(1), "--host2", "127.0.0.1", "--port2", String(plain.port), "--justconnect"],
      host(1),
    ]) {
      const { status, output } = await run(argv).ended;
      assert.equal(status, 0, output);
      assert.match(output, /^Host1: banner: .*Dovecot/m);
      assert.ok(!output.includes("success login"));
    }
  });

  test("each host that cannot be reached is an error of its own", async () => {
    const dead = { port: closedPort };
    const { status, output } = await run([...host(1, dead), ...host(2, dead)]).ended;
    assert.equal(status, 101);
    assert.match(output, /^Err 1\/50: Host1 failure: .*\nErr 2\/50: Host2 failure: /m);
    assert.match(output, /^Exiting with return value 101 \(EXIT_CONNECTION_FAILURE_HOST1: .*\) 2\/50 nb_errors/m);
  });

  test("a password shows nowhere: not where it is refused, nor to ps", async (t) => {
    const refused = await run([...host(1, { password: "s3cr3t-word" }), ...host(2), "--debugimap"]).ended;
    assert.equal(refused.status, 161, refused.output);
    const { port } = await startBlackHole(t, "127.0.0.1");
    const waiting = run([...host(1, { port, password: "s3cr3t-word" }), ...host(2)]);
    t.after(() => waiting.child.kill("SIGKILL"));
    await eventually("it is masked", () => {
      const words = readFileSync(`/proc/${waiting.child.pid ?? 0}/cmdline`, "utf8");
      return words.includes("MASKED") && !words.includes("s3cr3t-word");
    });
    waiting.child.kill("SIGTERM");
    const { output } = await waiting.ended;
    assert.equal(waiting.child.signalCode, "SIGTERM");
    assert.ok(!output.includes("internal error"), output);
    const shown = refused.output + output + readFileSync(join(files, "log"), "utf8");
    assert.ok(!shown.includes("s3cr3t-word"), shown);
  });
});
