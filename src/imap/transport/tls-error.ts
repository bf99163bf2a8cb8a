// Puts failed handshakes into words.

import { InterimapError } from "../../model/errors.ts";
import type { InetSettings } from "../../model/server-settings.ts";
import { asSetting } from "../../model/vocabulary.ts";
import { connectError } from "./connect-error.ts";
import { alertNumber, opensslReason } from "./openssl-reason.ts";
import { endpointName } from "./tcp.ts";
import { alertFault, isAboutUs, noCommonVersion } from "./tls-alerts.ts";

interface Fault {
  readonly fault: string;
  readonly hint: () => string;
}

const outdated = (): string => `${asSetting("SSL_cipherlist=DEFAULT:@SECLEVEL=0")} accepts it, which protects little`;

/** OpenSSL's own reasons to end a handshake. */
const reasons: readonly (readonly [pattern: RegExp, Fault])[] = [
  [/unsupported protocol|protocol version|no protocols available|version too low/, noCommonVersion],
  [
    /legacy sigalg|wrong signature type|no suitable signature|no ciphers available/,
    { fault: "the server's TLS is outdated: it signs in a way that is no longer safe", hint: outdated },
  ],
  [
    /dh key too small|bad dh value/,
    { fault: "the server's TLS is outdated: its Diffie-Hellman keys are too short", hint: outdated },
  ],
  [/key too small|md too weak/, { fault: "the server's certificate is too weak", hint: outdated }],
  [
    /unsafe legacy renegotiation/,
    {
      fault: "the server's TLS is outdated: it lacks secure renegotiation (RFC 5746)",
      hint: () => "it needs an update",
    },
  ],
  [
    /excessive message size|cert.*length too long/,
    { fault: "the server sends more certificates than TLS needs (100 KiB)", hint: () => "check host and port" },
  ],
  [
    /bad signature|digest check failed|bad certificate verify/,
    { fault: "the server does not have the key of its certificate", hint: () => "somebody may be tampering" },
  ],
];

const noTls = /wrong version number|packet length too long|record layer failure|bad record type|http request/;

/** Node's and OpenSSL's words for a failed handshake, in ours. */
export function handshakeError(settings: InetSettings, cause: unknown): InterimapError {
  const server = endpointName(settings);
  const reason = opensslReason(cause);
  if (reason === undefined) return connectError(`${server}: the connection broke during the TLS handshake`, cause);
  const alert = alertNumber(cause);
  if (alert !== undefined) return alertError(settings, alert, cause);
  if (noTls.test(reason)) return noTlsError(settings, cause);
  const known = reasons.find(([pattern]) => pattern.test(reason))?.[1];
  const { fault, hint } = known ?? {
    fault: `the TLS handshake failed: ${reason}`,
    hint: () => `see ${asSetting("the SSL_ settings")}`,
  };
  return new InterimapError("TLS", `${server}: ${fault}`, { hint: hint(), cause });
}

/**
 * What an error of an established connection means. In TLS 1.3 the server looks at our certificate when, for us, the
 * handshake is over.
 */
export function laterError(settings: InetSettings, error: Error): Error {
  const reason = opensslReason(error);
  if (reason === undefined) return error;
  const alert = alertNumber(error);
  if (alert !== undefined && isAboutUs(alert)) return alertError(settings, alert, error);
  return new Error(`TLS: ${reason}`, { cause: error });
}

function alertError(settings: InetSettings, alert: number, cause: unknown): InterimapError {
  const { code, fault, hint } = alertFault(settings, alert);
  return new InterimapError(code, `${endpointName(settings)}: ${fault}`, { hint, cause });
}

export function noTlsError(settings: InetSettings, cause?: unknown): InterimapError {
  const hint = `check the port, or set ${asSetting("type=imap")} to use STARTTLS`;
  const message = `${endpointName(settings)}: the server does not speak TLS on this port`;
  return new InterimapError("TLS", message, { hint, cause });
}
