// HEAD, RFC 9110 9.3.2: what GET would answer, without its content. Watchers of servers and links ask like this.

import assert from "node:assert/strict";
import { test } from "node:test";
import { begin, site } from "../../../support/web-site.ts";

const named = ["content-type", "cache-control", "content-security-policy", "x-content-type-options"];

test("HEAD has the status and the headers of GET, and no content", async () => {
  const made = await site({ assets: [{ path: "/assets/x.css", contentType: "text/css", body: "x" }] });
  const { id, cookie } = await begin(made);
  await made.workers.all[0]?.end({});
  const paths = [
    "/",
    "/assets/x.css",
    "/assets/none",
    "/healthz",
    "/metrics",
    "/operator",
    "/servers?login=a@b.example",
  ];
  const ofJob = ["/", "/state", "/log", "/events", "/lines", "/report.json", "/left.csv"].map(
    (path) => `/jobs/${id}${path}`,
  );
  for (const url of [...paths, ...ofJob, "/nothing", "/jobs"]) {
    const [get, head] = [
      await made.server.inject({ url, headers: { cookie } }),
      await made.server.inject({ method: "HEAD", url, headers: { cookie } }),
    ];
    assert.equal(head.statusCode, get.statusCode, url);
    assert.equal(head.body, "", url);
    for (const name of named) assert.equal(head.headers[name], get.headers[name], `${url} ${name}`);
  }
});

test("HEAD of the log of a job that runs does not wait for its end, and watches nothing", async () => {
  const made = await site();
  const { id, cookie } = await begin(made);
  for (const path of ["log", "events"]) {
    const { statusCode } = await made.server.inject({
      method: "HEAD",
      url: `/jobs/${id}/${path}`,
      headers: { cookie },
    });
    assert.equal(statusCode, 200);
  }
  assert.equal(made.jobs.kept.get(id)?.watchers, 0);
});
