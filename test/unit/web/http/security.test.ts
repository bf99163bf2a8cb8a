import assert from "node:assert/strict";
import { test } from "node:test";
import { done, line, sixValues } from "../../../support/web-jobs.ts";
import { asBrowser, begin, formHeaders, formOf, site } from "../../../support/web-site.ts";

test("every answer tells the browser to let nothing in, out, or into a frame, and to keep nothing", async () => {
  const made = await site();
  const { id, cookie } = await begin(made);
  await made.workers.all[0]?.end(done);
  for (const url of [
    "/",
    "/nothing",
    `/jobs/${id}/`,
    `/jobs/${id}/state`,
    `/jobs/${id}/log`,
    `/jobs/${id}/events`,
    "/healthz",
  ]) {
    const { headers } = await made.server.inject({ url, headers: { cookie } });
    const policy = String(headers["content-security-policy"]);
    assert.match(policy, /default-src 'none'/, url);
    assert.match(policy, /frame-ancestors 'none'/, url);
    assert.doesNotMatch(policy, /unsafe|\*|http/, url);
    assert.equal(headers["x-content-type-options"], "nosniff", url);
    assert.equal(headers["cache-control"], "no-store", url);
    assert.equal(headers["referrer-policy"], "same-origin", url);
    assert.equal(headers["x-powered-by"], undefined, url);
    assert.equal(headers["strict-transport-security"], undefined, url);
  }
});

test("over HTTPS browsers are told to stay there", async () => {
  const { server } = await site({ publicOrigin: "https://migrate.example.org" });
  const { headers } = await server.inject({ url: "/", headers: { host: "migrate.example.org" } });
  assert.match(String(headers["strict-transport-security"]), /^max-age=\d{7,}/);
});

const others: readonly Readonly<Record<string, string>>[] = [
  { origin: "https://evil.example" },
  { origin: "null" },
  { origin: "http://localhost:81" },
  { origin: "http://localhost.evil.example" },
  { "sec-fetch-site": "cross-site" },
  { "sec-fetch-site": "same-site" },
];

for (const headers of others) {
  test(`no other site has anything done: ${JSON.stringify(headers)}`, async () => {
    const made = await site({ operatorToken: "a token that is long enough" });
    const { id, cookie } = await begin(made);
    const before = made.workers.all.length;
    const urls = [
      "/jobs",
      "/preview",
      `/jobs/${id}/abort`,
      `/jobs/${id}/delete`,
      `/jobs/${id}/resume`,
      "/cgi-bin/imapsync",
    ];
    for (const url of [...urls, "/operator", "/operator/leave", `/operator/jobs/${id}/abort`]) {
      const payload = formOf({ user1: "mallory" });
      const response = await made.server.inject({
        method: "POST",
        url,
        headers: { ...formHeaders, ...headers, cookie },
        payload,
      });
      assert.equal(response.statusCode, 403, url);
    }
    assert.equal(made.workers.all.length, before);
    assert.deepEqual(made.workers.all[0]?.asked, []);
  });
}

test("our own page may, and so may programs that are no browsers", async () => {
  const { server } = await site();
  for (const headers of [
    { origin: "http://localhost:80" },
    { origin: "http://localhost", "sec-fetch-site": "same-origin" },
    {},
  ]) {
    const host = (headers as { origin?: string }).origin?.slice(7) ?? "localhost";
    const response = await server.inject({
      method: "POST",
      url: "/jobs",
      headers: { ...headers, host },
      payload: sixValues,
    });
    assert.ok([200, 201].includes(response.statusCode), JSON.stringify(headers));
  }
});

test("pages of origins that the operator allows may post to the original's endpoint, and to nothing else", async () => {
  const made = await site({ allowedOrigins: ["https://old.example.org"] });
  const headers = { ...formHeaders, origin: "https://old.example.org", "sec-fetch-site": "cross-site" };
  const post = (url: string, payload = formOf({ abort: "on" })) =>
    made.server.inject({ method: "POST", url, headers, payload });
  const response = await post("/cgi-bin/imapsync");
  assert.equal(response.statusCode, 200);
  assert.equal(response.headers["access-control-allow-origin"], "https://old.example.org");
  assert.equal((await post("/jobs", formOf())).statusCode, 403);
});

for (const [host, statusCode] of [
  ["evil.example", 421],
  ["127.0.0.1:8993", 200],
  ["[::1]:8993", 200],
  ["localhost:8993", 200],
  ["localhost.evil.example", 421],
  ["127.0.0.1.evil.example", 421],
] as const) {
  test(`a server without a public origin answers to ${host} with ${statusCode}: a name could be anybody's`, async () => {
    const { server } = await site();
    assert.equal((await server.inject({ url: "/", headers: { host } })).statusCode, statusCode);
  });
}

