// The status as JSON, for programs. interimap(1) documents every field.

import { printableJson } from "../util/printable.ts";
import type { StatusDocument } from "./status-document.ts";
import { exitCodeOf, findings, verdictOf } from "./verdict.ts";

/** Ends with a line break. A full check was called a look: its fields are there under both names. */
export function statusJson(status: StatusDocument): string {
  const { version, at, daemon, lastLook, lastFailure = null, ...rest } = status;
  const found = findings(status);
  const state = verdictOf(found);
  const document = {
    version,
    at,
    // Before lists that may be long.
    state,
    reasons: found.map(({ text }) => text),
    exitCode: exitCodeOf(state),
    ...rest,
    daemon: daemon && { ...daemon, fullChecks: daemon.looks, nextFullCheckAt: daemon.nextLookAt },
    lastFullCheck: lastLook,
    lastFailure,
    lastLook,
  };
  return `${printableJson(document)}\n`;
}
