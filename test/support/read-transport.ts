// Reads what comes over a transport, to its end.

import { once } from "node:events";
import { openTransport } from "../../src/imap/transport/open-transport.ts";
import type { InetSettings } from "../../src/model/server-settings.ts";
import { patienceMs } from "./eventually.ts";

/** `lateMs`: how long nobody reads what is there. @throws what openTransport() throws */
export async function readAll(settings: InetSettings, { lateMs = 0 } = {}): Promise<string> {
  const { stream } = await openTransport(settings, { keepAlive: false, timeoutMs: patienceMs });
  if (lateMs > 0) await new Promise((resolve) => setTimeout(resolve, lateMs));
  let text = "";
  stream.on("data", (bytes: Buffer) => (text += bytes.toString()));
  await once(stream, "close", { signal: AbortSignal.timeout(patienceMs) });
  return text;
}
