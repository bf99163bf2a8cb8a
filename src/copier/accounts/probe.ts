// Whether something listens on a port.

import { attempt } from "../../imap/transport/attempt.ts";
import { connectTcp, type TcpOptions } from "../../imap/transport/tcp.ts";

const limitMs = 5_000;

/** What else may be wrong with the host is found out when it is connected to. */
export async function listensOn(
  host: string,
  port: number,
  { signal, lookup, targets }: Pick<TcpOptions, "signal" | "lookup" | "targets">,
): Promise<boolean> {
  try {
    const socket = await attempt("probe", { timeoutMs: limitMs, signal }, (both) =>
      connectTcp({ host, port }, { keepAlive: false, signal: both, lookup, targets }),
    );
    socket.destroy();
    return true;
  } catch {
    signal.throwIfAborted();
    return false;
  }
}
