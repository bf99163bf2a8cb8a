// Passwords arrive as they were typed, whichever way the form is sent.

import assert from "node:assert/strict";
import { after, describe, test, type TestContext } from "node:test";
import type { JobForm } from "../../src/web/api.ts";
import { startBrowser } from "../support/browser.ts";
import { startDovecot } from "../support/dovecot.ts";
import { asForm, asJson } from "../support/http-request.ts";
import { startImapsyncWeb } from "../support/imapsync-web.ts";
import { openForm, showsEnd, start } from "../support/page-use.ts";
import { accepting, awkwardPasswords } from "../support/passwords.ts";
import { startAll } from "../support/start-all.ts";
import { contents, deliver, mail, type TwoStores, twoStores } from "../support/two-stores.ts";
import { valuesFor, WebClient } from "../support/web-client.ts";

const [password1, password2] = awkwardPasswords;
const browser = await startBrowser();
const { local, remote } = await startAll({
  local: startDovecot({ extraConfig: accepting(password1) }),
  remote: startDovecot({ extraConfig: accepting(password2) }),
});
const web = await startImapsyncWeb();
after(() => web.stop());

/** How a form is sent; the job is over when it resolves. */
const ways: Readonly<Record<string, (t: TestContext, values: JobForm) => Promise<void>>> = {
  "by the page": async (t, values) => {
    const tab = await (await browser.profile(t)).tab();
    await openForm(tab, web);
    await start(tab, values);
    await showsEnd(tab, "done");
  },
  "by the page without a script": async (t, values) => {
    const tab = await (await browser.profile(t, { javaScriptEnabled: false })).tab();
    await openForm(tab, web);
    const id = await start(tab, values);
    const client = new WebClient(web);
    for (const cookie of await tab.context().cookies(tab.url())) client.keep(cookie);
    assert.equal((await client.endOf(id)).state, "done");
  },
  "by a program, in JSON": async (_, values) => {
    assert.equal((await new WebClient(web).run(values)).state, "done");
  },
  "by a program, as a form": async (_, values) => {
    const client = new WebClient(web);
    const { status, headers, text } = await client.ask("/jobs", asForm(values, { accept: "application/json" }));
    assert.ok([201, 303].includes(status), text);
    const id = /\/jobs\/([\w-]+)/.exec(headers.location ?? text)?.[1] ?? (JSON.parse(text) as { id: string }).id;
    assert.equal((await client.endOf(id)).state, "done");
  },
  "to the original's address": async (_, values) => {
    const { status, headers, text } = await new WebClient(web).ask("/cgi-bin/imapsync", asForm(values));
    assert.equal(status, 200);
    assert.match(headers["content-type"] ?? "", /^text\/plain; charset=utf-8$/i);
    assert.match(text, /Exiting with return value 0 \(EX_OK/);
  },
};

async function storesWithMail(t: TestContext): Promise<TwoStores> {
  const stores = await twoStores(t, { local, remote });
  await deliver(stores.local, "INBOX", mail("one"));
  return stores;
}

describe("passwords with signs of every kind log in", () => {
  for (const [way, send] of Object.entries(ways)) {
    test(way, async (t) => {
      const stores = await storesWithMail(t);
      await send(t, valuesFor(stores, { password1, password2 }));
      assert.deepEqual(await contents(stores.remote), ["one"]);
    });
  }
});

test("a field that is sent twice is refused rather than guessed", async (t) => {
  const stores = await storesWithMail(t);
  const question = asForm(valuesFor(stores, { password1, password2 }));
  const body = `${String(question.body)}&password1=other`;
  const { "content-length": _, ...headers } = question.headers ?? {};
  for (const path of ["/jobs"]) {
    const { status } = await new WebClient(web).ask(path, { ...question, headers, body });
    assert.equal(status, 400, path);
  }
  const { status } = await new WebClient(web).ask("/jobs", asJson(valuesFor(stores, { user1: "" })));
  assert.equal(status, 400);
});
