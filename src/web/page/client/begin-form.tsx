// The form with a script: it proposes servers, previews folders, checks before it sends, and says at the fields what is wrong.

import { batch } from "@preact/signals";
import { hydrate } from "preact";
import type { ApiError, FolderPreview, JobStarted } from "../../api.ts";
import { checkForm } from "../form/check-form.ts";
import { checkFields, formEntries, type Host, textFields } from "../form/fields.ts";
import { entered, type FormActions, type FormModel, formModel } from "../form/form-model.ts";
import { FormView } from "../form/form-view.tsx";
import { swapSides } from "../form/swap-sides.ts";
import type { FormPageProps } from "../props.ts";
import { dropPasswords, heldPasswords, holdPasswords } from "./held-passwords.ts";
import { post } from "./post.ts";
import { forget, remember, remembered } from "./remembered.ts";
import { suggestServers } from "./suggest-servers.ts";
import type { Visit } from "./visit.ts";

export function beginForm(root: HTMLElement, props: FormPageProps, visit: Visit): void {
  const model = formModel(props);
  takeOver(model);
  const suggester = suggestServers(model);

  const actions: FormActions = {
    entered: (field, value) => {
      batch(() => {
        model.texts[field].value = value;
        model.errors.value = model.errors.value.filter((error) => error.field !== field);
        if (field === "host1" || field === "host2") distrust(model, Number(field.at(-1)) as Host);
      });
      if (field === "user1" || field === "user2") suggester.typed(Number(field.at(-1)) as Host);
    },
    swap: () => {
      swapSides(model);
      suggester.swapped();
    },
    preview: () => void preview(model),
    start: () => void start(model, visit),
    forget: () => {
      forget();
      model.known.value = { hosts: [], users: [] };
    },
  };
  hydrate(<FormView model={model} actions={actions} limits={props.limits} />, root);
  for (const form of root.querySelectorAll("form")) form.noValidate = true;
  recall(model);
  takeHeld(model);
}

/** The passwords of a job from whose page somebody came here. */
function takeHeld({ texts }: FormModel): void {
  const held = heldPasswords();
  if (held === undefined) return;
  batch(() => {
    texts.password1.value = held.password1;
    texts.password2.value = held.password2;
  });
  dropPasswords();
}

/** What was typed, or filled in by the browser, before the script was there. */
function takeOver(model: FormModel): void {
  const controls = document.forms[0]?.elements;
  for (const name of textFields) {
    const control = controls?.namedItem(name);
    if (control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement)
      model.texts[name].value = control.value;
  }
  for (const name of checkFields) {
    const control = controls?.namedItem(name);
    if (control instanceof HTMLInputElement) model.checks[name].value = control.checked;
  }
}

/** The accounts of the last run, unless somebody has begun to fill the form in. */
function recall(model: FormModel): void {
  const { last, ...known } = remembered();
  model.known.value = known;
  const fields = ["host1", "user1", "host2", "user2"] as const;
  if (last === undefined || fields.some((field) => model.texts[field].value !== "")) return;
  batch(() => {
    for (const field of fields) model.texts[field].value = last[field];
  });
}

async function start(model: FormModel, visit: Visit): Promise<void> {
  // A preview that takes its time need not be waited for.
  if (model.busy.value === "start") return;
  const values = entered(model);
  if (complain(model, checkForm(values))) return;
  const { host1, user1, host2, user2, password1, password2 } = values.texts;
  model.busy.value = "start";
  const answer = await post<JobStarted>("/jobs", formEntries(values));
  if ("error" in answer) {
    model.busy.value = undefined;
    complain(model, [answer.error]);
    return;
  }
  // Stays busy until the next page is there: a button that came back before would be pressed again.
  remember({ host1, user1, host2, user2 });
  holdPasswords({ password1, password2 });
  // A password manager looks at the fields of a page that is left. It would keep these as an account of this site.
  batch(() => {
    model.texts.password1.value = "";
    model.texts.password2.value = "";
  });
  const { id, attached } = answer.value;
  await visit(`/jobs/${encodeURIComponent(id)}/${attached ? "?attached" : ""}`);
}

async function preview(model: FormModel): Promise<void> {
  if (model.busy.value !== undefined) return;
  const values = entered(model);
  // Nothing is deleted for a preview.
  const wrong = checkForm({ ...values, checks: { ...values.checks, delete2: false } });
  if (complain(model, wrong)) return;
  model.busy.value = "preview";
  const answer = await post<FolderPreview>("/preview", formEntries(values));
  if (model.busy.value !== "preview") return;
  model.busy.value = undefined;
  if ("error" in answer) {
    model.certificates.value = answer.error.certificates ?? [];
    complain(model, [answer.error]);
    return;
  }
  batch(() => {
    model.preview.value = answer.value;
    // Those that are trusted stay so.
    model.certificates.value = [];
  });
}

/** A key was that of another server. */
function distrust({ certificates, trusted }: FormModel, host: Host): void {
  certificates.value = certificates.value.filter((certificate) => certificate.host !== host);
  trusted.value = { ...trusted.value, [host]: undefined };
}

/** Shows them, and goes to the first field. */
function complain(model: FormModel, errors: readonly ApiError[]): boolean {
  model.errors.value = errors;
  const [first] = errors;
  if (first === undefined) return false;
  // After it is shown.
  setTimeout(() => {
    const general = model.certificates.value.length > 0 ? "certificates" : "errors";
    const field = document.getElementById(first.field ?? general) ?? document.getElementById("errors");
    for (let at = field?.closest("details"); at; at = at.parentElement?.closest("details")) at.open = true;
    field?.focus();
  });
  return true;
}
