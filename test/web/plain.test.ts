// The page without JavaScript: forms that are sent, and a log that is streamed as text.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startBrowser } from "../support/browser.ts";
import { startDovecot } from "../support/dovecot.ts";
import { promptFailures } from "../support/dovecot-failures.ts";
import { eventually } from "../support/eventually.ts";
import { holdCopy } from "../support/held-copy.ts";
import { asForm, open } from "../support/http-request.ts";
import { startImapsyncWeb } from "../support/imapsync-web.ts";
import { abort, headline, openForm, sends, showsEnd, start } from "../support/page-use.ts";
import { startAll } from "../support/start-all.ts";
import { command, contents, deliver, mails, twoStores } from "../support/two-stores.ts";
import { valuesFor } from "../support/web-client.ts";

const browser = await startBrowser();
const { local, remote } = await startAll({
  local: startDovecot({ extraConfig: promptFailures }),
  remote: startDovecot(),
});
const web = await startImapsyncWeb();
after(() => web.stop());
const plain = { javaScriptEnabled: false };

test("starts a copy, reads the log while it grows, sees the end, and starts again", async (t) => {
  const stores = await twoStores(t, { local, remote });
  await deliver(stores.local, "INBOX", ...mails("m", 6));
  const copy = holdCopy(stores);
  const profile = await browser.profile(t, plain);
  const tab = await profile.tab();
  await openForm(tab, web);
  const id = await start(tab, valuesFor(stores));
  await copy.reached;
  await tab.reload();
  await headline(tab).filter({ hasText: "Copying your mail" }).waitFor();

  // The log is a stream that ends with the job.
  const [cookie] = await profile.context.cookies(tab.url());
  const stream = await open(web.address, `/jobs/${id}/log`, {
    headers: { cookie: `${cookie?.name ?? ""}=${cookie?.value ?? ""}` },
  });
  let text = "";
  stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
  await eventually("the log so far", () => text.includes("Host1: folder [INBOX]"));
  assert.doesNotMatch(text, /Exiting with/);
  copy.release();
  await eventually("the end of the log", () => text.includes("Exiting with return value 0"));
  await eventually("the end of the stream", () => stream.complete);

  await tab.reload();
  await showsEnd(tab, "done");
  await tab.locator("[name=password1]").fill(stores.local.password);
  await tab.locator("[name=password2]").fill(stores.remote.password);
  await sends(tab, () => tab.getByRole("button", { name: "Resync" }).click());
  await eventually("the end of the second run", async () => {
    await tab.reload();
    return (await headline(tab).innerText()) === "Done";
  });
  assert.equal((await contents(stores.remote)).length, 6);
});

test("aborts", async (t) => {
  const stores = await twoStores(t, { local, remote });
  await deliver(stores.local, "INBOX", ...mails("m", 6));
  const copy = holdCopy(stores);
  const tab = await (await browser.profile(t, plain)).tab();
  await openForm(tab, web);
  await start(tab, valuesFor(stores));
  await copy.reached;
  await tab.reload();
  await sends(tab, () => abort(tab));
  copy.release();
  await eventually("the end", async () => {
    await tab.reload();
    return (await headline(tab).innerText()) === "Stopped";
  });
});

test("is told what is wrong with the form, and need not type all of it again", async (t) => {
  const stores = await twoStores(t, { local, remote });
  const profile = await browser.profile(t, plain);
  profile.expect(/400/);
  const tab = await profile.tab();
  await openForm(tab, web);
  const values = { ...valuesFor(stores), host2: "no host" };
  for (const [name, value] of Object.entries(values)) await tab.locator(`[name=${name}]`).fill(String(value));
  await tab.getByRole("button", { name: "Sync" }).click();
  await tab.getByRole("alert").waitFor();
  for (const [name, value] of Object.entries(values)) {
    const shown = name.startsWith("password") ? "" : value;
    assert.equal(await tab.locator(`[name=${name}]`).inputValue(), shown, name);
  }
});

test("the original's form streams what imapsync writes, from its first line", async (t) => {
  const stores = await twoStores(t, { local, remote });
  await deliver(stores.local, "INBOX", ...mails("m", 6));
  const copy = holdCopy(stores);
  const stream = await open(web.address, "/cgi-bin/imapsync", asForm({ ...valuesFor(stores), automap: "on" }));
  assert.equal(stream.statusCode, 200);
  assert.match(stream.headers["content-type"] ?? "", /^text\/plain/);
  let text = "";
  stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
  await copy.reached;
  await eventually("the first lines", () => text.includes("Host1: folder [INBOX]"));

  // The same values in another window of the original's: the same log. Then the abort.
  const other = await open(web.address, "/cgi-bin/imapsync", asForm(valuesFor(stores)));
  let copyOfText = "";
  other.on("data", (chunk: Buffer) => (copyOfText += chunk.toString()));
  await eventually("the log again", () => copyOfText.includes("Host1: folder [INBOX]"));
  const aborting = await open(web.address, "/cgi-bin/imapsync", asForm({ ...valuesFor(stores), abort: "on" }));
  assert.equal(aborting.statusCode, 200);
  aborting.resume();
  copy.release();
  await eventually("the end of both", () => stream.complete && other.complete);
  for (const each of [text, copyOfText]) assert.match(each, /Exiting with return value 6/);
});

test("looks at where folders would go, and chooses otherwise", async (t) => {
  const stores = await twoStores(t, { local, remote });
  await command(stores.local, "CREATE Old");
  await deliver(stores.local, "Old", ...mails("m", 2));
  const tab = await (await browser.profile(t, plain)).tab();
  await openForm(tab, web);
  const values = valuesFor(stores);
  for (const [name, value] of Object.entries(values)) await tab.locator(`[name=${name}]`).fill(String(value));
  await tab.getByText("Options").click();
  await tab.getByRole("button", { name: /preview|show|look/i }).click();
  await tab.getByText("Old").first().waitFor();
  const f1f2 = tab.locator("[name=f1f2]");
  await tab.getByText("Write down targets yourself").click();
  await f1f2.fill("Old=New");
  await start(tab, { password1: values.password1, password2: values.password2 });
  await eventually("the end", async () => {
    await tab.reload();
    return (await headline(tab).innerText()) === "Done";
  });
  assert.deepEqual(await contents(stores.remote, "New"), ["m1", "m2"]);
});
