// A log of two hundred thousand lines: the page has all of them, and is burdened by none.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startBrowser } from "../support/browser.ts";
import { startImapsyncWeb } from "../support/imapsync-web.ts";
import { logShows, openForm, showsEnd, start } from "../support/page-use.ts";
import { linesAndEnd, programWithWorker } from "../support/talkative-worker.ts";

const count = 200_000;
const last = `msg INBOX/${String(count)} `;
const browser = await startBrowser();
const web = await startImapsyncWeb({}, { program: programWithWorker(linesAndEnd(count)) });
after(() => web.stop());

const values = { host1: "h1.example", user1: "u", password1: "p", host2: "h2.example", user2: "v", password2: "p" };

test("it stays small, scrolls, and shows the first line as well as the last one", async (t) => {
  const profile = await browser.profile(t);
  const tab = await profile.tab();
  await openForm(tab, web);
  await start(tab, values);
  await showsEnd(tab, "done");
  const log = tab.getByRole("region", { name: "The log" });
  await log.getByText(last).first().waitFor();
  const session = await profile.context.newCDPSession(tab);
  const figures = async (): Promise<Record<string, number>> => {
    await session.send("HeapProfiler.collectGarbage");
    const { metrics } = await session.send("Performance.getMetrics");
    return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
  };
  await session.send("Performance.enable");
  const { Nodes = Infinity, JSHeapUsedSize = Infinity } = await figures();
  assert.ok(Nodes < 5_000, `${String(Nodes)} nodes`);
  assert.ok(JSHeapUsedSize < 150e6, `${String(JSHeapUsedSize)} octets`);

  // From one end to the other, and back: it comes as it is looked at.
  await log.focus();
  await tab.keyboard.press("Home");
  await log.getByText("msg INBOX/1 {7}").first().waitFor();
  await tab.keyboard.press("End");
  await log.getByText(last).first().waitFor();
  await logShows(tab, last);
});
