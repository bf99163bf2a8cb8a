// The status as JSON, for programs. interimap(1) documents every field.

import { printableJson } from "../util/printable.ts";
import type { StatusDocument } from "./status-document.ts";

/** Ends with a line break. A full check was called a look: its fields are there under both names. */
export function statusJson({ daemon, lastLook, ...status }: StatusDocument): string {
  const document = {
    ...status,
    daemon: daemon && { ...daemon, fullChecks: daemon.looks, nextFullCheckAt: daemon.nextLookAt },
    lastFullCheck: lastLook,
    lastLook,
  };
  return `${printableJson(document)}\n`;
}
