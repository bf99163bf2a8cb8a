// What goes wrong while mail is moved, and what the page says and offers then.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { startBrowser } from "../support/browser.ts";
import { startDovecot } from "../support/dovecot.ts";
import { promptFailures } from "../support/dovecot-failures.ts";
import { holdCopy } from "../support/held-copy.ts";
import { startImapsyncWeb } from "../support/imapsync-web.ts";
import { fillIn, headline, logShows, openForm, showsEnd, start, startButton } from "../support/page-use.ts";
import { familyOf } from "../support/processes.ts";
import { startAll } from "../support/start-all.ts";
import { asClient, contents, deliver, mails, type TwoStores, twoStores } from "../support/two-stores.ts";
import { valuesFor } from "../support/web-client.ts";

const browser = await startBrowser();
const { local, remote, secure } = await startAll({
  local: startDovecot({ extraConfig: promptFailures }),
  remote: startDovecot({ extraConfig: promptFailures }),
  secure: startDovecot({ tls: true }),
});
const web = await startImapsyncWeb();
after(() => web.stop());

interface Gate {
  readonly opened: Promise<void>;
  readonly open: () => void;
}

function newGate(): Gate {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

async function givePasswords(tab: Page, { local, remote }: TwoStores): Promise<void> {
  await tab.locator("[name=password1]").fill(local.password);
  await tab.locator("[name=password2]").fill(remote.password);
}

test("the process of a job is killed: the page says so, and the log keeps what was said", async (t) => {
  const stores = await twoStores(t, { local, remote });
  await deliver(stores.local, "INBOX", ...mails("m", 5));
  const copy = holdCopy(stores);
  const tab = await (await browser.profile(t)).tab();
  await openForm(tab, web);
  await start(tab, valuesFor(stores));
  await copy.reached;
  for (const pid of familyOf(web.pid).filter((one) => one !== web.pid)) process.kill(pid, "SIGKILL");
  await showsEnd(tab, "failed");
  await tab
    .getByText(/SIGKILL|killed/i)
    .first()
    .waitFor({ timeout: 15_000 });
  await logShows(tab, "Host1: folder [INBOX]");

  // Once servers have let it in, the tab knows no passwords any more.
  copy.release();
  await givePasswords(tab, stores);
  await tab.getByRole("button", { name: "Resync" }).click();
  await showsEnd(tab, "done");
  assert.equal((await contents(stores.remote)).length, 5);
});

for (const signal of ["SIGTERM", "SIGKILL"] as const) {
  test(`the server ends with ${signal} and starts again: the job is interrupted, and goes on with the passwords`, async (t) => {
    const stores = await twoStores(t, { local, remote });
    await deliver(stores.local, "INBOX", ...mails("m", 6));
    const copy = holdCopy(stores);
    const profile = await browser.profile(t);
    // The page tries to get through to a server that is not there.
    profile.expect(/Failed to load resource: net::ERR_/);
    const tab = await profile.tab();
    await openForm(tab, web);
    await start(tab, valuesFor(stores));
    await copy.reached;
    const restarted = web.restart({}, signal);
    copy.release();
    await restarted;
    await showsEnd(tab, "interrupted");
    // Another tab knows no passwords.
    const other = await profile.tab();
    await other.goto(tab.url());
    await showsEnd(other, "interrupted");
    await givePasswords(other, stores);
    await other.getByRole("button", { name: "Go on" }).click();
    await showsEnd(other, "done");
    assert.equal((await contents(stores.remote)).length, 6);
    await logShows(other, "Exiting with return value 0");
  });
}

test("logins that are refused: each is said, and only what was refused is entered again", async (t) => {
  const stores = await twoStores(t, { local, remote });
  await deliver(stores.local, "INBOX", ...mails("m", 3));
  const tab = await (await browser.profile(t)).tab();
  const password = (host: 1 | 2): Locator => tab.locator(`[name=password${String(host)}]`);
  await openForm(tab, web);
  await start(tab, valuesFor(stores, { password1: "wrong", password2: "wrong, too" }));
  await showsEnd(tab, "failed");
  await tab.getByText("The server of the source does not accept this login").first().waitFor();
  await tab.getByText("The server of the destination does not accept this login").first().waitFor();

  await password(1).fill(stores.local.password);
  await password(2).fill("still wrong");
  await tab.getByRole("button", { name: "Resync" }).click();
  await tab.getByText("The password of the source is still in this tab’s memory").waitFor();
  assert.equal(await password(1).count(), 0);
  await password(2).fill(stores.remote.password);
  await tab.getByRole("button", { name: "Resync" }).click();
  await showsEnd(tab, "done");
  assert.equal((await contents(stores.remote)).length, 3);
  // Both servers have let it in.
  await password(1).waitFor();
  await password(2).waitFor();
});

test("a server that is not there: nothing is typed again but its name, with and without a script", async (t) => {
  const stores = await twoStores(t, { local, remote });
  await deliver(stores.local, "INBOX", ...mails("m", 3));
  const right = valuesFor(stores, { subfolder2: "Old" });
  const wrong = { ...right, host2: "127.0.0.1:1" };
  const tab = await (await browser.profile(t)).tab();
  await openForm(tab, web);
  const id = await start(tab, wrong);
  await showsEnd(tab, "failed");
  await tab.getByText("The passwords are still in this tab’s memory").waitFor();
  await tab.getByRole("link", { name: "Change what you entered" }).click();
  await tab.waitForURL(`**/jobs/${id}/form`);
  for (const [name, value] of Object.entries(wrong))
    assert.equal(await tab.locator(`[name=${name}]`).inputValue(), value, name);

  // Whoever loads the page anew has the passwords no more.
  const plain = await (await browser.profile(t, { javaScriptEnabled: false })).tab();
  await plain.context().addCookies(await tab.context().cookies(tab.url()));
  await plain.goto(tab.url());
  for (const [name, value] of Object.entries(wrong))
    assert.equal(await plain.locator(`[name=${name}]`).inputValue(), name.startsWith("password") ? "" : value, name);

  await tab.locator("[name=host2]").fill(right.host2);
  assert.notEqual(await start(tab, {}), id);
  await showsEnd(tab, "done");
  assert.equal((await contents(stores.remote, "Old\0INBOX")).length, 3);
});

test("a certificate that nobody vouches for is shown; accepted, it is trusted for this job", async (t) => {
  const user = `certificate${String(process.pid)}`;
  const source = { ...secure, user };
  const target = { ...secure, user: `${user}2` };
  await deliver(source, "INBOX", ...mails("m", 3));
  const tab = await (await browser.profile(t)).tab();
  await openForm(tab, web);
  // One begins in clear text and asks for STARTTLS.
  await start(tab, {
    ...{ host1: `localhost:${String(secure.port)}`, user1: source.user, password1: source.password },
    ...{ host2: `imaps://localhost:${String(secure.tlsPort)}`, user2: target.user, password2: target.password },
  });
  // The key is that of both servers, so one confirmation may do.
  for (let i = 0; i < 2; i++) {
    const trust = tab.getByRole("button", { name: "Trust this key" });
    const first = await Promise.race([
      trust.waitFor().then(() => "asked"),
      headline(tab)
        .filter({ hasText: "Done" })
        .waitFor()
        .then(() => "done"),
    ]);
    if (first === "done") break;
    await tab.getByText("CN=localhost").first().waitFor();
    await tab
      .getByText(/sha256\$pub\$[0-9a-f]{64}/)
      .first()
      .waitFor();
    assert.deepEqual(await contents(target), []);
    await trust.click();
    await trust.waitFor({ state: "detached" });
  }
  await showsEnd(tab, "done");
  assert.equal((await contents(target)).length, 3);
  assert.ok(await asClient(target, () => Promise.resolve(true)));

  // Another job knows nothing of it.
  await openForm(tab, web);
  await fillIn(tab, {
    ...{ host1: `localhost:${String(secure.port)}`, user1: "x", password1: source.password },
    ...{ host2: `localhost:${String(secure.port)}`, user2: "y", password2: target.password },
  });
  await start(tab, {});
  await tab.getByRole("button", { name: "Trust this key" }).waitFor();
});

test("nothing can be sent twice while the next page is on its way", async (t) => {
  const stores = await twoStores(t, { local, remote });
  const tab = await (await browser.profile(t)).tab();
  // A slow way back: posts get through, the pages of jobs wait.
  const jobPage = /\/jobs\/[\w-]+\/$/;
  let gate = newGate();
  await tab.route(jobPage, async (route) => {
    await gate.opened;
    await route.continue();
  });
  const starting = tab.getByRole("button", { name: "Starting…" });

  await openForm(tab, web);
  await fillIn(tab, valuesFor(stores, { password1: "wrong" }));
  const asked = tab.waitForRequest(jobPage);
  await startButton(tab).click();
  await asked;
  await starting.waitFor();
  gate.open();
  await showsEnd(tab, "failed");

  await tab.locator("[name=password1]").fill(stores.local.password);
  gate = newGate();
  const askedAgain = tab.waitForRequest(jobPage);
  await tab.getByRole("button", { name: "Resync" }).click();
  await askedAgain;
  await starting.waitFor();
  gate.open();
  await showsEnd(tab, "done");
});
