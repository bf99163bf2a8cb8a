// A form as the job that it asks for.

import { type FormFields, optionsOfOriginal, optionsOfPage } from "../../job/allowed-options.ts";
import { FieldError } from "../../job/form-values.ts";
import type { JobSecrets } from "../../job/job-spec.ts";
import { type HostRules, requireAllowedHosts } from "./host-rules.ts";

/** Of our page, or of the original's, whose fields say more. */
export type FormKind = "page" | "original";

/** What is kept of a form. */
export interface KeptForm {
  readonly kind: FormKind;
  /** Without passwords. */
  readonly fields: FormFields;
}

export interface ReadForm {
  readonly form: KeptForm;
  /** Of imapsync. */
  readonly options: readonly string[];
  readonly secrets: JobSecrets;
}

/** @throws FieldError */
export function readForm(kind: FormKind, fields: FormFields, rules: HostRules): ReadForm {
  const { password1: _, password2: __, confirm2: ___, ...kept } = fields;
  const reading = kind === "page" ? optionsOfPage(fields) : optionsOfOriginal(fields);
  if ("error" in reading) throw new FieldError(reading.field, reading.error);
  const { options, secrets } = reading;
  requireAllowedHosts(options, rules);
  return { form: { kind, fields: kept }, options, secrets };
}

/** Names of the options that are on. */
export function optionsOn({ fields }: KeptForm): readonly string[] {
  return Object.keys(fields).filter((name) => ["on", "1"].includes(textOf(fields, name)));
}

/** Without the blanks around it. */
export function textOf(fields: FormFields, field: string): string {
  const [value = ""] = [fields[field] ?? []].flat();
  return value.trim();
}
