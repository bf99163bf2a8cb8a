// A job from its value to its last message: a process of its own, and real servers.

import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { previewOptions } from "../../src/job/allowed-options.ts";
import type { CopySpec } from "../../src/job/job-spec.ts";
import { startDovecot } from "../support/dovecot.ts";
import { startJob } from "../support/job.ts";
import { startAll } from "../support/start-all.ts";
import { command, contents, deliver, mails, type TwoStores, twoStores } from "../support/two-stores.ts";

const { dovecot, other } = await startAll({ dovecot: startDovecot(), other: startDovecot() });

async function stored(t: TestContext, count = 3, octets = 10): Promise<TwoStores> {
  const stores = await twoStores(t, { local: dovecot, remote: other });
  await deliver(stores.local, "INBOX", ...mails("m", count, { body: "x".repeat(octets) }));
  return stores;
}

function specOf({ proxies }: TwoStores, ...more: readonly string[]): Pick<CopySpec, "options" | "secrets"> {
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
  const { end, lines, of } = startJob(specOf(stores));
  const { how, ...rest } = await end;
  assert.equal(how, "by itself", JSON.stringify(rest));
  assert.deepEqual(await contents(stores.remote), ["m1", "m2", "m3"]);
  const text = lines().join("\n");
  assert.match(text, /^Here is imapsync /);
  assert.match(text, /^msg INBOX\/1 .* copied to INBOX\/1 /m);
  assert.match(text, /Exiting with return value 0 \(EX_OK: [^\n]*$/);
  assert.equal(of("progress").at(-1)?.messagesDone, 3);
  const folders = of("folder").filter(({ state }) => state === "done");
  assert.deepEqual(
    folders.map(({ folder1, folder2, messages, copied, isNew }) => [folder1, folder2, messages, copied, isNew]),
    [["INBOX", "INBOX", 3, 3, false]],
  );
  assert.deepEqual(of("ended"), [
    {
      ...{ type: "ended", exitCode: 0, exitName: "EX_OK" },
      sentence: "The sync looks good, all 3 identified messages in host1 are on host2.",
      copied: { messages: 3, octets: 228 },
    },
  ]);
});

test("a preview says which folders are new, and changes nothing", async (t) => {
  const stores = await stored(t);
  await command(stores.local, "CREATE A/B");
  const { options, secrets } = specOf(stores, "--f1f2=A/B=C");
  const { end, of } = startJob({ options: previewOptions(options), secrets });
  assert.equal((await end).how, "by itself");
  const last = new Map(of("folder").map((folder) => [folder.folder1, [folder.folder2, folder.isNew, folder.state]]));
  assert.deepEqual(
    [...last],
    [
      ["A/B", ["C", true, "done"]],
      ["INBOX", ["INBOX", false, "done"]],
    ],
  );
  assert.deepEqual(await contents(stores.remote), []);
});

test("what is left comes with its reason", async (t) => {
  const stores = await stored(t);
  await deliver(stores.local, "INBOX", ...mails("large", 1, { body: "x".repeat(5000) }));
  const { end, of } = startJob(specOf(stores, "--maxsize=2000"));
  assert.equal((await end).how, "by itself");
  assert.deepEqual(
    of("left").map(({ folder1, uid1, reason, isError }) => [folder1, uid1, reason, isError]),
    [["INBOX", 4, "it is too large (larger than 2000 bytes)", false]],
  );
});

test("the sums of a folder add up, whatever becomes of its messages", async (t) => {
  const stores = await stored(t, 6);
  const [one, two] = mails("m", 2);
  await deliver(stores.remote, "INBOX", one!);
  await deliver(stores.local, "INBOX", two!, two!, ...mails("large", 2, { body: "x".repeat(5000) }));
  const heard = startJob(specOf(stores, "--maxsize=2000"));
  assert.equal((await heard.end).how, "by itself");
  const { folder1, folder2, state, octets, ...counts } = heard.of("folder").at(-1)!;
  assert.deepEqual([folder1, folder2, state], ["INBOX", "INBOX", "done"]);
  const sums = { messages: 10, copied: 5, toCopy: 0, present: 1, duplicates: 2, filtered: 2, failed: 0, isNew: false };
  assert.deepEqual(counts, { type: "folder", ...sums });
  assert.ok(octets! > 10_000);
  const reasons = heard.of("left").map(({ uid1, reason }) => `${uid1} ${reason}`);
  assert.deepEqual(reasons.sort(), [
    "10 it is too large (larger than 2000 bytes)",
    "7 it is a duplicate",
    "8 it is a duplicate",
    "9 it is too large (larger than 2000 bytes)",
  ]);
  const { messagesDone, messagesTotal, octetsDone, octetsTotal } = heard.of("progress").at(-1)!;
  assert.deepEqual([messagesDone, octetsDone], [messagesTotal, octetsTotal]);
});

