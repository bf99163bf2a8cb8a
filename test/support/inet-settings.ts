// Settings for servers that tests start on this machine.

import { once } from "node:events";
import type { AddressInfo, Server } from "node:net";
import type { InetSettings, TlsSettings } from "../../src/model/server-settings.ts";

const defaultTls: TlsSettings = {
  minVersion: undefined,
  maxVersion: undefined,
  versions: undefined,
  cipherList: undefined,
  cipherSuites: undefined,
  fingerprints: [],
  verify: true,
  caFile: undefined,
  caPath: undefined,
  hostname: undefined,
  ownCertificate: undefined,
};

export function tlsSettings(changes: Partial<TlsSettings> = {}): TlsSettings {
  return { ...defaultTls, ...changes };
}

/** type=imap on 127.0.0.1 without STARTTLS, unless told otherwise. */
export function inetSettings(port: number, changes: Partial<InetSettings> = {}): InetSettings {
  return {
    type: "imap",
    host: "127.0.0.1",
    isIpLiteral: true,
    port,
    proxy: undefined,
    startTls: false,
    tls: tlsSettings(),
    ...changes,
  };
}

/** Lets a server listen on a free port of 127.0.0.1 and returns the port. */
export async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}
