// A form as the job that it asks for.

import type { JobSecrets } from "../../job/job-spec.ts";
import { FieldError } from "./field-error.ts";
import { type HostRules, requireAllowed, targetHost } from "./target-host.ts";

/** By name; a field that comes several times has a list. */
export type FormFields = Readonly<Record<string, string | readonly string[] | undefined>>;

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
  const { password1, password2, confirm2: _, ...kept } = fields;
  for (const field of ["host1", "host2"]) {
    const host = textOf(fields, field);
    if (host !== "") requireAllowed(field, targetHost(field, host), rules);
  }
  const { options, secrets } = placeholder(fields);
  return { form: { kind, fields: kept }, options, secrets };
}

export function textOf(fields: FormFields, field: string): string {
  const [value = ""] = [fields[field] ?? []].flat();
  return value;
}

const switches = ["dry", "justlogin", "justfoldersizes", "justfolders", "delete1", "delete2"] as const;

function placeholder(fields: FormFields): Pick<ReadForm, "options" | "secrets"> {
  const options: string[] = ["--automap", "--nolog"];
  for (const number of ["1", "2"]) {
    const { host, port } = targetHost(`host${number}`, textOf(fields, `host${number}`));
    options.push(`--host${number}=${host}`, `--user${number}=${textOf(fields, `user${number}`)}`);
    if (port !== undefined) options.push(`--port${number}=${port}`);
    const subfolder = textOf(fields, `subfolder${number}`);
    if (subfolder !== "") options.push(`--subfolder${number}=${subfolder}`);
    const fingerprint = textOf(fields, `fingerprint${number}`);
    if (fingerprint !== "") options.push(`--sslargs${number}=SSL_fingerprint=${fingerprint}`);
    if (textOf(fields, `password${number}`) === "") throw new FieldError(`password${number}`, "A password is missing.");
  }
  for (const name of switches) if (["on", "1"].includes(textOf(fields, name))) options.push(`--${name}`);
  for (const line of textOf(fields, "f1f2").split(/\r?\n/)) if (line.includes("=")) options.push(`--f1f2=${line}`);
  return { options, secrets: { password1: textOf(fields, "password1"), password2: textOf(fields, "password2") } };
}
