// How a host is to be reached: TLS from the beginning, after STARTTLS, or not at all.

import { isLoopback } from "../../model/loopback.ts";
import type { InetSettings } from "../../model/server-settings.ts";
import type { HostOptions } from "./host-options.ts";

export type Route = Pick<InetSettings, "type" | "port" | "startTls">;

type RouteOptions = Pick<HostOptions, "port" | "ssl" | "tls" | "sslcheck">;

export const tlsPort = 993;
const plainPort = 143;

/** Whether it depends on what listens where. */
export function wantsProbe({ port, ssl, tls, sslcheck }: RouteOptions): boolean {
  return sslcheck && port === undefined && ssl === undefined && tls === undefined;
}

/**
 * `hasTlsPort`: something listens on port 993, if that was asked. Clear text is for those who ask for it (`--notls1`), and for
 * this machine.
 */
export function routeTo(
  host: string,
  { port, ssl, tls }: RouteOptions,
  { hasTlsPort }: { readonly hasTlsPort: boolean },
): Route {
  const isTlsPort = ssl === undefined && tls === undefined && (hasTlsPort || port === tlsPort);
  if (ssl === true || isTlsPort) return { type: "imaps", port: port ?? tlsPort, startTls: false };
  const startTls = tls ?? (isLoopback(host) ? "where offered" : true);
  return { type: "imap", port: port ?? plainPort, startTls };
}
