// A job from its value to its last message: a process of its own, and real servers.

import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { JobSpec } from "../../src/job/job-spec.ts";
import { startDovecot } from "../support/dovecot.ts";
import { startJob } from "../support/job.ts";
import { startAll } from "../support/start-all.ts";
import { contents, deliver, mails, type TwoStores, twoStores } from "../support/two-stores.ts";

const { dovecot, other } = await startAll({ dovecot: startDovecot(), other: startDovecot() });

async function stored(t: TestContext, count = 3, octets = 10): Promise<TwoStores> {
  const stores = await twoStores(t, { local: dovecot, remote: other });
  await deliver(stores.local, "INBOX", ...mails("m", count, { body: "x".repeat(octets) }));
  return stores;
}

function specOf({ proxies }: TwoStores, ...more: readonly string[]): Pick<JobSpec, "options" | "secrets"> {
  const [local, remote] = [proxies.local.server, proxies.remote.server];
  const places = [local, remote].flatMap(({ host, port, user }, i) => [
    `--host${String(i + 1)}=${host}`,
    `--port${String(i + 1)}=${String(port)}`,
    `--user${String(i + 1)}=${user}`,
  ]);
  return { options: [...places, ...more], secrets: { password1: local.password, password2: remote.password } };
}

test("a copy", async (t) => {
  const stores = await stored(t);
  const { end, lines } = startJob(specOf(stores));
  const { how, ...rest } = await end;
  assert.equal(how, "by itself", JSON.stringify(rest));
  assert.deepEqual(await contents(stores.remote), ["m1", "m2", "m3"]);
  const text = lines().join("\n");
  assert.match(text, /^Here is imapsync /);
  assert.match(text, /^msg INBOX\/1 .* copied to INBOX\/1 /m);
  assert.match(text, /Exiting with return value 0 \(EX_OK: [^\n]*$/);
});

test("a login that is refused", async (t) => {
  const stores = await stored(t);
  const spec = specOf(stores);
  const { end, lines } = startJob({ ...spec, secrets: { ...spec.secrets, password2: "wrong" } });
  const ended = await end;
  assert.ok(
    ended.how === "by itself" && ended.result.exitName === "EXIT_AUTHENTICATION_FAILURE_USER2",
    lines().join("\n"),
  );
});
