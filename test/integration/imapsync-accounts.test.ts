// From the command line to both accounts, with real servers: where passwords come from, and how logins are turned away.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { bothIn, startAccountServers } from "../support/account-servers.ts";
import { startBlackHole } from "../support/black-hole.ts";
import { failureOf, noHeard, withAccounts } from "../support/copier-accounts.ts";
import { eventually } from "../support/eventually.ts";

const { plain, issuer, closedPort, files, file, host, tlsHost } = await startAccountServers();
const built = fileURLToPath(new URL("../../dist/imapsync.js", import.meta.url));

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

  test("a port in the name of a host is told to be an option of its own", async () => {
    const [exit, lines] = await failureOf([...host(1), ...host(2, { host: "imap.invalid:993" })]);
    assert.equal(exit, "EXIT_CONNECTION_FAILURE_HOST2");
    assert.match(lines, /; the port has an option of its own: --host2 imap\.invalid --port2 993$/);
  });
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
