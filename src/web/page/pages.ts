// The pages as the server writes them. All texts are escaped, whoever gave them.

import { signal } from "@preact/signals";
import { h } from "preact";
import { FleetView } from "./fleet/fleet-view.tsx";
import { formModel, noActions as noFormActions } from "./form/form-model.ts";
import { FormView } from "./form/form-view.tsx";
import { noActions as noJobActions } from "./job/job-actions.ts";
import { jobState } from "./job/job-state.ts";
import { JobView } from "./job/job-view.tsx";
import { titleInWords } from "./job/job-words.ts";
import { LogTail } from "./job/log-tail.tsx";
import { OperatorView } from "./operator/operator-view.tsx";
import { htmlDocument } from "./parts/document.tsx";
import { errorTitle, ErrorView } from "./parts/error-view.tsx";
import type { ErrorPageProps, FleetPageProps, FormPageProps, JobPageProps, OperatorPageProps } from "./props.ts";

export { assets } from "./assets.ts";

/** GET /. */
export function formPage(given: FormPageProps): string {
  const props = { ...given, values: withoutPasswords(given.values) };
  return htmlDocument({
    title: `${props.error === undefined ? "" : "Error: "}Move your mail – imapsync`,
    app: { name: "form", props },
    children: h(FormView, { model: formModel(props), actions: noFormActions, limits: props.limits }),
  });
}

/** GET /jobs/ID/. */
export function jobPage(props: JobPageProps): string {
  const state = jobState(props);
  return htmlDocument({
    title: titleInWords(state),
    app: { name: "job", props },
    children: h(JobView, {
      state: signal(state),
      connection: signal("written" as const),
      actions: signal(noJobActions),
      limits: props.limits,
      attached: props.attached,
      log: h(LogTail, { log: props.log }),
    }),
  });
}

/** GET /operator. */
export function operatorPage(props: OperatorPageProps): string {
  return htmlDocument({ title: "Operator – imapsync", children: h(OperatorView, props) });
}

/** GET /operator/fleet. */
export function fleetPage(props: FleetPageProps): string {
  return htmlDocument({ title: "Fleet – imapsync", children: h(FleetView, props) });
}

export function errorPage(props: ErrorPageProps): string {
  return htmlDocument({ title: `${errorTitle(props.statusCode)} – imapsync`, children: h(ErrorView, props) });
}

/** Whoever hands a whole request on by mistake must not send them back. */
function withoutPasswords(values: FormPageProps["values"]): FormPageProps["values"] {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !name.startsWith("password")));
}
