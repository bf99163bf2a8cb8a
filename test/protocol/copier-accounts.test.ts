// Getting into accounts of servers that real ones do not show: PREAUTH, PROXYAUTH, ID, and what becomes of the password where it
// could be read.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { failureOf, withAccounts } from "../support/copier-accounts.ts";
import { withScript } from "../support/scripted-server.ts";

/** Host1 follows the script, host2 lets everybody in. */
function withHost1<T>(
  script: string,
  argv: readonly string[],
  work: (argv: readonly string[]) => Promise<T>,
): Promise<T> {
  const welcome = `
    S: * OK [CAPABILITY IMAP4rev1] ready
    C: l LOGIN v q
    S: l OK [CAPABILITY IMAP4rev1] in
    C: o LOGOUT
    S: * BYE
    S: o OK`;
  return withScript(welcome, ({ port: port2 }) =>
    withScript(script, ({ port }) =>
      work([
        ...["--host1", "127.0.0.1", "--port1", String(port), "--user1", "u", ...argv],
        ...["--host2", "127.0.0.1", "--port2", String(port2), "--user2", "v", "--password2", "q"],
      ]),
    ),
  );
}

function getsIn(script: string, ...argv: readonly string[]): Promise<readonly string[]> {
  const whole = `${script}
    C: o LOGOUT
    S: * BYE
    S: o OK`;
  return withHost1(whole, argv, (all) => withAccounts(all, {}, ({ lines }) => Promise.resolve(lines)));
}

test("--authmech1 PREAUTH: the greeting is the login", async () => {
  const lines = await getsIn("S: * PREAUTH [CAPABILITY IMAP4rev1] welcome", "--authmech1", "PREAUTH");
  assert.ok(lines.includes("Host1: success login on [127.0.0.1] with user [u] auth [PREAUTH]"));
});

test("PROXYAUTH: the administrator logs in, and becomes the user before anything else is done", async () => {
  await getsIn(
    `
    S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready
    C: l LOGIN admin p
    S: l OK [CAPABILITY IMAP4rev1 ID] in
    C: p PROXYAUTH u
    S: p OK
    C: c CAPABILITY
    S: * CAPABILITY IMAP4rev1 ID
    S: c OK
    C: i ID ("name" "imapsync")
    S: * ID NIL
    S: i OK`,
    ...["--authuser1", "admin", "--proxyauth1", "--password1", "p"],
  );
});

test("PROXYAUTH that is refused is a login that is refused", async () => {
  const script = `
    S: * OK [CAPABILITY IMAP4rev1] ready
    C: l LOGIN admin p
    S: l OK [CAPABILITY IMAP4rev1] in
    C: p PROXYAUTH u
    S: p NO who is that`;
  const argv = ["--authuser1", "admin", "--proxyauth1", "--password1", "p"];
  const welcome = "S: * OK [CAPABILITY IMAP4rev1] ready";
  await withScript(welcome, ({ port: port2 }) =>
    withScript(script, async ({ port }) => {
      const [exit, line] = await failureOf([
        ...["--host1", "127.0.0.1", "--port1", String(port), "--user1", "u", ...argv],
        ...["--host2", "127.0.0.1", "--port2", String(port2), "--user2", "v", "--authmech2", "PREAUTH"],
      ]);
      assert.equal(exit, "EXIT_AUTHENTICATION_FAILURE_USER1");
      assert.match(line, /who is that/);
    }),
  );
});

describe("ID", () => {
  const login = `
    S: * OK [CAPABILITY IMAP4rev1] ready
    C: l LOGIN u p
    S: l OK [CAPABILITY IMAP4rev1 ID] in`;

  test("is said where the server wants it, and may be refused", async () => {
    await getsIn(
      `${login}
    C: i ID ("name" "imapsync")
    S: i BAD what`,
      ...["--password1", "p"],
    );
  });

  test("--noid", async () => {
    await getsIn(login, "--password1", "p", "--noid");
  });
});

describe("what goes first", () => {
  const offer = "IMAP4rev1 SASL-IR AUTH=CRAM-MD5 AUTH=PLAIN";

  test("to this machine, the password as it is", async () => {
    await getsIn(
      `
      S: * OK [CAPABILITY ${offer}] ready
      C: l LOGIN u p
      S: l OK [CAPABILITY IMAP4rev1] in`,
      ...["--password1", "p"],
    );
  });

  test("to another one in clear text, what does not show the password", async () => {
    await getsIn(
      `
      S: * OK [CAPABILITY ${offer}] ready
      C: l AUTHENTICATE CRAM-MD5
      S: + PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+
      C: dSBlZDM2ZDVkZTIxYjZkMWQyOWQ0OGNkN2UwODI3NmJkNA==
      S: l OK [CAPABILITY IMAP4rev1] in`,
      ...["--host1", "2130706433", "--notls1", "--password1", "p"],
    );
  });
});
