// What a run shows on a terminal, and only there.

import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { interimapCommand, runInterimap, startInterimap } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import { deliver, mails, type TwoStores, twoStores } from "../support/two-stores.ts";

const { server } = await startAll({ server: startDovecot() });

async function stored(t: TestContext): Promise<TwoStores> {
  const stores = await twoStores(t, { local: server, remote: server });
  await deliver(stores.remote, "INBOX", ...mails("m", 3));
  return stores;
}

/** script(1) gives it a terminal, and prints what it writes there. */
async function onTerminal(
  { home }: TwoStores,
  args: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<string> {
  const command = [...interimapCommand(), ...args].map((word) => `'${word}'`).join(" ");
  const program = ["script", "-qec", command, "/dev/null"];
  const { stdout, stderr, status } = await startInterimap(home, [], { program, env: { TERM: "xterm", ...env } })
    .finished;
  assert.equal(status, 0, stdout + stderr);
  return stdout.replaceAll("\r\n", "\n");
}

/** What stays: on a slow machine, a line that says how far it is comes and goes before others. */
function left(output: string): string {
  return output.replaceAll(/[^\n]*\r\x1b\[K/g, "");
}

const sum = /^Done in \d+ m?s(?: \d+ s)?: local: 3 messages added \(\d+ B\)$/m;

test("what was done is summed up; where there was nothing to do, nothing is said", async (t) => {
  const stores = await stored(t);
  assert.match(left(await onTerminal(stores)), sum);
  assert.equal(left(await onTerminal(stores)), "");
});

test("with TERM=dumb there is the sum, and nothing that steers a terminal", async (t) => {
  const output = await onTerminal(await stored(t), [], { TERM: "dumb" });
  assert.match(output, sum);
  assert.ok(!output.includes("\x1b"));
});

test("a slow run shows how far it is, and takes that away", async (t) => {
  const stores = await stored(t);
  stores.hold("local", "client", {
    pattern: /APPEND/,
    action: () => new Promise((resolve) => setTimeout(resolve, 2_500)),
  });
  const output = await onTerminal(stores);
  assert.match(output, /0% 0 of 3 messages, 0 of 1 mailbox: INBOX/);
  assert.ok(output.lastIndexOf("\r\x1b[K") > output.lastIndexOf("of 1 mailbox"));
});

for (const args of [["--quiet"], ["--debug"]])
  test(`not with ${args[0] ?? ""}`, async (t) => {
    assert.doesNotMatch(await onTerminal(await stored(t), args), /Done in|\x1b\[K/);
  });

test("without a terminal there are the lines of what is done, and no others", async (t) => {
  const { home } = await stored(t);
  const { status, stderr } = await runInterimap(home);
  assert.equal(status, 0);
  assert.equal(stderr, "local(INBOX): Added 3 messages, UID 1:3 -> 1:3\n");
});
