// What the form shows, as signals: the server makes one to write the page, the browser one to make it live.

import { type Signal, signal } from "@preact/signals";
import type { RefusedCertificate } from "../../../job/job-message.ts";
import type { ApiError, FolderPreview, ServerSuggestions } from "../../api.ts";
import type { FormPageProps } from "../props.ts";
import { type CheckField, checkFields, type Entered, type Host, type TextField, textFields } from "./fields.ts";

export interface FormModel {
  readonly texts: Readonly<Record<TextField, Signal<string>>>;
  readonly checks: Readonly<Record<CheckField, Signal<boolean>>>;
  readonly errors: Signal<readonly ApiError[]>;
  readonly preview: Signal<FolderPreview | undefined>;
  /** Refused for the preview, and those of their keys that are trusted nevertheless. */
  readonly certificates: Signal<readonly RefusedCertificate[]>;
  readonly trusted: Signal<Trusted>;
  readonly suggestions: Readonly<Record<Host, Signal<ServerSuggestions | undefined>>>;
  /** What is on its way to the server. */
  readonly busy: Signal<"start" | "preview" | undefined>;
  /** What this browser remembers of earlier runs. */
  readonly known: Signal<KnownAccounts>;
}

/** Fingerprints. */
export type Trusted = Readonly<Record<Host, string | undefined>>;

export interface KnownAccounts {
  readonly hosts: readonly string[];
  readonly users: readonly string[];
}

/** What the form can do where there is a script. */
export interface FormActions {
  readonly entered: (field: TextField, value: string) => void;
  readonly swap: () => void;
  readonly preview: () => void;
  readonly start: () => void;
  readonly forget: () => void;
}

export const noActions: FormActions = {
  entered: () => {},
  swap: () => {},
  preview: () => {},
  start: () => {},
  forget: () => {},
};

export function formModel({ values, error, preview }: FormPageProps): FormModel {
  const given: Readonly<Record<string, string | undefined>> = values;
  const texts = textFields.map((name) => [name, signal(given[name] ?? "")] as const);
  const checks = checkFields.map((name) => [name, signal(given[name] !== undefined)] as const);
  return {
    texts: Object.fromEntries(texts) as FormModel["texts"],
    checks: Object.fromEntries(checks) as FormModel["checks"],
    errors: signal(error === undefined ? [] : [error]),
    preview: signal(preview),
    certificates: signal(error?.certificates ?? []),
    trusted: signal({ 1: given["fingerprint1"], 2: given["fingerprint2"] }),
    suggestions: { 1: signal(undefined), 2: signal(undefined) },
    busy: signal(undefined),
    known: signal({ hosts: [], users: [] }),
  };
}

export function entered({ texts, checks, trusted }: FormModel): Entered {
  return {
    trusted: trusted.value,
    texts: Object.fromEntries(textFields.map((name) => [name, texts[name].value])) as Entered["texts"],
    checks: Object.fromEntries(checkFields.map((name) => [name, checks[name].value])) as Entered["checks"],
  };
}
