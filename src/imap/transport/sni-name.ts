// The name that is asked for in the TLS handshake.

import { isIP } from "node:net";
import type { InetSettings } from "../../model/server-settings.ts";

/** "" sends none; RFC 6066 section 3 allows neither addresses nor a trailing dot. */
export function sniName({ host, tls }: InetSettings): string {
  const name = tls.hostname ?? (isIP(host) === 0 ? host : "");
  return name.replace(/\.$/, "");
}
