// Lines of a stream, none of them longer than is allowed.

import type { Readable } from "node:stream";

const lineBreak = 0x0a;

/**
 * Whole lines, without their line breaks, as UTF-8; the stream waits until each was taken. What is behind the last line break
 * counts as a line. @throws RangeError for a line of more octets, and what the stream throws
 */
export async function* boundedLines(stream: Readable, mostOctets: number): AsyncGenerator<string, void, undefined> {
  let parts: Buffer[] = [];
  let octets = 0;
  const take = (part: Buffer): void => {
    octets += part.length;
    if (octets > mostOctets) throw new RangeError(`a line has more than ${mostOctets} octets`);
    parts.push(part);
  };
  const line = (): string => {
    const text = Buffer.concat(parts).toString("utf8");
    parts = [];
    octets = 0;
    return text;
  };
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let from = 0;
    for (let to = chunk.indexOf(lineBreak); to >= 0; to = chunk.indexOf(lineBreak, from)) {
      take(chunk.subarray(from, to));
      from = to + 1;
      yield line();
    }
    if (from < chunk.length) take(chunk.subarray(from));
  }
  if (octets > 0) yield line();
}
