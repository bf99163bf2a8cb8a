// The fields of the form, as values. Pure.

import type { JobForm } from "../../api.ts";

export type Host = 1 | 2;

export const accountFields = ["user", "password", "host"] as const;

export type AccountField = (typeof accountFields)[number];

export type TextField =
  | `${AccountField}${Host}`
  | "subfolder1"
  | "subfolder2"
  /** Lines `folder1=folder2`. */
  | "f1f2";

export const textFields: readonly TextField[] = [
  ...([1, 2] as const).flatMap((host) => accountFields.map((field): TextField => `${field}${host}`)),
  "subfolder1",
  "subfolder2",
  "f1f2",
];

export const checkFields = [
  "justlogin",
  "dry",
  "justfoldersizes",
  "justfolders",
  "delete1",
  "delete2",
  "confirm2",
] as const;

export type CheckField = (typeof checkFields)[number];

/** What a person entered. */
export interface Entered {
  readonly texts: Readonly<Record<TextField, string>>;
  readonly checks: Readonly<Record<CheckField, boolean>>;
  /** Fingerprints of keys. */
  readonly trusted: Readonly<Record<Host, string | undefined>>;
}

/** Where each of the fields is said to be wrong. */
export function fieldLabel(field: string): string {
  const side = field.endsWith("1") ? "of the source" : "of the destination";
  if (field.startsWith("user")) return `Login ${side}`;
  if (field.startsWith("password")) return `Password ${side}`;
  if (field.startsWith("host")) return `Server ${side}`;
  return "Options";
}

/** As a browser would send the form: boxes that are off and empty fields are absent. */
export function formEntries({ texts, checks, trusted }: Entered): readonly (readonly [keyof JobForm, string])[] {
  return [
    ...textFields.filter((name) => texts[name] !== "").map((name) => [name, texts[name]] as const),
    ...checkFields.filter((name) => checks[name]).map((name) => [name, "on"] as const),
    ...([1, 2] as const).flatMap((host) => {
      const fingerprint = trusted[host];
      return fingerprint === undefined ? [] : [[`fingerprint${host}`, fingerprint] as const];
    }),
  ];
}
