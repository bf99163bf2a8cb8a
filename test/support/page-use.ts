// What people do on the page, in words of theirs: by the names of fields and what buttons say.

import type { Locator, Page } from "playwright-core";
import type { JobForm, JobStatus } from "../../src/web/api.ts";
import { patienceMs } from "./eventually.ts";
import type { ImapsyncWeb } from "./imapsync-web.ts";

export async function openForm(tab: Page, { address }: Pick<ImapsyncWeb, "address">): Promise<void> {
  await tab.goto(`${address}/`);
}

/** Texts are typed in; `on` ticks a box. */
export async function fillIn(tab: Page, values: Partial<JobForm>): Promise<void> {
  for (const [name, value] of Object.entries(values)) {
    const field = tab.locator(`form [name=${name}]`);
    if (!(await field.isVisible())) await tab.getByText("Options").click();
    if ((await field.getAttribute("type")) === "checkbox") await field.check();
    else await field.fill(value);
  }
}

export function startButton(tab: Page): Locator {
  return tab.getByRole("button", {
    name: /^(Sync|Resync|Check the logins|Count|Start the dry run|Create the folders)$/,
  });
}

/** Fills in the form and sends it. Resolves with the job's id, when its page is there. */
export async function start(tab: Page, values: Partial<JobForm>): Promise<string> {
  await fillIn(tab, values);
  await startButton(tab).click();
  return arrivedAt(tab);
}

/** The job whose page is shown. */
export async function arrivedAt(tab: Page): Promise<string> {
  await tab.waitForURL(/\/jobs\/[\w-]+\/(\?|$)/);
  return /\/jobs\/([\w-]+)\//.exec(tab.url())?.[1] ?? "";
}

/** Where there is no script: does what sends a form, and resolves when the next page is there. */
export async function sends(tab: Page, act: () => Promise<void>): Promise<void> {
  const loaded = tab.waitForEvent("load");
  await act();
  await loaded;
}

export function headline(tab: Page): Locator {
  return tab.getByRole("heading", { level: 1 });
}

const headlines: Readonly<Record<Exclude<JobStatus["state"], "queued" | "running">, string>> = {
  done: "Done",
  failed: "Ended with problems",
  aborted: "Stopped",
  interrupted: "Interrupted",
};

/** Without loading the page again: it says by itself how the job ended. */
export async function showsEnd(tab: Page, state: keyof typeof headlines): Promise<void> {
  await headline(tab).filter({ hasText: headlines[state] }).waitFor({ timeout: patienceMs });
}

/** Resolves when the server has asked the job to end. */
export async function abort(tab: Page): Promise<void> {
  await tab.getByText("Abort", { exact: true }).click();
  const asked = tab.waitForResponse((response) => response.url().endsWith("/abort"));
  await tab.getByRole("button", { name: "Yes, abort" }).click();
  await asked;
}

/** Finds a line in the log, wherever it is, by the page's own search. */
export async function logShows(tab: Page, text: string): Promise<void> {
  const search = tab.getByRole("searchbox", { name: "Search the log" });
  await search.fill(text);
  await tab.getByRole("region", { name: "The log" }).getByText(text).first().waitFor();
  await search.fill("");
}
