import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../../../support/eventually.ts";
import { done, line, sixValues } from "../../../support/web-jobs.ts";
import { asBrowser, begin, formHeaders, formOf, site } from "../../../support/web-site.ts";

test("a script gets the job's id and a cookie that opens this job only", async () => {
  const { server } = await site();
  const response = await server.inject({ method: "POST", url: "/jobs", payload: sixValues });
  assert.equal(response.statusCode, 201);
  const { id, attached } = response.json<{ id: string; attached: boolean }>();
  assert.equal(attached, false);
  assert.match(
    String(response.headers["set-cookie"]),
    new RegExp(`^job=[\\w-]{43}; Path=/jobs/${id}; Max-Age=\\d+; HttpOnly; SameSite=Strict$`),
  );
});

test("a form leads to the job's page; posted again, to the same job", async () => {
  const { server } = await site();
  const post = () =>
    server.inject({ method: "POST", url: "/jobs", headers: { ...formHeaders, ...asBrowser }, payload: formOf() });
  const first = await post();
  assert.equal(first.statusCode, 303);
  assert.match(String(first.headers.location), /^\/jobs\/[0-9a-f]{32}\/$/);
  const second = await post();
  assert.equal(second.headers.location, `${first.headers.location}?attached`);
  const [cookie = ""] = String(second.headers["set-cookie"]).split(";");
  const page = await server.inject({ url: String(second.headers.location), headers: { cookie } });
  assert.equal(page.statusCode, 200);
  assert.match(String(page.headers["content-type"]), /^text\/html/);
});

test("a form's passwords arrive as they were typed", async () => {
  const { server, workers } = await site();
  const password1 = "a&b=c+d%e;f\"g'h ü€🔑";
  await server.inject({ method: "POST", url: "/jobs", headers: formHeaders, payload: formOf({ password1 }) });
  assert.equal(workers.all[0]?.spec.secrets.password1, password1);
});

test("over HTTPS the cookie is never sent otherwise", async () => {
  const { server } = await site({ publicOrigin: "https://migrate.example.org" });
  const response = await server.inject({
    ...{ method: "POST", url: "/jobs", payload: sixValues },
    headers: { host: "migrate.example.org" },
  });
  assert.match(String(response.headers["set-cookie"]), /^__Secure-job=.*; Secure$/);
});

for (const path of ["", "/", "/form", "/state", "/events", "/log", "/lines", "/report.json", "/left.csv"]) {
  test(`GET ${path} says the same for a job of others as for none`, async () => {
    const made = await site();
    const [mine, other] = [await begin(made), await begin(made, { user1: "carol" })];
    const get = (id: string, cookie: string) => made.server.inject({ url: `/jobs/${id}${path}`, headers: { cookie } });
    const answers = await Promise.all([
      get(mine.id, other.cookie),
      get("0".repeat(32), mine.cookie),
      get(mine.id, ""),
      get("..%2f..%2fetc", mine.cookie),
    ]);
    const seen = answers.map(({ statusCode, body, headers }) => ({
      statusCode,
      body,
      names: Object.keys(headers).sort(),
    }));
    for (const one of seen) assert.deepEqual(one, seen[0]);
    assert.equal(seen[0]?.statusCode, 404);
  });
}

for (const path of ["/abort", "/delete", "/resume"]) {
  test(`POST ${path} needs the job's cookie`, async () => {
    const made = await site();
    const { id } = await begin(made);
    const payload = { password1: "x", password2: "y" };
    const response = await made.server.inject({ method: "POST", url: `/jobs/${id}${path}`, payload });
    assert.equal(response.statusCode, 404);
    assert.equal(made.jobs.kept.get(id)?.state, "running");
  });
}

