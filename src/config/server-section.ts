// A [local] or [remote] section → how to reach that server.

import type { ServerSettings, TlsSettings, TransportSettings } from "../model/server-settings.ts";
import type { Side } from "../model/side.ts";
import { configInvalid } from "./config-error.ts";
import { tlsVersions } from "./parse-tls.ts";
import type { Section } from "./sections.ts";

/** Throws CONFIG_INVALID where settings, each fine alone, do not go together. */
export function serverSettings(file: string, section: Section, side: Side): ServerSettings {
  return {
    transport: transportSettings(file, section),
    auth: section.get("auth"),
    username: section.get("username"),
    password: section.get("password"),
    compress: section.get("compress") ?? side === "remote",
    connections: section.get("connections"),
    listReference: section.get("list-reference"),
  };
}

function transportSettings(file: string, section: Section): TransportSettings {
  const type = section.get("type");
  if (type === "tunnel") {
    const command = section.get("command");
    if (command === undefined) {
      const problem = "type=tunnel without a command";
      throw configInvalid({ file, line: section.line, problem, expected: 'expected the setting "command"' });
    }
    return { type, command, nullStderr: section.get("null-stderr") };
  }
  const { host, isIpLiteral } = section.get("host");
  return {
    type,
    host,
    isIpLiteral,
    port: section.get("port") ?? (type === "imaps" ? 993 : 143),
    proxy: section.get("proxy"),
    startTls: section.get("STARTTLS"),
    tls: tlsSettings(file, section),
  };
}

function tlsSettings(file: string, section: Section): TlsSettings {
  const minVersion = section.get("SSL_protocol_min");
  const maxVersion = section.get("SSL_protocol_max");
  if (minVersion && maxVersion && tlsVersions.indexOf(minVersion) > tlsVersions.indexOf(maxVersion)) {
    const problem = `SSL_protocol_min is newer than SSL_protocol_max`;
    const expected = `expected at most ${maxVersion}`;
    throw configInvalid({ file, line: section.lineOf("SSL_protocol_min"), problem, expected });
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
  };
}
