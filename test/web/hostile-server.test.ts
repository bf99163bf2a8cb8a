// What mail servers say and what folders are called is text, wherever it is shown: nothing in it becomes part of a page.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test, type TestContext } from "node:test";
import type { Page } from "playwright-core";
import { makeAuthority } from "../support/authority.ts";
import { startBrowser } from "../support/browser.ts";
import { startDovecot } from "../support/dovecot.ts";
import { promptFailures } from "../support/dovecot-failures.ts";
import { hostileFolders, speakHostilely } from "../support/hostile-words.ts";
import { startImapsyncWeb } from "../support/imapsync-web.ts";
import { wireName } from "../support/mailbox-names.ts";
import { fillIn, logShows, openForm, showsEnd, start } from "../support/page-use.ts";
import { quoted } from "../support/raw-imap.ts";
import { scratchDirectory } from "../support/scratch.ts";
import { startAll } from "../support/start-all.ts";
import { startTlsFront } from "../support/tls-front.ts";
import { command, contents, deliver, mail, type TwoStores, twoStores } from "../support/two-stores.ts";
import { valuesFor, WebClient } from "../support/web-client.ts";

const browser = await startBrowser();
const { local, remote } = await startAll({
  local: startDovecot({ extraConfig: promptFailures }),
  remote: startDovecot(),
});
const tokenFile = join(scratchDirectory("token"), "token");
writeFileSync(tokenFile, "token of the operator\n", { mode: 0o600 });
const web = await startImapsyncWeb({ "operator-token-file": tokenFile });
after(() => web.stop());

/** Nothing of what servers said is an element; policy violations and exceptions fail the test by themselves. */
async function assertInert(tab: Page): Promise<void> {
  const script = "[...document.scripts].filter((one) => !one.src && one.type !== 'application/json').length";
  assert.equal(
    await tab.evaluate(`${script} + document.querySelectorAll('img[src=x], [onerror], [onmouseover]').length`),
    0,
  );
}

async function hostileStores(t: TestContext): Promise<TwoStores> {
  const stores = await twoStores(t, { local, remote });
  for (const name of hostileFolders) {
    const wire = wireName(stores.local, name);
    await command(stores.local, `CREATE ${quoted(wire)}`);
    await deliver(stores.local, wire, mail(`<b>${String(name.length)}</b>`, { flags: ["<script>"] }));
  }
  // Too large for the destination's answer below.
  await deliver(stores.local, "INBOX", mail("refused"));
  return stores;
}

test("hostile names and words are shown as text: table, log, list, preview, operator's page", async (t) => {
  const stores = await hostileStores(t);
  speakHostilely(stores, "local");
  speakHostilely(stores, "remote");
  const profile = await browser.profile(t);
  // Of the operator's page, before the token is entered.
  profile.expect(/status of 401/);
  const tab = await profile.tab();
  await openForm(tab, web);
  const values = valuesFor(stores);
  await fillIn(tab, values);
  await tab.getByText("Options").click();
  await tab
    .getByRole("button", { name: /preview|show|look/i })
    .last()
    .click();
  await tab.getByText("<img src=x onerror=alert(2)>").first().waitFor();
  await assertInert(tab);

  await start(tab, {});
  await showsEnd(tab, "done");
  await tab.getByRole("row").filter({ hasText: "<script>alert(1)</script>" }).first().waitFor();
  await logShows(tab, "<script>alert(1)</script>");
  await assertInert(tab);
  assert.ok(!(await tab.locator("main").innerText()).includes("\u202e"), "direction is not turned");
  assert.equal((await contents(stores.remote, "<img src=x onerror=alert(2)>")).length, 1);
  // As the server writes it.
  await tab.reload();
  await showsEnd(tab, "done");
  await assertInert(tab);

  await tab.goto(`${web.address}/operator`);
  await tab.locator("[name=token]").fill("token of the operator");
  await tab.keyboard.press("Enter");
  await tab.getByText(values.user1).first().waitFor();
  await assertInert(tab);
});

