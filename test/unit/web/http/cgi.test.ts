import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../../../support/eventually.ts";
import { done, line } from "../../../support/web-jobs.ts";
import { formHeaders, formOf, type Site, site } from "../../../support/web-site.ts";

function post({ server }: Pick<Site, "server">, fields: Readonly<Record<string, string>> = {}) {
  return server.inject({ method: "POST", url: "/cgi-bin/imapsync", headers: formHeaders, payload: formOf(fields) });
}

async function running(made: Site): Promise<void> {
  await eventually("a worker", () => made.workers.all.length > 0);
}

test("a form of the original is answered with the log, line by line, as text", async () => {
  const made = await site();
  const answer = post(made, { dry: "on", unknown: "x" });
  await running(made);
  assert.ok(made.workers.all[0]?.spec.options.includes("--dry"));
  made.workers.all[0]?.say(line("Here is imapsync"), line("Exiting with return value 0"));
  await made.workers.all[0]?.end(done);
  const { statusCode, headers, body } = await answer;
  assert.equal(statusCode, 200);
  assert.equal(headers["content-type"], "text/plain; charset=UTF-8");
  assert.equal(body, "Here is imapsync\nExiting with return value 0\n");
  assert.equal(headers["set-cookie"], undefined);
});

test("the same form again gets the log of the copy that runs, from its beginning", async () => {
  const made = await site();
  const first = post(made);
  await running(made);
  made.workers.all[0]?.say(line("one"), line("two"));
  const second = post(made);
  await eventually("two watch", () => [...made.jobs.kept][0]?.watchers === 2);
  made.workers.all[0]?.say(line("three"));
  await made.workers.all[0]?.end(done);
  assert.equal((await first).body, "one\ntwo\nthree\n");
  assert.match((await second).body, /^This copy is already running[^\n]*\none\ntwo\nthree\n$/);
  assert.equal(made.workers.all.length, 1);
});

test("with abort=on the copy of these values ends, and no other", async () => {
  const made = await site();
  const answer = post(made);
  await running(made);
  assert.match((await post(made, { abort: "on", password1: "guessed" })).body, /^No process/);
  assert.deepEqual(made.workers.all[0]?.asked, []);
  assert.match((await post(made, { abort: "on" })).body, /is being aborted/);
  assert.deepEqual(made.workers.all[0]?.asked, ["abort"]);
  await made.workers.all[0].end({});
  await answer;
  assert.match((await post(made, { abort: "on" })).body, /^No process/);
  assert.equal(made.workers.all.length, 1);
});

test("where the queue is full, or the machine has too much to do, it is 503 with the load", async () => {
  for (const made of [await site({ maxQueued: 0 }), await site({ isOverloaded: () => true })]) {
    const { statusCode, body, statusMessage } = await post(made);
    assert.equal(statusCode, 503);
    assert.match(body, /^503 Service Unavailable.* Load on .* is \d/);
    assert.match(statusMessage, /^Service Unavailable/);
    assert.equal(made.workers.all.length, 0);
  }
});

test("who has to wait is told so, and gets the log then", async () => {
  const made = await site({ maxRunning: 1 });
  const first = post(made, { user1: "carol" });
  await running(made);
  const second = post(made);
  await eventually("one waits", () => made.jobs.queuedCount === 1);
  await made.workers.all[0]?.end(done);
  await eventually("the other begins", () => made.workers.all.length === 2);
  made.workers.all[1]?.say(line("mine"));
  await made.workers.all[1]?.end(done);
  await first;
  assert.match((await second).body, /waits for its turn[^\n]*\nmine\n$/);
});

test("what is wrong is said in text", async () => {
  const made = await site();
  const { statusCode, body } = await post(made, { regextrans2: "s/a/b/" });
  assert.equal(statusCode, 400);
  assert.match(body, /^regextrans2: /);
});