test("abort ends the job after the message in hand, with its figures", async (t) => {
  const stores = await stored(t);
  const heard = startJob(specOf(stores, "--maxmessagespersecond=0.001"), {
    onMessage: (message) => {
      if (message.type === "line" && /^msg INBOX\/1 /.test(message.text)) heard.job.abort();
    },
  });
  const ended = await heard.end;
  assert.ok(ended.how === "by itself");
  assert.deepEqual(ended.result, {
    ...{ exitCode: 6, exitName: "EXIT_BY_SIGNAL" },
    sentence: "The job was aborted. 1 message was copied by then.",
    copied: { messages: 1, octets: 76 },
  });
  assert.match(heard.lines().join("\n"), /^Messages transferred +: 1$/m);
  assert.deepEqual(await contents(stores.remote), ["m1"]);
});

test("the limit of octets ends the job", async (t) => {
  const stores = await stored(t, 5, 1000);
  const { end } = startJob({ ...specOf(stores), limits: { octets: 1500, seconds: undefined } });
  const ended = await end;
  assert.ok(ended.how === "by itself");
  assert.equal(ended.result.exitName, "EXIT_TRANSFER_EXCEEDED");
  assert.match(ended.result.sentence, /^The limit of octets for one job is reached\. The sync is not finished/);
  assert.deepEqual(await contents(stores.remote), ["m1", "m2"]);
});

test("the limit of seconds ends the job", async (t) => {
  const stores = await stored(t);
  const limits = { octets: undefined, seconds: 0.5 };
  const { end, lines } = startJob({ ...specOf(stores, "--maxmessagespersecond=0.001"), limits });
  const ended = await end;
  assert.ok(ended.how === "by itself");
  assert.equal(ended.result.exitName, "EXIT_BY_SIGNAL");
  assert.match(ended.result.sentence, /^The limit of 0\.5 seconds for one job is reached\. \d messages? w/);
  assert.match(lines().join("\n"), /^The limit of 0\.5 seconds/m);
});

test("this machine is nowhere that a stranger's job may go, by whatever name", async (t) => {
  const stores = await stored(t);
  const { options, secrets } = specOf(stores);
  for (const host1 of ["127.0.0.1", "127.1", "localhost", "::1"]) {
    const { end, lines } = startJob({
      ...{ options: [...options, `--host1=${host1}`], secrets },
      targets: { allowsPrivate: false, ports: undefined },
    });
    const ended = await end;
    assert.ok(ended.how === "by itself");
    assert.equal(ended.result.exitName, "EXIT_CONNECTION_FAILURE_HOST1");
    assert.match(lines().join("\n"), new RegExp(`${host1} is not an address that this service may connect to`));
    assert.doesNotMatch(lines().join("\n"), /banner/);
  }
});

test("only some ports", async (t) => {
  const stores = await stored(t);
  const { end } = startJob({ ...specOf(stores), targets: { allowsPrivate: true, ports: [143, 993] } });
  const ended = await end;
  assert.ok(ended.how === "by itself");
  assert.match(ended.result.sentence, /port \d+ is not one that this service may connect to/);
});

test("a process that is killed says so by its end", async (t) => {
  const stores = await stored(t);
  const heard = startJob(specOf(stores, "--maxmessagespersecond=0.001"), {
    onMessage: (message) => {
      if (message.type === "line" && /^msg INBOX\/1 /.test(message.text)) process.kill(heard.job.pid!, "SIGKILL");
    },
  });
  const ended = await heard.end;
  assert.ok(ended.how === "crash" && ended.signal === "SIGKILL");
});

test("options that cannot be used end it before anything is done", async (t) => {
  const stores = await stored(t);
  for (const bad of ["--nonsense", "--delete1 --delete2", "--abort", "--help", "--skipmess=}{"]) {
    const { end } = startJob(specOf(stores, ...bad.split(" ")));
    const ended = await end;
    assert.ok(ended.how === "by itself" && ended.result.exitName === "EX_USAGE" && ended.result.sentence !== "", bad);
  }
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
