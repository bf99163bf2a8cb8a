// Where the secret of an account is, without the secret itself.

import type { Sealed } from "./seal.ts";

export type SecretReference =
  | { readonly from: "file"; readonly path: string }
  /** Of those that systemd hands to a worker, systemd.exec(5). */
  | { readonly from: "credential"; readonly name: string }
  /** Run by a worker. */
  | { readonly from: "command"; readonly command: string }
  | { readonly from: "sealed"; readonly sealed: Sealed };

/** `file:/etc/passwords/a`, `credential:a`, `command:pass show a`; undefined: it is none of these. */
export function parseReference(text: string): Exclude<SecretReference, { from: "sealed" }> | undefined {
  const [, form, value = ""] = /^(file|credential|command):(.+)$/s.exec(text) ?? [];
  if (form === "file") return value.startsWith("/") ? { from: "file", path: value } : undefined;
  if (form === "credential") return /^[\w.-]+$/.test(value) ? { from: "credential", name: value } : undefined;
  return form === "command" ? { from: "command", command: value } : undefined;
}
