// All pages can be used by everybody: no violation that axe knows of, in light and dark, and nothing is cut off on a phone.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, describe, test, type TestContext } from "node:test";
import type { BrowserContextOptions, Page } from "playwright-core";
import { startBrowser } from "../support/browser.ts";
import { startDovecot } from "../support/dovecot.ts";
import { promptFailures } from "../support/dovecot-failures.ts";
import { holdCopy } from "../support/held-copy.ts";
import { hostileFolders } from "../support/hostile-words.ts";
import { startImapsyncWeb } from "../support/imapsync-web.ts";
import { wireName } from "../support/mailbox-names.ts";
import { logShows, openForm, showsEnd, start, startButton } from "../support/page-use.ts";
import { quoted } from "../support/raw-imap.ts";
import { scratchDirectory } from "../support/scratch.ts";
import { startAll } from "../support/start-all.ts";
import { command, deliver, mails, twoStores } from "../support/two-stores.ts";
import { valuesFor } from "../support/web-client.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await startBrowser();
const { local, remote, secure } = await startAll({
  local: startDovecot({ extraConfig: promptFailures }),
  remote: startDovecot(),
  secure: startDovecot({ tls: true }),
});
const tokenFile = join(scratchDirectory("token"), "token");
writeFileSync(tokenFile, "token of the operator\n", { mode: 0o600 });
const web = await startImapsyncWeb({ "operator-token-file": tokenFile });
after(() => web.stop());

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** A line for each place. Runs beside the page's policy, which forbids scripts like this one. */
async function violations(tab: Page): Promise<string[]> {
  await tab.evaluate(axe);
  const found: readonly Violation[] = await tab.evaluate("axe.run(document).then(({ violations }) => violations)");
  return found.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html}`));
}

function overflow(tab: Page): Promise<number> {
  return tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
}

const looks: Readonly<Record<string, BrowserContextOptions>> = {
  "on a desktop": { viewport: { width: 1280, height: 900 } },
  "on a desktop in the dark": { viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
  "on a phone": { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true },
  "on a small phone in the dark": {
    ...{ viewport: { width: 320, height: 568 }, hasTouch: true, isMobile: true, colorScheme: "dark" },
  },
};

async function assertGood(tab: Page): Promise<void> {
  assert.deepEqual(await violations(tab), []);
  assert.ok((await overflow(tab)) <= 0, `${String(await overflow(tab))} pixels too wide`);
}

/** Shows a page, and resolves when it is there. */
const pages: Readonly<Record<string, (t: TestContext, tab: Page) => Promise<void>>> = {
  "the form": async (_, tab) => {
    await openForm(tab, web);
    await tab.getByText("Options").click();
  },
  "the form with errors": async (_, tab) => {
    await openForm(tab, web);
    await tab.locator("form").first().evaluate("(form) => (form.noValidate = true)");
    await startButton(tab).click();
    await tab.getByRole("alert").waitFor();
  },
  "a job that runs": async (t, tab) => {
    const stores = await twoStores(t, { local, remote });
    await deliver(stores.local, "INBOX", ...mails("m", 5));
    const copy = holdCopy(stores);
    t.after(() => copy.release());
    await openForm(tab, web);
    await start(tab, valuesFor(stores));
    await copy.reached;
    await logShows(tab, "Host1: folder [INBOX]");
  },
  "a job that is done": async (t, tab) => {
    const stores = await twoStores(t, { local, remote });
    for (const name of hostileFolders) {
      await command(stores.local, `CREATE ${quoted(wireName(stores.local, name))}`);
      await deliver(stores.local, wireName(stores.local, name), ...mails(`m${String(name.length)}`, 1));
    }
    await command(stores.local, `CREATE ${"long".repeat(40)}`);
    await openForm(tab, web);
    await start(tab, valuesFor(stores));
    await showsEnd(tab, "done");
  },
  "a job that failed": async (t, tab) => {
    const stores = await twoStores(t, { local, remote });
    await openForm(tab, web);
    await start(tab, valuesFor(stores, { password1: "wrong" }));
    await showsEnd(tab, "failed");
  },
  "a certificate that is not trusted": async (_, tab) => {
    await openForm(tab, web);
    const host = `localhost:${String(secure.port)}`;
    await start(tab, { host1: host, user1: "a", password1: "p", host2: host, user2: "b", password2: "p" });
    await tab.getByRole("button", { name: "Trust this key" }).waitFor();
  },
  "the operator's login": async (_, tab) => {
    await tab.goto(`${web.address}/operator`);
  },
  "the operator's overview": async (_, tab) => {
    await tab.goto(`${web.address}/operator`);
    await tab.locator("[name=token]").fill("token of the operator");
    await tab.keyboard.press("Enter");
    await tab
      .getByText(/running/i)
      .first()
      .waitFor();
  },
  "an error": async (_, tab) => {
    await tab.goto(`${web.address}/nothing-is-here`);
  },
};

for (const [page, show] of Object.entries(pages)) {
  describe(page, () => {
    for (const [look, options] of Object.entries(looks)) {
      test(look, async (t) => {
        const profile = await browser.profile(t, options);
        profile.expect(/Failed to load resource: the server responded with a status of (400|401|404)/);
        const tab = await profile.tab();
        await show(t, tab);
        await assertGood(tab);
      });
    }
  });
}
