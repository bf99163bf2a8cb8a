// What a server says is read the same wherever its packets end.

import { PassThrough } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { ResponseReader } from "../../src/imap/codec/read-responses.ts";
import { InterimapError } from "../../src/model/errors.ts";
import type { Random } from "../support/random.ts";
import type { Said } from "./dialogue.ts";

/** What was wrong with how it is read; undefined: nothing. */
export async function readTwice(said: readonly Said[], random: Random): Promise<string | undefined> {
  const octets = Buffer.from(said.map(({ from, text }) => (from === "server" ? text : "")).join(""), "latin1");
  const size = random.integer(1, 40);
  const whole = await read([octets]);
  const inPieces = await read(
    Array.from({ length: Math.ceil(octets.length / size) }, (_, at) => octets.subarray(at * size, (at + 1) * size)),
  );
  const different = whole.findIndex((response, at) => response !== inPieces[at]);
  if (different === -1 && whole.length === inPieces.length) return undefined;
  const at = different === -1 ? whole.length : different;
  return `read otherwise in pieces of ${String(size)}: ${whole[at] ?? "nothing"} / ${inPieces[at] ?? "nothing"}`;
}

async function read(chunks: readonly Buffer[]): Promise<string[]> {
  const heard: string[] = [];
  const stream = new PassThrough();
  const isDone = new Promise<void>((resolve) => {
    const reader = new ResponseReader({
      onResponse: (response) => {
        heard.push(JSON.stringify(response, jsonValue));
      },
      onError: (error) => {
        heard.push(
          error instanceof InterimapError ? `${error.code} ${error.message}` : `not ours: ${String(error.stack)}`,
        );
        resolve();
      },
      onEnd: resolve,
    });
    reader.attach(stream);
  });
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  await isDone;
  await setImmediate();
  return heard;
}

function jsonValue(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
