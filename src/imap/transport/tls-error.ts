// Puts failed handshakes into words.

import { InterimapError } from "../../model/errors.ts";
import { connectError } from "./connect-error.ts";

const noTls = /wrong version number|packet length too long|record layer failure|bad record type|http request/;
const noVersion = /unsupported protocol|protocol version|no protocols available|version too low/;

/** Node's and OpenSSL's words for a failed handshake, in ours. */
export function handshakeError(server: string, cause: unknown): InterimapError {
  const reason = opensslReason(cause);
  const fail = (fault: string, hint: string): InterimapError =>
    new InterimapError("TLS", `${server}: ${fault}`, { hint, cause });
  if (reason === undefined) {
    return connectError(`${server}: the connection broke during the TLS handshake`, cause);
  }
  if (noTls.test(reason)) return noTlsError(server, cause);
  if (noVersion.test(reason)) {
    return fail("no TLS version in common with the server", "see SSL_protocol_min and SSL_protocol_max");
  }
  if (reason.includes("handshake failure")) {
    return fail("the server refused the TLS handshake", "see SSL_cipherlist, SSL_ciphersuites and SSL_hostname");
  }
  return fail(`the TLS handshake failed: ${reason}`, "see the SSL_ settings");
}

export function noTlsError(server: string, cause?: unknown): InterimapError {
  const hint = "check the port, or set type=imap to use STARTTLS";
  return new InterimapError("TLS", `${server}: the server does not speak TLS on this port`, { hint, cause });
}

/** OpenSSL's reason; undefined when the network is to blame. */
export function opensslReason(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return undefined;
  if (!error.code.startsWith("ERR_SSL_") && error.code !== "EPROTO") return undefined;
  return "reason" in error && typeof error.reason === "string" ? error.reason : error.message;
}
