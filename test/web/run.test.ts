// A person moves their mail: starts it, watches it, leaves and comes back, ends it, from one tab or several.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startBrowser } from "../support/browser.ts";
import { startDovecot } from "../support/dovecot.ts";
import { promptFailures } from "../support/dovecot-failures.ts";
import { becomes } from "../support/eventually.ts";
import { holdCopy } from "../support/held-copy.ts";
import { startImapsyncWeb } from "../support/imapsync-web.ts";
import {
  abort,
  arrivedAt,
  fillIn,
  headline,
  logShows,
  openForm,
  showsEnd,
  start,
  startButton,
} from "../support/page-use.ts";
import { diffSnapshots, snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { command, contents, deliver, mail, mails, twoStores } from "../support/two-stores.ts";
import { valuesFor } from "../support/web-client.ts";

const browser = await startBrowser();
const { local, remote } = await startAll({
  local: startDovecot({ extraConfig: promptFailures }),
  remote: startDovecot({ extraConfig: promptFailures, separator: "." }),
});
const web = await startImapsyncWeb();
after(() => web.stop());

test("starts a copy, sees it go on, and how it ended", async (t) => {
  const stores = await twoStores(t, { local, remote });
  await command(stores.local, "CREATE Work", "CREATE Work/Old");
  await deliver(stores.local, "INBOX", ...mails("m", 10, { flags: ["\\Seen"] }));
  await deliver(stores.local, "Work/Old", mail("old"));
  const copy = holdCopy(stores);
  const tab = await (await browser.profile(t)).tab();
  await openForm(tab, web);
  await start(tab, valuesFor(stores));
  await copy.reached;
  await headline(tab).filter({ hasText: "Copying your mail" }).waitFor();
  await logShows(tab, "Host1: folder [INBOX]");
  const progress = tab.getByRole("progressbar");
  await progress.waitFor();
  // What is searched for is found when it comes.
  await tab.getByRole("searchbox", { name: "Search the log" }).fill("Exiting with return value");
  await tab.getByText("0 lines found").waitFor();
  copy.release();
  await showsEnd(tab, "done");
  assert.deepEqual(diffSnapshots(await snapshot(stores.local), await snapshot(stores.remote)), []);
  await tab.getByText("The sync looks good").first().waitFor();
  await tab.getByRole("region", { name: "The log" }).getByText("Exiting with return value 0").waitFor();
  const row = tab.getByRole("row").filter({ hasText: "Work/Old" });
  await row.getByRole("cell", { name: "1", exact: true }).nth(1).waitFor();
});

test("leaves while it runs, and comes back in another browser by the same six values, to all of its history", async (t) => {
  const stores = await twoStores(t, { local, remote });
  await deliver(stores.local, "INBOX", ...mails("m", 10));
  const copy = holdCopy(stores);
  const values = valuesFor(stores);
  const first = await (await browser.profile(t)).tab();
  await openForm(first, web);
  const id = await start(first, values);
  await copy.reached;
  await first.close();

  const elsewhere = await (await browser.profile(t)).tab();
  await openForm(elsewhere, web);
  assert.equal(await start(elsewhere, values), id);
  await elsewhere.getByText("running already").waitFor();
  await logShows(elsewhere, "Here is imapsync");
  copy.release();
  await showsEnd(elsewhere, "done");
  assert.equal((await contents(stores.remote)).length, 10);
});

test("reloads the page while it runs", async (t) => {
  const stores = await twoStores(t, { local, remote });
  await deliver(stores.local, "INBOX", ...mails("m", 10));
  const copy = holdCopy(stores);
  const tab = await (await browser.profile(t)).tab();
  await openForm(tab, web);
  const id = await start(tab, valuesFor(stores));
  await copy.reached;
  await tab.reload();
  assert.equal(await arrivedAt(tab), id);
  await headline(tab).filter({ hasText: "Copying your mail" }).waitFor();
  copy.release();
  await showsEnd(tab, "done");
});

test("aborts from another tab: the first one shows it", async (t) => {
  const stores = await twoStores(t, { local, remote });
  await deliver(stores.local, "INBOX", ...mails("m", 10));
  const copy = holdCopy(stores);
  const profile = await browser.profile(t);
  const [tab, other] = [await profile.tab(), await profile.tab()];
  await openForm(tab, web);
  await start(tab, valuesFor(stores));
  await copy.reached;
  await openForm(other, web);
  await start(other, valuesFor(stores));
  await abort(other);
  copy.release();
  await showsEnd(tab, "aborted");
  await showsEnd(other, "aborted");
  await logShows(tab, "Exiting with return value 6");
});

test("two pairs in two tabs do not mix", async (t) => {
  const [one, two] = [await twoStores(t, { local, remote }), await twoStores(t, { local, remote })];
  await deliver(one.local, "INBOX", ...mails("one", 5));
  await deliver(two.local, "INBOX", ...mails("two", 7));
  const copies = [holdCopy(one), holdCopy(two)];
  const profile = await browser.profile(t);
  const tabs = [await profile.tab(), await profile.tab()];
  const ids = [];
  for (const [i, stores] of [one, two].entries()) {
    await openForm(tabs[i]!, web);
    ids.push(await start(tabs[i]!, valuesFor(stores)));
  }
  assert.notEqual(ids[0], ids[1]);
  for (const copy of copies) await copy.reached;
  for (const copy of copies) copy.release();
  for (const tab of tabs) await showsEnd(tab, "done");
  assert.match(await tabs[0]!.locator("main").innerText(), new RegExp(`\\b${one.local.user}\\b`));
  assert.doesNotMatch(await tabs[0]!.locator("main").innerText(), new RegExp(`user.*\\b${two.local.user}\\b`));
  assert.deepEqual(
    await contents(one.remote),
    mails("one", 5).map((_, i) => `one${String(i + 1)}`),
  );
  assert.deepEqual(
    await contents(two.remote),
    mails("two", 7).map((_, i) => `two${String(i + 1)}`),
  );
});

test("a wrong password attaches to nothing: it is a login that fails", async (t) => {
  const stores = await twoStores(t, { local, remote });
  await deliver(stores.local, "INBOX", ...mails("m", 5));
  const copy = holdCopy(stores);
  const values = valuesFor(stores);
  const tab = await (await browser.profile(t)).tab();
  await openForm(tab, web);
  const id = await start(tab, values);
  await copy.reached;
  const stranger = await (await browser.profile(t)).tab();
  await openForm(stranger, web);
  assert.notEqual(await start(stranger, { ...values, password2: "wrong" }), id);
  await showsEnd(stranger, "failed");
  await stranger.getByText("Check login and password of the destination").first().waitFor();
  copy.release();
  await showsEnd(tab, "done");
});

test("a dry run copies nothing, and the button says so before", async (t) => {
  const stores = await twoStores(t, { local, remote });
  await deliver(stores.local, "INBOX", ...mails("m", 5));
  const tab = await (await browser.profile(t)).tab();
  await openForm(tab, web);
  await fillIn(tab, { ...valuesFor(stores), dry: "on" });
  assert.equal(await startButton(tab).innerText(), "Start the dry run");
  await startButton(tab).click();
  await arrivedAt(tab);
  await showsEnd(tab, "done");
  await becomes(() => contents(stores.remote), []);
});