test("without a script, and in files to download", async (t) => {
  const stores = await hostileStores(t);
  speakHostilely(stores, "local");
  stores.hold("remote", "server", {
    pattern: /^[^*+ ]\S* OK \[APPENDUID/,
    action: (line) => ({
      instead: `${line.split(" ")[0] ?? ""} NO [LIMIT] =HYPERLINK("http://x")<script>alert(1)</script>`,
    }),
  });
  const profile = await browser.profile(t, { javaScriptEnabled: false });
  const tab = await profile.tab();
  await openForm(tab, web);
  const id = await start(tab, valuesFor(stores));
  const client = new WebClient(web);
  for (const cookie of await profile.context.cookies(tab.url())) client.keep(cookie);
  await client.endOf(id);
  await tab.reload();
  await assertInert(tab);
  for (const file of ["log", "left.csv", "report.json"]) {
    const { headers, text } = await client.ask(`/jobs/${id}/${file}`);
    assert.doesNotMatch(headers["content-type"] ?? "", /html/);
    assert.equal(headers["x-content-type-options"], "nosniff");
    // A spreadsheet runs what begins like this.
    if (file === "left.csv") assert.doesNotMatch(text, /(^|[,;"])[=+@\t-]/m);
    assert.doesNotMatch(text, /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/, file);
  }
});

test("the words with which a server refuses a login", async (t) => {
  const stores = await twoStores(t, { local, remote });
  speakHostilely(stores, "local");
  const tab = await (await browser.profile(t)).tab();
  await openForm(tab, web);
  await start(tab, valuesFor(stores, { password1: "wrong" }));
  await showsEnd(tab, "failed");
  await tab.getByText("<script>alert('status')</script>").first().waitFor();
  await assertInert(tab);
});

test("whose certificate it is, and who issued it", async (t) => {
  const authority = makeAuthority("<script>alert('issuer')<\\/script>");
  const [organisation, name] = ["<img src=x onerror=alert('subject')>", "<b onmouseover=alert(1)>"];
  const issued = authority.issue("evil", { subject: `/O=${organisation}/CN=${name}`, altNames: "DNS:localhost" });
  const front = await startTlsFront({ cert: issued.cert, key: issued.key }, local);
  t.after(() => front.stop());
  const host = `localhost:${String(front.port)}`;
  const tab = await (await browser.profile(t)).tab();
  await openForm(tab, web);
  await start(tab, { ...valuesFor(await twoStores(t, { local, remote })), host1: host });
  const card = tab.getByRole("region", { name: "Is this the right server?" });
  const shown = async (): Promise<void> => {
    // Brackets are escaped in names of this kind (RFC 4514).
    for (const words of ["<img src=x onerror=alert('subject')", "<b onmouseover=alert(1)", "<script"])
      await card.getByText(words).first().waitFor();
    await assertInert(tab);
  };
  await shown();
  // As the server writes it.
  await tab.reload();
  await shown();
});

test("what people enter, when it comes back to them", async (t) => {
  const entered = `"><img src=x onerror=alert(1)><script>alert(2)</script>`;
  const profile = await browser.profile(t);
  profile.expect(/Failed to load resource: the server responded with a status of 400/);
  const tab = await profile.tab();
  await openForm(tab, web);
  await tab.locator("form").first().evaluate("(form) => (form.noValidate = true)");
  const values = { host1: entered, user1: entered, password1: "p", host2: entered, user2: entered, password2: "p" };
  await fillIn(tab, values);
  await tab.getByRole("button", { name: "Sync" }).click();
  await tab.getByRole("alert").waitFor();
  await assertInert(tab);
  for (const path of [`/${entered}`, `/jobs/${entered}/`, `/servers?login=a@${entered}`, `/operator?x=${entered}`]) {
    profile.expect(/status of 40\d/);
    await tab.goto(`${web.address}${encodeURI(path)}`);
    await assertInert(tab);
  }
});