test("events are told from the beginning, or from where a browser was, and end with the job", async () => {
  const made = await site();
  const { id, cookie } = await begin(made);
  const [worker] = made.workers.all;
  worker?.say(line("one"));
  const folder = { folder1: "INBOX", folder2: "INBOX", state: "done", messages: 1, octets: 2, copied: 1 } as const;
  const counts = { toCopy: 0, present: 0, duplicates: 0, filtered: 0, failed: 0, isNew: false };
  worker?.say({ type: "folder", ...folder, ...counts });
  const events = (headers = {}, query = "") =>
    made.server.inject({ url: `/jobs/${id}/events${query}`, headers: { cookie, ...headers } });
  const all = events();
  await worker?.end(done);
  const { body, headers } = await all;
  assert.equal(headers["content-type"], "text/event-stream; charset=utf-8");
  assert.match(body, /^retry: \d+\n\n/);
  const told = [...body.matchAll(/(?:id: (\d+)\n)?event: (\w+)\ndata: (.*)\n\n/g)].map(([, number, event]) => [
    number,
    event,
  ]);
  assert.deepEqual(
    told.filter(([number]) => number !== undefined),
    [
      ["1", "state"],
      ["2", "state"],
      ["3", "lines"],
      ["4", "state"],
    ],
  );
  assert.ok(told.some(([, event]) => event === "folder"));
  assert.match(body, /"state":"done"[^\n]*\n\n$/);
  const rest = await events({ "last-event-id": "3" });
  assert.doesNotMatch(rest.body, /event: lines/);
  assert.match(rest.body, /id: 4\nevent: state/);
  assert.equal((await events({}, "?after=2")).body.includes("event: lines"), true);
  assert.equal((await events({ "last-event-id": "4" })).statusCode, 204);
  assert.equal((await events({ "last-event-id": "4" }, "?after=1")).statusCode, 204);
});

test("what happens later is told as it happens, with signs of life in between", async () => {
  const made = await site({ heartbeatMs: 1 });
  const { id, cookie } = await begin(made);
  const address = await made.server.listen({ port: 0, host: "127.0.0.1" });
  const response = await fetch(`${address}/jobs/${id}/events`, { headers: { cookie } });
  let body = "";
  const [worker] = made.workers.all;
  let hasSaid = false;
  for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
    body += part;
    if (!hasSaid && body.includes(": still here\n\n")) {
      hasSaid = true;
      worker?.say(line("later"));
    }
    if (body.includes("later") && made.jobs.kept.get(id)?.state === "running") await worker?.end(done);
  }
  assert.match(body, /"lines":\["later"\]/);
  assert.match(body, /"state":"done"/);
  await made.server.close();
});

