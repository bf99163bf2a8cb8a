// The settings with which a client of the issuer in test/support logs in.

import type { OAuthSettings } from "../../src/model/oauth-settings.ts";
import type { OAuthIssuer } from "./oauth-issuer.ts";
import type { SectionSettings } from "./run-interimap.ts";

/** `file`: keeps the tokens. */
export function issuerSettings(issuer: OAuthIssuer, file: string, more: Partial<OAuthSettings> = {}): OAuthSettings {
  const { url, clientId, clientSecret } = issuer;
  return {
    ...{ provider: { issuer: url }, tenant: "common", clientId, clientSecret, scope: "imap", flow: "browser" },
    tokens: { file },
    ...more,
  };
}

/** Lines of a section of the configuration file. */
export function issuerSection({ url, clientId, clientSecret }: OAuthIssuer): SectionSettings {
  return {
    "oauth-provider": url,
    "oauth-client-id": clientId,
    "oauth-client-secret": clientSecret,
    "oauth-scope": "imap",
    password: undefined,
  };
}
