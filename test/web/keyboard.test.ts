// All of it with the keyboard only.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startBrowser } from "../support/browser.ts";
import { startDovecot } from "../support/dovecot.ts";
import { holdCopy } from "../support/held-copy.ts";
import { startImapsyncWeb } from "../support/imapsync-web.ts";
import { arrivedAt, headline, openForm, showsEnd } from "../support/page-use.ts";
import { startAll } from "../support/start-all.ts";
import { deliver, mails, twoStores } from "../support/two-stores.ts";
import { valuesFor } from "../support/web-client.ts";

const browser = await startBrowser();
const { local, remote } = await startAll({ local: startDovecot(), remote: startDovecot() });
const web = await startImapsyncWeb();
after(() => web.stop());

test("does all of it with the keyboard only", async (t) => {
  const stores = await twoStores(t, { local, remote });
  await deliver(stores.local, "INBOX", ...mails("m", 5));
  const copy = holdCopy(stores);
  const tab = await (await browser.profile(t)).tab();
  await openForm(tab, web);
  const values = valuesFor(stores);
  const name = (): Promise<string | null> => tab.evaluate("document.activeElement.name ?? null");
  const tabTo = async (wanted: string): Promise<void> => {
    for (let i = 0; i < 60 && (await name()) !== wanted; i++) await tab.keyboard.press("Tab");
    assert.equal(await name(), wanted);
  };
  for (const field of ["user1", "password1", "host1", "user2", "password2", "host2"] as const) {
    await tabTo(field);
    await tab.keyboard.type(values[field]);
  }
  await tab.keyboard.press("Enter");
  await arrivedAt(tab);
  await copy.reached;
  // From then on nothing new appears among what has the focus.
  await headline(tab).filter({ hasText: "Copying your mail" }).waitFor();
  const focused = (): Promise<string> => tab.evaluate("document.activeElement.textContent.trim()");
  for (let i = 0; i < 60 && (await focused()) !== "Abort"; i++) await tab.keyboard.press("Tab");
  await tab.keyboard.press("Enter");
  await tab.keyboard.press("Tab");
  assert.equal(await focused(), "Yes, abort");
  await tab.keyboard.press("Enter");
  copy.release();
  await showsEnd(tab, "aborted");
});
