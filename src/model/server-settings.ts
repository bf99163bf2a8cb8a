// How to reach one server, as plain values. Made by config/, used by imap/.

import type { OAuthSettings } from "./oauth-settings.ts";
import type { SecretSource } from "./secret-source.ts";
import type { ServerLimits } from "./server-limits.ts";

/** socks5h: the proxy resolves the host name; socks5: we do. http and https: CONNECT, and the proxy does. */
export type ProxyProtocol = "socks5" | "socks5h" | "http" | "https";

export interface ProxySettings {
  readonly protocol: ProxyProtocol;
  readonly host: string;
  readonly port: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** By which an https proxy is recognised. */
  readonly tls?: TlsSettings;
}

export interface Fingerprint {
  /** Digest algorithm as OpenSSL names it, lower case. */
  readonly algorithm: string;
  /** Lower-case hexadecimal, no separators. */
  readonly digest: string;
}

export type TlsVersion = "SSLv3" | "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3";

/** Authorities that environment variables name. */
export interface EnvironmentAuthorities {
  /** SSL_CERT_FILE and SSL_CERT_DIR, as OpenSSL has them: where one is set, nobody else is trusted. */
  readonly certFile: string | undefined;
  readonly certDirectories: readonly string[];
  /** NODE_EXTRA_CA_CERTS: to be trusted as well. */
  readonly extraFile: string | undefined;
}

/** What we prove ourselves with: files in PEM format. */
export interface OwnCertificate {
  /** The certificate, and behind it those of the authorities that the server may need. */
  readonly certFile: string;
  /** Undefined: the key is in `certFile`, too. */
  readonly keyFile: string | undefined;
}

export interface TlsSettings {
  readonly minVersion: TlsVersion | undefined;
  readonly maxVersion: TlsVersion | undefined;
  /** The deprecated SSL_protocols, already reduced to the versions it leaves enabled. */
  readonly versions: readonly TlsVersion[] | undefined;
  readonly cipherList: string | undefined;
  readonly cipherSuites: string | undefined;
  /** Acceptable SPKI digests; empty when the certificate is not pinned. */
  readonly fingerprints: readonly Fingerprint[];
  readonly verify: boolean;
  readonly caFile: string | undefined;
  readonly caPath: string | undefined;
  /** Counts where neither of these two is set. */
  readonly environment?: EnvironmentAuthorities | undefined;
  /** SNI name; "" sends none; undefined: the host, unless it is an IP literal. */
  readonly hostname: string | undefined;
  /** That the certificate must have; the host unless told. */
  readonly verifiedName?: string | undefined;
  readonly ownCertificate: OwnCertificate | undefined;
}

export interface InetSettings {
  readonly type: "imap" | "imaps";
  /** Without the square brackets that mark an IP literal. */
  readonly host: string;
  /** True when brackets were given or the host is an IP address: no name resolution. */
  readonly isIpLiteral: boolean;
  readonly port: number;
  readonly proxy: ProxySettings | undefined;
  /** Only meaningful for type=imap. `where offered`: clear text where it is not. */
  readonly startTls: boolean | "where offered";
  readonly tls: TlsSettings;
}

export interface TunnelSettings {
  readonly type: "tunnel";
  readonly command: string;
  readonly nullStderr: boolean;
}

export type TransportSettings = InetSettings | TunnelSettings;

/** The strongest first; what is weak, or says too little, last. */
export const authMechanisms = [
  "SCRAM-SHA-256-PLUS",
  "SCRAM-SHA-256",
  "SCRAM-SHA-1-PLUS",
  "SCRAM-SHA-1",
  "OAUTHBEARER",
  "XOAUTH2",
  "EXTERNAL",
  "CRAM-MD5",
  "PLAIN",
  "LOGIN",
] as const;

export type AuthMechanism = (typeof authMechanisms)[number];

/** Those that log in as one user and cannot say that it is for another (RFC 4422 2). */
const forOneself: ReadonlySet<AuthMechanism> = new Set(["XOAUTH2", "CRAM-MD5", "LOGIN"]);

export function carriesAuthzid(mechanism: AuthMechanism): boolean {
  return !forOneself.has(mechanism);
}

export interface ServerSettings {
  /** The default ones unless told. */
  readonly limits?: ServerLimits;
  readonly transport: TransportSettings;
  /** In order of preference. */
  readonly auth: readonly AuthMechanism[];
  readonly username: string | undefined;
  /** For whom to act (RFC 4422 2); undefined: for `username`. */
  readonly authzid: string | undefined;
  readonly password: SecretSource | undefined;
  /** For OAuth 2. */
  readonly token: SecretSource | undefined;
  /** In place of these two: tokens that a login brought. */
  readonly oauth?: OAuthSettings | undefined;
  readonly compress: boolean;
  /** At once, for the mailboxes; at least 1. */
  readonly connections: number;
  /** Raw octets (latin1), "" for none. */
  readonly listReference: string;
}
