// What a browser keeps: logins and servers, if people like, and never a password; and what Swap exchanges.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Page } from "playwright-core";
import { startBrowser } from "../support/browser.ts";
import { startDovecot } from "../support/dovecot.ts";
import { startImapsyncWeb } from "../support/imapsync-web.ts";
import { fillIn, openForm, showsEnd, start } from "../support/page-use.ts";
import { accepting } from "../support/passwords.ts";
import { formsIn, formsOf } from "../support/secret-forms.ts";
import { startAll } from "../support/start-all.ts";
import { twoStores } from "../support/two-stores.ts";
import { valuesFor } from "../support/web-client.ts";

const passwords = { password1: "q~Source>>>>Pw?7", password2: "q~Target>>>>Pw?9" };
const forms = new Map([...formsOf("source", passwords.password1), ...formsOf("destination", passwords.password2)]);
const browser = await startBrowser();
const { local, remote } = await startAll({
  local: startDovecot({ extraConfig: accepting(passwords.password1) }),
  remote: startDovecot({ extraConfig: accepting(passwords.password2) }),
});
const web = await startImapsyncWeb();
after(() => web.stop());

/** Everything that a page can leave in a browser. */
const everything = `(async () => {
  const databases = [];
  for (const { name, version } of await indexedDB.databases()) databases.push(name + version);
  const caches = [];
  for (const name of await globalThis.caches?.keys() ?? []) {
    const cache = await globalThis.caches.open(name);
    for (const request of await cache.keys()) caches.push(request.url + await (await cache.match(request)).text());
  }
  const workers = await navigator.serviceWorker?.getRegistrations() ?? [];
  return JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, databases, caches, history.state,
    location.href, workers.length, window.name]);
})()`;

function fields(tab: Page): Promise<Record<string, string>> {
  return tab.evaluate("Object.fromEntries([...new FormData(document.querySelector('form'))])");
}

test("remembers logins and servers, and forgets them when told; passwords are nowhere", async (t) => {
  const stores = await twoStores(t, { local, remote });
  const profile = await browser.profile(t);
  const requests: string[] = [];
  profile.context.on("request", (request) => requests.push(request.url(), JSON.stringify(request.headers())));
  const tab = await profile.tab();
  await openForm(tab, web);
  const values = valuesFor(stores, passwords);
  await start(tab, values);
  await showsEnd(tab, "done");

  const kept: string[] = [await tab.evaluate(everything), JSON.stringify(await profile.context.storageState())];
  await openForm(tab, web);
  kept.push(await tab.evaluate(everything), await tab.content());
  for (const text of [...kept, ...requests]) assert.deepEqual(formsIn(forms, text), []);
  assert.match(kept.join("\n"), new RegExp(values.user1));
  await tab.getByText("never passwords").waitFor();

  await tab.getByRole("button", { name: "Forget them" }).click();
  await tab.reload();
  assert.doesNotMatch(`${await tab.evaluate<string>(everything)}${await tab.content()}`, new RegExp(values.host1));
});

test("swap exchanges all of both sides, passwords too", async (t) => {
  const tab = await (await browser.profile(t)).tab();
  await openForm(tab, web);
  const values = { host1: "h1", user1: "u1", password1: "p1", host2: "h2", user2: "u2", password2: "p2" };
  await fillIn(tab, values);
  await tab.getByRole("button", { name: "Swap" }).click();
  const { host1, user1, password1, host2, user2, password2 } = await fields(tab);
  assert.deepEqual([host1, user1, password1, host2, user2, password2], ["h2", "u2", "p2", "h1", "u1", "p1"]);
});

test("a password is shown only while its button is pressed, and is hidden again after a reload", async (t) => {
  const tab = await (await browser.profile(t)).tab();
  await openForm(tab, web);
  await fillIn(tab, { password1: "visible" });
  const field = tab.locator("[name=password1]");
  assert.equal(await field.getAttribute("type"), "password");
  const button = tab.getByRole("button", { name: "Show the password of the source" });
  await button.click();
  assert.equal(await field.getAttribute("type"), "text");
  assert.equal(await tab.locator("[name=password2]").getAttribute("type"), "password");
  await tab.reload();
  assert.equal(await field.getAttribute("type"), "password");
  assert.equal(await field.inputValue(), "");
});
