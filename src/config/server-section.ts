// Turns a [local] or [remote] section into the settings of that server.

import { environmentAuthorities } from "../model/environment-authorities.ts";
import {
  type AuthMechanism,
  carriesAuthzid,
  type OwnCertificate,
  type ProxySettings,
  type ServerSettings,
  type TlsSettings,
  type TransportSettings,
} from "../model/server-settings.ts";
import type { Side } from "../model/side.ts";
import type { Complaints } from "./config-error.ts";
import { tlsVersions } from "./parse-tls.ts";
import { secretSources } from "./secret-sources.ts";
import type { Section } from "./sections.ts";
import { limitsOf } from "./server-limits.ts";

export interface ServerSection {
  /** The configuration file, for messages. */
  readonly file: string;
  readonly section: Section;
  readonly side: Side;
  readonly env: NodeJS.ProcessEnv;
  /** For settings that, each fine alone, do not go together. */
  readonly complaints: Complaints;
}

export function serverSettings(server: ServerSection): ServerSettings {
  const { section, side } = server;
  return {
    transport: transportSettings(server),
    auth: mechanisms(server),
    username: section.get("username"),
    authzid: section.get("authzid"),
    ...secretSources(server),
    compress: section.get("compress") ?? side === "remote",
    connections: section.get("connections"),
    limits: limitsOf(section),
    listReference: section.get("list-reference"),
  };
}

function mechanisms({ file, section, complaints }: ServerSection): readonly AuthMechanism[] {
  const auth = section.get("auth");
  if (section.get("authzid") !== undefined && !auth.some(carriesAuthzid)) {
    const problem = `${auth.join(" and ")} cannot log in for another user`;
    const expected = "expected SCRAM, OAUTHBEARER, EXTERNAL or PLAIN in auth, or no authzid";
    complaints.note({ file, line: section.lineOf("authzid"), problem, expected });
  }
  return auth;
}

function transportSettings(server: ServerSection): TransportSettings {
  const { file, section, env, complaints } = server;
  const type = section.get("type");
  if (type === "tunnel") {
    const command = section.get("command");
    if (command === undefined) {
      const problem = "type=tunnel without a command";
      complaints.note({ file, line: section.line, problem, expected: 'expected the setting "command"' });
    }
    return { type, command: command ?? "", nullStderr: section.get("null-stderr") };
  }
  const { host, isIpLiteral } = section.get("host");
  const startTls = section.get("STARTTLS");
  const tls = tlsSettings(server);
  const asksEnvironment =
    (type === "imaps" || startTls) && tls.verify && tls.caFile === undefined && tls.caPath === undefined;
  const environment = asksEnvironment ? environmentAuthorities(env) : undefined;
  return {
    type,
    host,
    isIpLiteral,
    port: section.get("port") ?? (type === "imaps" ? 993 : 143),
    proxy: proxySettings(server),
    startTls,
    tls: environment === undefined ? tls : { ...tls, environment },
  };
}

/** The SSL_ settings are about the server: a proxy has to be known to the system. */
function proxySettings({ section, env }: ServerSection): ProxySettings | undefined {
  const proxy = section.get("proxy");
  return proxy?.protocol === "https" ? { ...proxy, tls: systemTls(env) } : proxy;
}

function systemTls(env: NodeJS.ProcessEnv): TlsSettings {
  const unset = { minVersion: undefined, maxVersion: undefined, versions: undefined, hostname: undefined };
  const usual = { cipherList: undefined, cipherSuites: undefined, caFile: undefined, caPath: undefined };
  const certificates = {
    fingerprints: [],
    verify: true,
    environment: environmentAuthorities(env),
    ownCertificate: undefined,
  };
  return { ...unset, ...usual, ...certificates };
}

function tlsSettings({ file, section, complaints }: ServerSection): TlsSettings {
  const minVersion = section.get("SSL_protocol_min");
  const maxVersion = section.get("SSL_protocol_max");
  if (minVersion && maxVersion && tlsVersions.indexOf(minVersion) > tlsVersions.indexOf(maxVersion)) {
    const problem = `SSL_protocol_min is newer than SSL_protocol_max`;
    const expected = `expected at most ${maxVersion}`;
    complaints.note({ file, line: section.lineOf("SSL_protocol_min"), problem, expected });
  }
  return {
    minVersion,
    maxVersion,
    // deprecated, and superseded by either of these two
    versions: minVersion || maxVersion ? undefined : section.get("SSL_protocols"),
    cipherList: section.get("SSL_cipherlist"),
    cipherSuites: section.get("SSL_ciphersuites"),
    fingerprints: section.get("SSL_fingerprint") ?? [],
    verify: section.get("SSL_verify"),
    caFile: section.get("SSL_CAfile"),
    caPath: section.get("SSL_CApath"),
    hostname: section.get("SSL_hostname"),
    ownCertificate: ownCertificate({ file, section, complaints }),
  };
}

function ownCertificate({
  file,
  section,
  complaints,
}: Pick<ServerSection, "file" | "section" | "complaints">): OwnCertificate | undefined {
  const certFile = section.get("SSL_cert");
  const keyFile = section.get("SSL_key");
  if (certFile !== undefined) return { certFile, keyFile };
  if (keyFile !== undefined) {
    const expected = 'expected the setting "SSL_cert"';
    complaints.note({ file, line: section.lineOf("SSL_key"), problem: "SSL_key without a certificate", expected });
  }
  return undefined;
}
