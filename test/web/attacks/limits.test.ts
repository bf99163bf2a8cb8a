// How much one address may have the server do, and that it cannot be another address by saying so.

import assert from "node:assert/strict";
import { connect } from "node:net";
import { describe, test, type TestContext } from "node:test";
import { startDovecot } from "../../support/dovecot.ts";
import { promptFailures } from "../../support/dovecot-failures.ts";
import { holdCopy } from "../../support/held-copy.ts";
import { asForm, asJson, ask } from "../../support/http-request.ts";
import { type ImapsyncWeb, startImapsyncWeb, type WebSettings } from "../../support/imapsync-web.ts";
import { familyOf } from "../../support/processes.ts";
import { startAll } from "../../support/start-all.ts";
import { contents, deliver, mails, type TwoStores, twoStores } from "../../support/two-stores.ts";
import { valuesFor, WebClient } from "../../support/web-client.ts";

const { local, remote } = await startAll({
  local: startDovecot({ extraConfig: promptFailures }),
  remote: startDovecot(),
});

async function startLimited(t: TestContext, settings: WebSettings): Promise<ImapsyncWeb> {
  const web = await startImapsyncWeb(settings);
  t.after(() => web.stop());
  return web;
}

/** What a client behind a proxy, or one that likes to be taken for that, could say. */
function forged(number: number): Readonly<Record<string, string>> {
  const address = `203.0.113.${String(number)}`;
  return { "x-forwarded-for": address, forwarded: `for=${address}`, "x-real-ip": address, "cf-connecting-ip": address };
}

async function heldJob(t: TestContext): Promise<{ readonly stores: TwoStores; readonly release: () => void }> {
  const stores = await twoStores(t, { local, remote });
  await deliver(stores.local, "INBOX", ...mails("m", 2));
  const copy = holdCopy(stores);
  return { stores, release: () => copy.release() };
}

test("too many jobs of one address are refused, whatever it says it is; others may go on", async (t) => {
  const web = await startLimited(t, { "max-jobs": "1", "max-jobs-per-address": "2" });
  const jobs = [await heldJob(t), await heldJob(t), await heldJob(t)];
  const client = new WebClient(web);
  const started = [];
  for (const { stores } of jobs.slice(0, 2)) started.push(await client.start(valuesFor(stores)));
  for (let i = 0; i < 3; i++) {
    const { status, headers, text } = await client.ask("/jobs", asJson(valuesFor(jobs[2]!.stores), forged(i)));
    assert.equal(status, 429, text);
    assert.ok(Number(headers["retry-after"]) > 0);
  }
  const { status } = await client.ask("/cgi-bin/imapsync", asForm(valuesFor(jobs[2]!.stores), forged(9)));
  assert.equal(status, 429);
  // To what runs already one may come back.
  assert.equal((await client.start(valuesFor(jobs[0]!.stores))).attached, true);
  await client.reaches(started[1]!.id, "queued");
  assert.equal((await client.status(started[1]!.id)).position, 1);
  assert.equal(familyOf(web.pid).length - 1, 1, "one process works");
  for (const { release } of jobs) release();
  for (const { id } of started) assert.equal((await client.endOf(id)).state, "done");
  assert.equal((await contents(jobs[1]!.stores.remote)).length, 2);
  assert.equal((await client.run(valuesFor(jobs[2]!.stores))).state, "done");
});

test("a trusted proxy's word counts, and only its own last one", async (t) => {
  const web = await startLimited(t, { "max-jobs-per-address": "1", "trusted-proxies": "127.0.0.1" });
  const [one, two] = [await heldJob(t), await heldJob(t)];
  const client = new WebClient(web);
  const ask = async (stores: TwoStores, by: string): Promise<number> =>
    (await client.ask("/jobs", asJson(valuesFor(stores), { "x-forwarded-for": by }))).status;
  assert.equal(await ask(one.stores, "203.0.113.1"), 201);
  assert.equal(await ask(two.stores, "203.0.113.1"), 429);
  assert.equal(await ask(two.stores, "203.0.113.77, 203.0.113.1"), 429, "what the client made up comes first");
  assert.equal(await ask(two.stores, "203.0.113.2"), 201);
  for (const { release } of [one, two]) release();
});

