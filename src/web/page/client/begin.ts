// Which part of the script the page needs, and the values it was written with.

import type { FormPageProps, JobPageProps } from "../props.ts";
import { beginForm } from "./begin-form.tsx";
import { beginJob } from "./begin-job.tsx";

/** Ends what the page did so far. */
let end = (): void => {};

/** Makes live what is in the document by now. */
export function begin(): void {
  end();
  end = () => {};
  const data = document.getElementById("data");
  const root = document.getElementById("app");
  if (data === null || root === null) return;
  const props: unknown = JSON.parse(data.textContent);
  if (data.dataset["app"] === "form") beginForm(root, props as FormPageProps, visit);
  else end = beginJob(root, props as JobPageProps, visit);
}

/** A {@link Visit}. */
async function visit(path: string): Promise<void> {
  try {
    const answer = await fetch(path, { headers: { accept: "text/html" } });
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    const main = next.getElementById("main");
    if (!answer.ok || main === null) throw new Error("no page");
    history.pushState(null, "", path);
    document.title = next.title;
    document.getElementById("main")?.replaceWith(document.adoptNode(main));
    scrollTo(0, 0);
    main.focus({ preventScroll: true });
    begin();
  } catch {
    location.assign(path);
  }
}
