// From what a source yields to the secret: its first line.

import { secretFailed, type SecretPlace } from "./secret-failed.ts";

/** In octets. What is longer was not meant: a file of something else, a program that prints without end. */
export const maxOctets = 64 * 1024;

/** `what`: where the line is, for messages. @throws InterimapError CREDENTIALS when it can be no secret. */
export function firstLine(octets: Buffer, place: SecretPlace, what: "output" | "file"): string {
  const end = octets.indexOf("\n");
  const line = octets.subarray(0, end < 0 ? octets.length : end);
  const text = decoded(line)
    ?.replace(/^\uFEFF/, "")
    .replace(/\r$/, "");
  const where = what === "output" ? "printed" : "holds";
  if (text === undefined) throw secretFailed(place, `${where} no text in UTF-8`, "only the first line counts");
  if (text === "") {
    throw secretFailed(place, `${where} nothing in the first line`, "the secret must be the whole first line");
  }
  if (text.includes("\0")) throw secretFailed(place, `${where} a NUL in the first line`, "no server accepts that");
  return text;
}

function decoded(octets: Buffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(octets);
  } catch {
    return undefined;
  }
}
