// Has a socket read into one buffer, always the same, from where what came is copied into blocks. By itself Node takes new memory
// for each read, 64 kB, or 16 kB for each record of TLS, and most of what that costs is the garbage.
//
// Node does so for sockets that are made with `onread`, which leaves out those that TLS takes over. What this option sets is set
// here later, if it is there; without it, the socket reads as it always does.

import type { Socket } from "node:net";
import { Blocks } from "./blocks.ts";

/** As much as Node reads at once. */
const readSize = 64 * 1024;

interface ReadOptions {
  [key: symbol]: unknown;
  readonly _handle?: { readonly useUserBuffer?: (buffer: Uint8Array) => void } | null;
}

/** To be called once for a connected socket. It goes on as before, but what it brings is part of a block. */
export function readIntoBlocks(socket: Socket): void {
  const options = socket as unknown as ReadOptions;
  const { _handle: handle } = options;
  const buffer = named(options, "kBuffer");
  const callback = named(options, "kBufferCb");
  if (buffer === undefined || callback === undefined || typeof handle?.useUserBuffer !== "function") return;
  const blocks = new Blocks();
  const reused = Buffer.allocUnsafeSlow(readSize);
  options[buffer] = reused;
  // Copied before anything else can happen, which may be the next read.
  options[callback] = (octets: number): boolean => {
    const kept = blocks.take(octets);
    reused.copy(kept, 0, 0, octets);
    return socket.push(kept);
  };
  handle.useUserBuffer(reused);
}

/** Node's own key of that name, if the socket has it, and nothing there yet. */
function named(options: ReadOptions, name: string): symbol | undefined {
  const found = Object.getOwnPropertySymbols(options).find(({ description }) => description === name);
  return found === undefined || options[found] !== null ? undefined : found;
}