test("a browser that goes away is no watcher any more", async () => {
  const made = await site();
  const { id, cookie } = await begin(made);
  const address = await made.server.listen({ port: 0, host: "127.0.0.1" });
  const leave = new AbortController();
  const response = await fetch(`${address}/jobs/${id}/events`, { headers: { cookie }, signal: leave.signal });
  await response.body?.getReader().read();
  const job = made.jobs.kept.get(id);
  assert.equal(job?.watchers, 1);
  leave.abort();
  while (job.watchers > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(job.state, "running");
  await eventually("the log says so", () => made.logged.some(({ fields }) => fields["status"] === 499));
  await made.server.close();
});

test("the log is plain text, whole, to the end of the job", async () => {
  const made = await site();
  const { id, cookie } = await begin(made);
  const lines = Array.from({ length: 2500 }, (_, index) => `line ${index + 1} <b>&amp;`);
  made.workers.all[0]?.say(...lines.map(line));
  const log = made.server.inject({ url: `/jobs/${id}/log`, headers: { cookie } });
  await made.workers.all[0]?.end(done);
  const { body, headers } = await log;
  assert.equal(headers["content-type"], "text/plain; charset=utf-8");
  assert.equal(body, lines.map((text) => `${text}\n`).join(""));
  const part = await made.server.inject({ url: `/jobs/${id}/lines?from=499&count=4`, headers: { cookie } });
  assert.deepEqual(part.json(), { first: 499, lines: lines.slice(498, 502), total: 2500 });
  for (const wrong of ["from=0", "from=x", "count=2001", "count=0"]) {
    const response = await made.server.inject({ url: `/jobs/${id}/lines?${wrong}`, headers: { cookie } });
    assert.equal(response.statusCode, 400, wrong);
  }
});

test("what was left out is a table that starts no programs, and part of the report, each of the last run only", async () => {
  const made = await site();
  const { id, cookie } = await begin(made);
  const left = {
    folder1: "=cmd|' /C calc'!A0",
    folder2: 'a,"b"',
    uid1: 7,
    octets: undefined,
    reason: "+1",
    isError: true,
  };
  made.workers.all[0]?.say({ type: "left", ...left, uid1: 6 });
  await made.workers.all[0]?.end({ words: "died" });
  const payload = { password1: "secret one", password2: "secret two" };
  const resumed = await made.server.inject({ method: "POST", url: `/jobs/${id}/resume`, headers: { cookie }, payload });
  assert.equal(resumed.statusCode, 201);
  made.workers.all[1]?.say({ type: "left", ...left });
  await made.workers.all[1]?.end(done);
  const csv = await made.server.inject({ url: `/jobs/${id}/left.csv`, headers: { cookie } });
  assert.equal(
    csv.body,
    'folder1,folder2,uid1,octets,error,reason\r\n"\'=cmd|\' /C calc\'!A0","a,""b""",7,,yes,"\'+1"\r\n',
  );
  const report = await made.server.inject({ url: `/jobs/${id}/report.json`, headers: { cookie } });
  const { left: inReport, leftCount, state } = report.json<{ left: unknown[]; leftCount: number; state: string }>();
  assert.deepEqual([inReport.length, leftCount, state], [1, 1, "done"]);
});

test("a job is aborted, and deleted when it has ended, by whoever may see it", async () => {
  const made = await site();
  const { id, cookie } = await begin(made);
  const post = (path: string) =>
    made.server.inject({ method: "POST", url: `/jobs/${id}/${path}`, headers: { cookie } });
  assert.equal((await post("delete")).statusCode, 409);
  assert.equal((await post("abort")).statusCode, 202);
  assert.deepEqual(made.workers.all[0]?.asked, ["abort"]);
  await made.workers.all[0].end({});
  assert.equal((await post("delete")).statusCode, 204);
  assert.equal((await post("abort")).statusCode, 404);
});

test("a job goes on with its passwords, and with a key that is trusted from now on", async () => {
  const made = await site();
  const { id, cookie } = await begin(made, { dry: "on" });
  await made.workers.all[0]?.end({ words: "died" });
  const fingerprint1 = `sha256$pub$${"a".repeat(64)}`;
  const payload = { password1: "secret one", password2: "another", fingerprint1 };
  const resume = () => made.server.inject({ method: "POST", url: `/jobs/${id}/resume`, headers: { cookie }, payload });
  assert.deepEqual((await resume()).json(), { id, attached: false });
  const spec = made.workers.all[1]?.spec;
  assert.equal(spec?.secrets.password2, "another");
  assert.ok(spec.options.includes("--dry"));
  assert.ok(spec.options.includes(`--sslargs1=SSL_fingerprint=${fingerprint1}`));
  assert.equal((await resume()).json<{ attached: boolean }>().attached, true);
});

test("the form of a job can be had again, without passwords, keys, confirmations, and trials that went well", async () => {
  const { server, workers } = await site();
  const fingerprint1 = `sha256$pub$${"0".repeat(64)}`;
  const fields = { subfolder2: "Old", dry: "on", delete2: "on", confirm2: "on", fingerprint1 };
  const { id, cookie } = await begin({ server }, fields);
  const again = async () => (await server.inject({ url: `/jobs/${id}/form`, headers: { cookie } })).body;
  const before = await again();
  assert.match(before, /value="Old"/);
  assert.match(before, /<input[^>]*name="delete2"[^>]*checked/);
  assert.match(before, /<input[^>]*name="dry"[^>]*checked/);
  for (const kept of [sixValues.password1, sixValues.password2, fingerprint1]) assert.ok(!before.includes(kept));
  await workers.all[0]?.end(done);
  assert.doesNotMatch(await again(), /<input[^>]*name="(?:dry|confirm2)"[^>]*checked/);
});

test("what is wrong with a form is said of its field, as JSON or above the form, and passwords are not sent back", async () => {
  const { server } = await site({
    targets: { allowsPrivate: false, ports: [143, 993] },
    deniedHosts: ["*.example.com"],
  });
  const cases = [
    [{ user1: "" }, "user1"],
    [{ password2: "" }, "password2"],
    [{ host1: "imap.example.org:25" }, "host1"],
    [{ host2: "IMAP.Example.com" }, "host2"],
    [{ delete2: "on" }, "confirm2"],
    [{ fingerprint1: "x y" }, "fingerprint1"],
    [{ regextrans2: "s/a/b/e" }, "regextrans2"],
    [{ user2: "x".repeat(600) }, "user2", "This is too long: 512 characters are allowed."],
    [{ user1: "a\tb" }, "user1", "This contains line breaks or other characters that are not allowed here."],
  ] as const;
  for (const [fields, field, words] of cases) {
    const json = await server.inject({ method: "POST", url: "/jobs", payload: { ...sixValues, ...fields } });
    assert.equal(json.statusCode, 400, field);
    assert.equal(json.json<{ field: string }>().field, field);
    if (words !== undefined) assert.equal(json.json<{ error: string }>().error, words);
    const headers = { ...formHeaders, ...asBrowser };
    const html = await server.inject({ method: "POST", url: "/jobs", headers, payload: formOf(fields) });
    assert.equal(html.statusCode, 400, field);
    assert.match(String(html.headers["content-type"]), /^text\/html/);
    assert.doesNotMatch(html.body, /secret one|secret two/);
    // All of it is there again, whatever was wrong.
    assert.match(html.body, /<input[^>]*name="host2"[^>]*value="[^"]/);
  }
});

