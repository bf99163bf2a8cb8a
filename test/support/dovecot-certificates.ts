// What makes Dovecot ask for a certificate of the client's, and let nobody in without one; by EXTERNAL, who has one needs no
// password: the common name is the user.

import { chmodSync } from "node:fs";
import type { Authority } from "./authority.ts";
import { promptFailures } from "./dovecot-failures.ts";

export const externalMechanisms = "plain login external";

/** More lines for its configuration: the option `extraConfig`. */
export function requireCertificatesOf(authority: Authority, mechanisms = externalMechanisms): string {
  // Dovecot reads it as a user of its own.
  chmodSync(authority.directory, 0o755);
  return `
ssl_ca = <${authority.certFile}
ssl_require_crl = no
ssl_verify_client_cert = yes
ssl_cert_username_field = commonName
auth_ssl_require_client_cert = yes
auth_ssl_username_from_cert = yes
auth_mechanisms = ${mechanisms}
auth_verbose = yes
${promptFailures}
passdb {
  driver = static
  mechanisms = external
  args = nopassword=y
}
`;
}
