// The text of a file, or of the standard input, piece by piece.

import { createReadStream } from "node:fs";
import { InterimapError } from "../../model/errors.ts";

/** `-` is the standard input. @throws InterimapError USAGE where it cannot be read, or is not written in UTF-8 */
export async function* textOfFile(path: string): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const decoded = (octets?: Uint8Array): string => {
    try {
      return octets === undefined ? decoder.decode() : decoder.decode(octets, { stream: true });
    } catch {
      // Its passwords would become others.
      throw new InterimapError("USAGE", `${path} is not written in UTF-8`, {
        hint: "have your spreadsheet save it so, or convert it with iconv(1)",
      });
    }
  };
  const stream = path === "-" ? process.stdin : createReadStream(path);
  try {
    for await (const octets of stream as AsyncIterable<Buffer>) yield decoded(octets);
  } catch (error) {
    if (error instanceof InterimapError) throw error;
    const { code = String(error) } = error as NodeJS.ErrnoException;
    throw new InterimapError("USAGE", `${path} cannot be read (${code})`, { cause: error });
  }
  yield decoded();
}
