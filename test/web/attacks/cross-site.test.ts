// Another site's page, open in the same browser, cannot have the server do anything.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, describe, test } from "node:test";
import { startBrowser } from "../../support/browser.ts";
import { startDovecot } from "../../support/dovecot.ts";
import { eventually } from "../../support/eventually.ts";
import { asForm, asJson, ask } from "../../support/http-request.ts";
import { startImapsyncWeb } from "../../support/imapsync-web.ts";
import { listen } from "../../support/inet-settings.ts";
import { startAll } from "../../support/start-all.ts";
import { twoStores } from "../../support/two-stores.ts";
import { valuesFor, WebClient } from "../../support/web-client.ts";

const browser = await startBrowser();
const { dovecot } = await startAll({ dovecot: startDovecot() });
const web = await startImapsyncWeb();
after(() => web.stop());

const nowhere = { host1: "127.0.0.1:9", user1: "u", password1: "p", host2: "127.0.0.1:9", user2: "v", password2: "p" };

/** All that changes something. `ID`: of a job that has ended. */
const changes = ["/jobs", "/preview", "/cgi-bin/imapsync", "/jobs/ID/abort", "/jobs/ID/delete", "/jobs/ID/resume"];

const strangers: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "of another site": { origin: "https://evil.example" },
  "of a page without origin": { origin: "null" },
  "of the same host with another port": { origin: "http://127.0.0.1:1" },
  "of a name that begins like ours": { origin: `${web.address}.evil.example` },
  "that the browser calls cross-site": { "sec-fetch-site": "cross-site" },
  "that the browser calls same-site": { "sec-fetch-site": "same-site" },
  "with our origin, called cross-site": { origin: web.address, "sec-fetch-site": "cross-site" },
};

describe("requests", async () => {
  const client = new WebClient(web);
  const { id } = await client.run(nowhere);
  for (const [what, headers] of Object.entries(strangers)) {
    for (const path of changes) {
      test(`${what} are refused at ${path}`, async () => {
        const { status } = await client.ask(path.replace("ID", id), asForm(nowhere, headers));
        assert.equal(status, 403);
      });
    }
  }

  test("of the page itself are taken, and those of programs", async () => {
    const ours = [{ origin: web.address, "sec-fetch-site": "same-origin" }, { origin: web.address }, {}];
    for (const headers of ours) {
      const { status, text } = await client.ask("/jobs", asJson(nowhere, headers));
      assert.equal(status, 201, text);
      await client.endOf((JSON.parse(text) as { readonly id: string }).id);
    }
  });

  test("cannot hide JSON in a type that other pages may send", async () => {
    for (const type of ["text/plain", "multipart/form-data; boundary=x", "application/x-unknown", ""]) {
      const { status } = await ask(web.address, "/jobs", asJson(nowhere, { "content-type": type }));
      assert.ok([400, 415].includes(status), `${type}: ${String(status)}`);
    }
  });

  test("by GET change nothing", async () => {
    for (const path of changes.slice(0, 2)) {
      const { status } = await ask(web.address, `${path}?${new URLSearchParams(nowhere).toString()}`);
      assert.ok([404, 405].includes(status), `${path}: ${String(status)}`);
    }
  });

  test("of other pages may not read any answer", async () => {
    for (const path of ["/", "/healthz", `/jobs/${id}/state`]) {
      const { headers } = await ask(web.address, path, { headers: { origin: "https://evil.example" } });
      assert.equal(headers["access-control-allow-origin"], undefined);
    }
  });
});

test("a form on another site's page starts nothing", async (t) => {
  const stores = await twoStores(t, { local: dovecot, remote: dovecot });
  const fields = Object.entries(valuesFor(stores))
    .map(([name, value]) => `<input name="${name}" value="${value}">`)
    .join("");
  const other = createServer((_, response) => {
    response.setHeader("content-type", "text/html");
    response.end(
      `<link rel=icon href=data:,><form method=post action="${web.address}/jobs">${fields}<button>Win</button></form>`,
    );
  });
  t.after(() => other.close());
  const elsewhere = `http://127.0.0.1:${String(await listen(other))}`;
  const profile = await browser.profile(t);
  profile.expect(/403/);
  const tab = await profile.tab();
  await tab.goto(elsewhere);
  const [answer] = await Promise.all([
    tab.waitForResponse(`${web.address}/jobs`),
    tab.getByRole("button", { name: "Win" }).click(),
  ]);
  assert.equal(answer.status(), 403);
  assert.equal(stores.proxies.local.connections, 0);
});

test("no other page shows ours in a frame", async (t) => {
  const other = createServer((_, response) => {
    response.setHeader("content-type", "text/html");
    response.end(`<link rel=icon href=data:,><iframe src="${web.address}/"></iframe>`);
  });
  t.after(() => other.close());
  const elsewhere = `http://127.0.0.1:${String(await listen(other))}`;
  const profile = await browser.profile(t);
  profile.expect(/frame/i);
  const tab = await profile.tab();
  await tab.goto(elsewhere);
  await eventually("the refusal", () => profile.troubles.some((line) => /frame/i.test(line)));
  assert.equal(await tab.frameLocator("iframe").getByRole("button").count(), 0);
});