for (const [host, statusCode] of [
  ["migrate.example.org", 200],
  ["Migrate.example.org:443", 200],
  ["evil.example", 421],
] as const) {
  test(`one with a public origin answers to ${host} with ${statusCode}`, async () => {
    const { server } = await site({ publicOrigin: "https://migrate.example.org" });
    assert.equal((await server.inject({ url: "/", headers: { host } })).statusCode, statusCode);
  });
}

test("no line of the log has what a form has in it, nor a query, nor a path that is not known", async () => {
  const made = await site();
  const { id, cookie } = await begin(made);
  await made.server.inject({ url: `/jobs/${id}/state?password1=secret`, headers: { cookie } });
  await made.server.inject({ url: "/secret%0d%0ainjected" });
  await made.server.inject({ method: "POST", url: "/jobs", headers: formHeaders, payload: "password1=secret&host1=" });
  const text = JSON.stringify(made.logged);
  assert.doesNotMatch(text, /secret|alice|bob|injected|imap\.example|job=/);
  assert.match(text, /\/jobs\/:id\/state/);
});

test("what is too much, or of another kind, is refused before it is read", async () => {
  const { server } = await site();
  const post = (headers: Record<string, string>, payload: string) =>
    server.inject({ method: "POST", url: "/jobs", headers, payload });
  assert.equal((await post(formHeaders, `user1=${"x".repeat(300_000)}`)).statusCode, 413);
  assert.equal((await post({ "content-type": "text/plain" }, "x")).statusCode, 415);
  assert.equal((await post({ "content-type": "multipart/form-data; boundary=x" }, "--x--")).statusCode, 415);
  assert.equal((await post({ "content-type": "application/json" }, "{")).statusCode, 400);
  assert.equal((await post({ "content-type": "application/json" }, '{"__proto__":{"a":1}}')).statusCode, 400);
  assert.equal((await post({ "content-type": "application/json" }, "[]")).statusCode, 400);
});

test("line breaks go neither into accounts nor into headers", async () => {
  const { server, workers } = await site();
  for (const field of ["host1", "user1", "password1", "subfolder1"]) {
    const payload = formOf({ [field]: "a\r\nset-cookie: x=y" });
    const response = await server.inject({
      method: "POST",
      url: "/jobs",
      headers: { ...formHeaders, ...asBrowser },
      payload,
    });
    assert.equal(response.statusCode, 400, field);
    assert.equal(response.headers["set-cookie"], undefined);
  }
  assert.equal(workers.all.length, 0);
});

test("what servers say is text, wherever it is shown", async () => {
  const made = await site();
  const { id, cookie } = await begin(made, { user1: '"><script>alert(1)</script>' });
  const evil = "<script>alert(2)</script>";
  const counts = { copied: 0, toCopy: 0, present: 0, duplicates: 0, filtered: 0, failed: 0, isNew: true };
  made.workers.all[0]?.say(line(evil));
  made.workers.all[0]?.say({
    type: "folder",
    folder1: evil,
    folder2: evil,
    state: "done",
    messages: 0,
    octets: 0,
    ...counts,
  });
  made.workers.all[0]?.say({
    type: "left",
    folder1: evil,
    folder2: evil,
    uid1: 1,
    octets: 1,
    reason: evil,
    isError: true,
  });
  await made.workers.all[0]?.end({ words: evil });
  const { body } = await made.server.inject({ url: `/jobs/${id}/`, headers: { cookie } });
  assert.match(body, /alert\(2\)/);
  assert.doesNotMatch(body, /<script>alert/);
});

test("an address makes only so many requests in a minute, also for what is not there", async () => {
  const { server } = await site({ maxRequestsPerMinute: 3 });
  const codes = [];
  for (let count = 0; count < 5; count++) codes.push((await server.inject({ url: `/nothing/${count}` })).statusCode);
  assert.deepEqual(codes, [404, 404, 404, 429, 429]);
  const response = await server.inject({ url: "/" });
  assert.equal(response.statusCode, 429);
  assert.match(response.json<{ error: string }>().error, /Too many requests/);
});

test("proxies are believed only where the operator trusts them", async () => {
  const headers = { "x-forwarded-for": "203.0.113.5", "x-forwarded-proto": "https" };
  const trusting = await site({ trustedProxies: ["127.0.0.1"] });
  await trusting.server.inject({ url: "/", headers });
  assert.equal(trusting.logged.at(-1)?.fields["address"], "203.0.113.5");
  const other = await site();
  const { headers: answered } = await other.server.inject({ url: "/", headers });
  assert.equal(other.logged.at(-1)?.fields["address"], "127.0.0.1");
  assert.equal(answered["strict-transport-security"], undefined);
});
