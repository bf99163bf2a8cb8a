// Debian's Chromium without a window, for tests of the page. Whatever goes wrong in a tab that the test has not announced fails
// the test: an exception, an error on the console, a violation of the content security policy, a request to elsewhere.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after } from "node:test";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { patienceMs } from "./eventually.ts";

export interface TestBrowser {
  /** A browser profile of its own, with cookies and storage that no other has. It is closed, and judged, when the test ends. */
  profile(t: Testing, options?: BrowserContextOptions): Promise<Profile>;
}

export interface Profile {
  readonly context: BrowserContext;
  /** A new tab. */
  tab(): Promise<Page>;
  /** What goes wrong and matches is no failure from now on; see {@link Profile.troubles}. */
  expect(...patterns: readonly RegExp[]): void;
  /** All that went wrong, expected or not, a line each. */
  readonly troubles: readonly string[];
}

interface Testing {
  readonly after: (work: () => Promise<void>) => void;
}

/** What Debian has; the first is the smaller one. */
const programs = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"];

/** One for all tests of a file. @throws when there is none, with the name of the package: tests do not pass unseen */
export async function startBrowser(): Promise<TestBrowser> {
  const browser = await chromium.launch({ executablePath: program() });
  after(() => browser.close());
  return { profile: (t, options) => openProfile(t, browser, options) };
}

function program(): string {
  const found = programs.find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new Error("tests of the page need a browser. As root: apt-get install chromium-headless-shell");
}

async function openProfile(t: Testing, browser: Browser, options: BrowserContextOptions = {}): Promise<Profile> {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  context.setDefaultTimeout(patienceMs);
  const troubles: string[] = [];
  const expected: RegExp[] = [];
  watch(context, troubles);
  t.after(async () => {
    await context.close();
    const unexpected = troubles.filter((line) => !expected.some((pattern) => pattern.test(line)));
    assert.deepEqual(unexpected, [], "went wrong in the browser");
  });
  return {
    context,
    troubles,
    tab: () => context.newPage(),
    expect: (...patterns) => void expected.push(...patterns),
  };
}

function watch(context: BrowserContext, troubles: string[]): void {
  context.on("weberror", (error) => troubles.push(`exception: ${error.error().message}`));
  context.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (protocol.startsWith("http") && hostname !== "127.0.0.1") troubles.push(`request to ${hostname}`);
  });
  // Chromium reports violations of the policy here as well.
  context.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) troubles.push(`${message.type()}: ${message.text()}`);
  });
  context.on("page", (page) => page.on("crash", () => troubles.push("crash")));
}
