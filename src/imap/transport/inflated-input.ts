// What a compressed connection brings, inflated: at once where Node can do that, else as a stream.

import type { Duplex } from "node:stream";
import { constants, createInflateRaw } from "node:zlib";
import { Inflate } from "./inflate.ts";

export interface Receiver {
  /** Null at the end. False when no more is wanted until {@link Input.read}. */
  readonly push: (bytes: Buffer | null) => boolean;
  /** The data are damaged. */
  readonly fail: (cause: Error) => void;
}

/** Nothing is read before `read`. */
export interface Input {
  /** The receiver wants more. */
  readonly read: () => void;
  readonly destroy: () => void;
}

/** Takes over what the stream brings. `firstBytes` came before it. */
export function inflatedInput(under: Duplex, receiver: Receiver, firstBytes: Buffer | undefined): Input {
  const inflate = Inflate.make();
  return inflate === undefined
    ? inflatedLater(under, receiver, firstBytes)
    : inflatedAtOnce(under, receiver, { inflate, firstBytes });
}

interface AtOnce {
  readonly inflate: Inflate;
  readonly firstBytes: Buffer | undefined;
}

function inflatedAtOnce(under: Duplex, { push, fail }: Receiver, { inflate, firstBytes }: AtOnce): Input {
  const is = { wanted: false, passing: false, over: false };
  const end = (): void => {
    if (!is.over) push(null);
    is.over = true;
  };
  /** True when all that was given has been passed on, and more is wanted. */
  const pass = (): boolean => {
    if (is.passing) return false;
    is.passing = true;
    try {
      while (is.wanted && !is.over) {
        const bytes = inflate.next();
        if (bytes === "nothing") return true;
        if (bytes === "end") end();
        else is.wanted = push(bytes);
      }
    } catch (error) {
      is.over = true;
      fail(error as Error);
    } finally {
      is.passing = false;
    }
    return false;
  };
  if (firstBytes !== undefined) inflate.give(firstBytes);
  under.on("data", (bytes: Buffer) => {
    inflate.give(bytes);
    if (!pass()) under.pause();
  });
  under.pause();
  // Servers end the connection without ending the deflate stream.
  under.once("end", end);
  return {
    read: () => {
      is.wanted = true;
      if (pass()) under.resume();
    },
    destroy: () => {
      is.over = true;
      inflate.close();
    },
  };
}

function inflatedLater(under: Duplex, { push, fail }: Receiver, firstBytes: Buffer | undefined): Input {
  const inflate = createInflateRaw({ finishFlush: constants.Z_SYNC_FLUSH, chunkSize: 64 * 1024 });
  inflate.on("data", (bytes: Buffer) => {
    if (!push(bytes)) inflate.pause();
  });
  inflate.pause();
  inflate.once("end", () => push(null));
  inflate.on("error", fail);
  if (firstBytes !== undefined && firstBytes.length > 0) inflate.write(firstBytes);
  under.pipe(inflate);
  return {
    read: () => {
      inflate.resume();
    },
    destroy: () => {
      inflate.destroy();
    },
  };
}
