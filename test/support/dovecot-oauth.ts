// What makes Dovecot take the tokens of an issuer, by XOAUTH2 and OAUTHBEARER. It looks at the signature, the issuer, the scope
// `imap` and the claim `email`, and asks nobody.

import { createPublicKey, type JsonWebKey } from "node:crypto";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promptFailures } from "./dovecot-failures.ts";
import type { OAuthIssuer } from "./oauth-issuer.ts";
import { scratchDirectory } from "./scratch.ts";

/** More lines for its configuration: the option `extraConfig`. */
export function acceptTokensOf(issuer: OAuthIssuer): string {
  const directory = scratchDirectory("oauth");
  const keys = join(directory, "keys", issuer.clientId, "RS256");
  mkdirSync(keys, { recursive: true });
  const key = createPublicKey({ key: issuer.key as JsonWebKey, format: "jwk" });
  writeFileSync(join(keys, issuer.key.kid), key.export({ type: "spki", format: "pem" }));
  const file = join(directory, "oauth2.conf.ext");
  writeFileSync(
    file,
    `introspection_mode = local
local_validation_key_dict = fs:posix:prefix=${directory}/keys/
issuers = ${issuer.url}
username_attribute = email
client_id = ${issuer.clientId}
scope = imap
openid_configuration_url = ${issuer.url}/.well-known/openid-configuration
`,
  );
  // Dovecot reads it as a user of its own.
  chmodSync(directory, 0o755);
  return `
auth_mechanisms = plain login xoauth2 oauthbearer
auth_verbose = yes
${promptFailures}
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = ${file}
}
`;
}
