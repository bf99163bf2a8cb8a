// Warns of a certificate of ours that servers will refuse, before they do so in words that do not say why.

import { X509Certificate } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import type { TransportSettings } from "../model/server-settings.ts";

/** A line to warn with. Whatever else is wrong with the file is told when it is used. `now` in ms since 1970. */
export function ownCertificateWarning(transport: TransportSettings, now: number): string | undefined {
  if (transport.type === "tunnel" || transport.tls.ownCertificate === undefined) return undefined;
  if (transport.type === "imap" && transport.startTls === false) return undefined;
  const { certFile } = transport.tls.ownCertificate;
  const certificate = certificateIn(certFile);
  if (certificate === undefined) return undefined;
  const { validFrom, validTo } = certificate;
  const line = (fault: string): string => `${certFile}: the certificate in SSL_cert ${fault}; a server may refuse it`;
  if (Date.parse(validTo) < now) return line(`expired on ${validTo}`);
  if (Date.parse(validFrom) > now) return line(`is not valid before ${validFrom}`);
  return undefined;
}

function certificateIn(path: string): X509Certificate | undefined {
  try {
    // To open a pipe would be to wait for its other end.
    return statSync(path).isFile() ? new X509Certificate(readFileSync(path)) : undefined;
  } catch {
    return undefined;
  }
}
