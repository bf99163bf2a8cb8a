// A run that may change nothing from some moment on, wherever that is: it ends in order, and the next one, which knows nothing of
// it, leaves both sides the same.

import assert from "node:assert/strict";
import { copyFileSync, openSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import type { JobResult } from "../../src/job/job-message.ts";
import type { SyncSpec } from "../../src/job/job-spec.ts";
import { MessageOutput } from "../../src/job/message-output.ts";
import { syncEngine } from "../../src/job/sync/sync-pair.ts";
import { Secrets } from "../../src/log/secrets.ts";
import { interrupted } from "../../src/model/errors.ts";
import type { Fence } from "../../src/model/fence.ts";
import { startDovecot } from "../support/dovecot.ts";
import { asUser, type MailServer } from "../support/mail-server.ts";
import { scratchDirectory } from "../support/scratch.ts";
import { startAll } from "../support/start-all.ts";
import { startTrafficProxy } from "../support/traffic-proxy.ts";
import { command, contents, deliver, expunge, mails, store } from "../support/two-stores.ts";

const { local, remote } = await startAll({ local: startDovecot(), remote: startDovecot() });
const changing = /^\S+ (?:APPEND|CREATE|DELETE|EXPUNGE|RENAME|(?:UN)?SUBSCRIBE|UID (?:COPY|EXPUNGE|MOVE|STORE)) /;
let changes = 0;
const proxies = await Promise.all(
  [local, remote].map((server) =>
    startTrafficProxy(server, { onClientLine: (line) => void (changes += Number(changing.test(line))) }),
  ),
);
after(() => Promise.all(proxies.map((proxy) => proxy.stop())));
const directory = scratchDirectory("fenced");
const output = new MessageOutput({ descriptor: openSync("/dev/null", "w") });

interface Run {
  readonly user: string;
  readonly database: string;
  readonly mayBeOlder?: boolean;
  readonly fence?: Fence;
}

function run({ user, database, mayBeOlder = false, fence }: Run): Promise<JobResult> {
  const settings = proxies.flatMap(({ server: { host, port } }, i) => [
    ...[`host${String(i + 1)}=${host}`, `port${String(i + 1)}=${String(port)}`, `username${String(i + 1)}=${user}`],
  ]);
  const spec: SyncSpec = {
    ...{ engine: "sync", settings: [...settings, "type=imap", "STARTTLS=NO", "compress=NO"], database, mayBeOlder },
    ...{ allowsMassDelete: false, secrets: { password1: "p", password2: "p" } },
    limits: { octets: undefined, seconds: undefined },
    targets: { allowsPrivate: true, ports: undefined },
  };
  const stop = new AbortController().signal;
  return syncEngine.perform(spec, { output, stop, env: process.env, secrets: new Secrets(), fence });
}

/** Both servers have something for each other, of each kind. */
async function change(local: MailServer, remote: MailServer): Promise<void> {
  await store(local, "1 +FLAGS (\\Flagged)");
  await expunge(remote, "2");
  await deliver(local, "INBOX", ...mails("l", 2));
  await deliver(remote, "INBOX", ...mails("r", 2));
  await command(remote, "CREATE Other");
  await deliver(remote, "Other", ...mails("o", 1));
}

test("a run that is fenced off at any of its changes makes no other, and the next one goes on from the state before it", async () => {
  let isComplete = false;
  for (let last = 0; !isComplete; last++) {
    const user = `user${String(last)}`;
    const sides = [asUser(local, user), asUser(remote, user)] as const;
    const home = join(directory, `${user}.db`);
    const copy = join(directory, `${user}-copy.db`);
    await deliver(sides[0], "INBOX", ...mails("a", 3));
    assert.equal((await run({ user, database: home })).exitName, "DONE");
    await change(...sides);
    copyFileSync(home, copy);
    changes = 0;
    let asked = 0;
    const fence: Fence = () => (asked++ < last ? undefined : interrupted());
    const { exitName } = await run({ user, database: copy, fence });
    isComplete = asked <= last;
    assert.equal(exitName, isComplete ? "DONE" : "INTERRUPTED", `fenced off after ${String(last)} changes`);
    assert.ok(changes <= last, `${String(changes)} commands that change something, of ${String(last)} changes in all`);
    assert.equal((await run({ user, database: home, mayBeOlder: true })).exitName, "DONE");
    for (const side of sides) {
      assert.deepEqual(await contents(side), ["a1 \\flagged", "a3", "l1", "l2", "r1", "r2"]);
      assert.deepEqual(await contents(side, "Other"), ["o1"]);
    }
  }
});
