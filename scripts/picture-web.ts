// Makes docs/web.png, the picture in the README: the page in the middle of a migration, in Debian's Chromium.
// Run: npx tsx scripts/picture-web.ts, after npm run build.

import { setTimeout as pause } from "node:timers/promises";
import { chromium, type Page } from "playwright-core";
import { installOrExit } from "./install-packages.ts";
import { hostAndPort, startWebDemo, type WebDemo } from "./lib/demo-web.ts";

installOrExit(["dovecot-imapd", "chromium-headless-shell"]);
// Names that every machine has letters for.
const demo = await startWebDemo(5);
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium-headless-shell" });
try {
  const tab = await browser.newPage({
    viewport: { width: 1000, height: 1040 },
    colorScheme: "light",
    reducedMotion: "reduce",
  });
  await startCopy(tab, demo);
  const isUnderWay = 'document.querySelector("progress")?.position > 0.3';
  while ((await tab.evaluate(isUnderWay)) !== true) await pause(10);
  await tab.screenshot({ path: "docs/web.png" });
} finally {
  await browser.close();
  await demo.stop();
}

async function startCopy(tab: Page, { web, source, destination }: WebDemo): Promise<void> {
  await tab.goto(`${web.address}/`);
  const values = {
    ...{ user1: source.user, password1: source.password, host1: hostAndPort(source) },
    ...{ user2: destination.user, password2: destination.password, host2: hostAndPort(destination) },
  };
  for (const [name, value] of Object.entries(values)) await tab.locator(`form [name=${name}]`).fill(value);
  await tab.getByRole("button", { name: "Sync", exact: true }).click();
  await tab.waitForURL(/\/jobs\//);
}
