// What the layers below call by the names of a synchronisation's settings, as the options of a copy.

import type { InterimapError } from "../../model/errors.ts";
import type { Vocabulary } from "../../model/vocabulary.ts";
import { type Host, hostOf } from "../options/host.ts";

/** `N` stands for the number of the host: see {@link wordsOf}. */
export const copierVocabulary: Vocabulary = {
  program: "imapsync",
  server: (side) => `host${hostOf(side)}`,
  setting: (written, side) => (side === undefined ? asOption(written) : numbered(asOption(written), hostOf(side))),
  settingOf: (side, written) => numbered(asOption(written), hostOf(side)),
  // None of them can be raised.
  limit: () => undefined,
};

/** An error as one line, with its advice, about this host. */
export function wordsOf({ message, hint }: Pick<InterimapError, "message" | "hint">, host: Host): string {
  const advice = [hint ?? []].flat().filter((part) => typeof part === "string");
  return numbered([message, ...(advice.length === 0 ? [] : [advice.join("")])].join("; "), host);
}

function numbered(text: string, host: Host): string {
  return text.replace(/(?<=--[a-z]+)N\b/g, String(host));
}

const phrases: Readonly<Record<string, string>> = {
  "the SSL_ settings": "--sslargsN",
  "SSL_protocol_min and SSL_protocol_max": "--sslargsN SSL_version",
  "SSL_protocols, SSL_protocol_min and SSL_protocol_max": "the versions in --sslargsN SSL_version",
  "SSL_verify=NO": "--sslargsN SSL_verify_mode=0",
  "STARTTLS = NO": "--notlsN",
  "STARTTLS = YES": "--tlsN",
  "type = imaps": "--sslN",
  "type=imap": "--tlsN",
  "type=imaps": "--sslN",
};

const names: Readonly<Record<string, string>> = {
  STARTTLS: "--tlsN",
  SSL_CAfile: "--sslargsN SSL_ca_file",
  SSL_CApath: "--sslargsN SSL_ca_path",
  SSL_cert: "--sslargsN SSL_cert_file",
  SSL_cipherlist: "--sslargsN SSL_cipher_list",
  SSL_ciphersuites: "--sslargsN SSL_ciphersuites",
  SSL_fingerprint: "--sslargsN SSL_fingerprint",
  SSL_hostname: "--sslargsN SSL_hostname",
  SSL_key: "--sslargsN SSL_key_file",
  auth: "--authmechN",
  authzid: "--authuserN",
  "connect-timeout": "--timeoutN",
  "greeting-timeout": "--timeoutN",
  host: "--hostN",
  "oauth-scope": "the token's scope",
  "oauth-tenant": "its tenant",
  password: "--passfileN",
  "silence-timeout": "--timeoutN",
  "token-command": "--oauthaccesstokenN",
  username: "--userN",
};

function asOption(written: string): string {
  const phrase = phrases[written];
  if (phrase !== undefined) return phrase;
  const [, name, value = ""] = /^([\w-]+) ?= ?(.*)$/s.exec(written) ?? [];
  if (name === undefined)
    return written
      .split(" ")
      .map((word) => names[word] ?? word)
      .join(" ");
  // A key's digest: its own form, and a `$` for which a shell has other plans.
  if (name === "SSL_fingerprint") return `--sslargsN 'SSL_fingerprint=${value.replace("$", "$pub$$")}'`;
  return `${names[name] ?? name}${name.startsWith("SSL_") ? "=" : " "}${value}`;
}
