// What tests of the page rely on: whatever goes wrong in a tab is seen, and profiles share nothing.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, test } from "node:test";
import { startBrowser } from "../support/browser.ts";
import { eventually } from "../support/eventually.ts";
import { listen } from "../support/inet-settings.ts";

const browser = await startBrowser();
const pages: Readonly<Record<string, string>> = {
  "/": "<title>quiet</title><link rel=icon href=data:,>",
  "/exception": "<link rel=icon href=data:,><script nonce=n>undefined.x</script>",
  "/console": "<link rel=icon href=data:,><script nonce=n>console.error('seen')</script>",
  "/policy": "<link rel=icon href=data:,><script>document.title = 'run'</script>",
  "/style": "<link rel=icon href=data:,><p style='color: red'>x</p>",
  "/elsewhere": "<link rel=icon href=data:,><img src=http://localhost:9/>",
};
const server = createServer((request, response) => {
  const page = pages[request.url ?? ""];
  response.writeHead(page === undefined ? 404 : 200, {
    "content-type": "text/html",
    "content-security-policy": "default-src 'none'; script-src 'nonce-n'; img-src data: http:",
  });
  response.end(page ?? "no");
});
const address = `http://127.0.0.1:${String(await listen(server))}`;
after(() => server.close());

/** What a profile finds wrong on a page; `t.after()` is done here. */
async function troublesOf(path: string, expected: readonly RegExp[] = []): Promise<readonly string[] | Error> {
  const work: (() => Promise<void>)[] = [];
  const profile = await browser.profile({ after: (one) => void work.push(one) });
  profile.expect(...expected);
  const tab = await profile.tab();
  await tab.goto(address + path);
  if (path !== "/") await eventually(`trouble on ${path}`, () => profile.troubles.length > 0);
  for (const one of work) await one();
  return profile.troubles;
}

test("a page without fault passes", async () => {
  assert.deepEqual(await troublesOf("/"), []);
});

for (const [path, shown] of Object.entries({
  "/exception": /exception: /,
  "/console": /error: seen/,
  "/policy": /Content Security Policy/,
  "/style": /Content Security Policy/,
  "/elsewhere": /request to localhost/,
  "/missing": /404/,
})) {
  test(`${path} fails the test that shows it, unless it is expected`, async () => {
    await assert.rejects(troublesOf(path), shown);
    await troublesOf(path, [/./]);
  });
}

test("profiles share nothing", async (t) => {
  const [one, other] = [await browser.profile(t), await browser.profile(t)];
  const [first, second] = [await one.tab(), await other.tab()];
  await first.goto(address);
  await second.goto(address);
  await first.evaluate("localStorage.setItem('key', 'value'); document.cookie = 'a=b'");
  assert.equal(await second.evaluate("localStorage.length + document.cookie"), "0");
});