test("limits are answered with when to try again", async () => {
  const { server } = await site({ maxStartsPerHour: 0 });
  const response = await server.inject({ method: "POST", url: "/jobs", payload: sixValues });
  assert.equal(response.statusCode, 429);
  assert.equal(response.headers["retry-after"], "3600");
});

test("a preview is a short run of which nothing is kept", async () => {
  const made = await site();
  const preview = made.server.inject({ method: "POST", url: "/preview", payload: sixValues });
  while (made.previewWorkers.all.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  const [worker] = made.previewWorkers.all;
  assert.ok(worker?.spec.options.includes("--dry") && worker?.spec.options.includes("--justfolders"));
  const counts = { copied: 0, toCopy: 0, present: 0, duplicates: 0, filtered: 0, failed: 0 };
  const folder = { folder1: "Gesendet", folder2: "Sent", state: "done", messages: 0, octets: 0, isNew: true } as const;
  worker?.say({ type: "folder", ...folder, ...counts });
  await worker?.end(done);
  assert.deepEqual((await preview).json(), { folders: [{ folder1: "Gesendet", folder2: "Sent", isNew: true }] });
  assert.equal([...made.jobs.kept].length, 0);
});

test("previews count for the address that asks for them", async () => {
  const made = await site({ maxStartsPerHour: 1 });
  const ask = (remoteAddress: string) =>
    made.server.inject({ method: "POST", url: "/preview", payload: sixValues, remoteAddress });
  const first = ask("192.0.2.1");
  await eventually("a run", () => made.previewWorkers.all.length === 1);
  assert.equal((await ask("192.0.2.1")).statusCode, 429);
  const other = ask("192.0.2.2");
  await eventually("another run", () => made.previewWorkers.all.length === 2);
  for (const worker of made.previewWorkers.all) await worker.end(done);
  assert.deepEqual([(await first).statusCode, (await other).statusCode], [200, 200]);
});
