// One attempt to get something from the network: limited in time, and abandoned when the caller says so.

import { once } from "node:events";
import type { Socket } from "node:net";
import { InterimapError } from "../../model/errors.ts";
import { asSetting } from "../../model/vocabulary.ts";

export interface AttemptOptions {
  /** For each of connecting and the TLS handshake; 30 s unless told. */
  readonly timeoutMs?: number;
  /** Gives up at once; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

const defaultTimeoutMs = 30_000;

/** The time is over, as opposed to a caller who gives up. */
export class TimedOut extends InterimapError {
  /** What happened, without what it happened to. */
  readonly words: string;

  constructor(what: string, limitMs: number) {
    const words = `no answer within ${limitMs / 1000} s`;
    super("CONNECT", `${what}: ${words}`, {
      hint: `check the network, the port, and whether a firewall is in the way; a slow network needs a longer ${asSetting("connect-timeout")}`,
    });
    this.words = words;
  }
}

/**
 * Runs `work` with a signal that aborts when the caller's does or when the time is over. `what` begins the message of
 * the CONNECT error thrown then. `work` must heed the
 * signal, which may be aborted from the start, and then leave nothing open.
 */
export async function attempt<T>(
  what: string,
  options: AttemptOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { signal, timeoutMs = defaultTimeoutMs } = options;
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort(new TimedOut(what, timeoutMs));
  }, timeoutMs);
  const giveUp = (): void => controller.abort(signal?.reason);
  signal?.addEventListener("abort", giveUp, { once: true });
  if (signal?.aborted === true) giveUp();
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", giveUp);
  }
}

/** Waits for the event that makes a socket ready; else destroys it and throws the signal's reason or what went wrong. */
export async function ready(socket: Socket, event: "connect" | "secureConnect", signal: AbortSignal): Promise<void> {
  ignoreUnwatchedErrors(socket);
  try {
    await once(socket, event, { signal });
  } catch (error) {
    socket.destroy();
    signal.throwIfAborted();
    throw error;
  }
}

/** Without any listener an error that comes between two owners of a socket would end the process. */
function ignoreUnwatchedErrors(socket: Socket): void {
  socket.on("error", () => {});
}