test("passwords are not tried out through the server for long", async (t) => {
  const web = await startLimited(t, { "max-failed-logins-per-hour": "3" });
  const stores = await twoStores(t, { local, remote });
  const client = new WebClient(web);
  for (let i = 0; i < 3; i++) {
    const { result } = await client.run(valuesFor(stores, { password1: `wrong${String(i)}` }));
    assert.match(result?.exitName ?? "", /AUTHENTICATION_FAILURE/);
  }
  for (const path of ["/jobs", "/preview", "/cgi-bin/imapsync"]) {
    const { status } = await client.ask(path, asForm(valuesFor(stores), forged(1)));
    assert.equal(status, 429, path);
  }
});

test("passwords are not tried out by previews either", async (t) => {
  const web = await startLimited(t, { "max-failed-logins-per-hour": "3" });
  const stores = await twoStores(t, { local, remote });
  const client = new WebClient(web);
  const statuses = [];
  for (let i = 0; i < 5; i++)
    statuses.push((await client.ask("/preview", asForm(valuesFor(stores, { password1: "wrong" })))).status);
  assert.deepEqual(statuses.slice(3), [429, 429], String(statuses));
});

test("starts are counted, also those of jobs that end at once", async (t) => {
  const web = await startLimited(t, { "max-starts-per-hour": "3" });
  const nowhere = {
    host1: "127.0.0.1:9",
    user1: "u",
    password1: "p",
    host2: "127.0.0.1:9",
    user2: "v",
    password2: "p",
  };
  const client = new WebClient(web);
  for (let i = 0; i < 3; i++) await client.run(nowhere);
  assert.equal((await client.ask("/jobs", asJson(nowhere, forged(2)))).status, 429);
});

describe("requests", () => {
  test("too many in a minute are refused, whatever they ask for", async (t) => {
    const web = await startLimited(t, { "max-requests-per-minute": "20" });
    const statuses = new Set<number>();
    for (let i = 0; i < 40; i++) {
      const path = ["/", "/nothing", "/jobs/x/state", "/operator", "/assets/x"][i % 5] ?? "/";
      statuses.add((await ask(web.address, path, { headers: forged(i) })).status);
    }
    assert.ok(statuses.has(429), String([...statuses]));
    assert.equal((await ask(web.address, "/")).status, 429);
  });

  test("too many connections of one address are closed", async (t) => {
    const web = await startLimited(t, { "max-connections-per-address": "10" });
    const port = Number(new URL(web.address).port);
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const socket = connect(port, "127.0.0.1");
        t.after(() => socket.destroy());
        return new Promise<string>((resolve) => {
          socket.on("error", () => resolve("closed"));
          socket.on("close", () => resolve("closed"));
          socket.on("data", () => resolve("open"));
          socket.write(`GET /healthz HTTP/1.1\r\nhost: 127.0.0.1:${String(port)}\r\n\r\n`);
        });
      }),
    );
    assert.equal(outcomes.filter((outcome) => outcome === "open").length, 10);
  });
});

test("what waits has a limit as well: then the original's page is told to come back", async (t) => {
  const web = await startLimited(t, { "max-jobs": "1", "max-queued": "1" });
  const jobs = [await heldJob(t), await heldJob(t), await heldJob(t)];
  const client = new WebClient(web);
  for (const { stores } of jobs.slice(0, 2)) await client.start(valuesFor(stores));
  const refused = await client.ask("/jobs", asJson(valuesFor(jobs[2]!.stores)));
  assert.equal(refused.status, 503);
  const original = await client.ask("/cgi-bin/imapsync", asForm(valuesFor(jobs[2]!.stores)));
  assert.equal(original.status, 503);
  assert.match(original.text, /^503 Service Unavailable/);
  for (const { release } of jobs) release();
});
