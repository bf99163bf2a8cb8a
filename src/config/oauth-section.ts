// The settings that begin with oauth-, of one section.

import type { OAuthSettings } from "../model/oauth-settings.ts";
import type { Complaints } from "./config-error.ts";
import type { Section } from "./sections.ts";

interface Sectioned {
  readonly file: string;
  readonly section: Section;
  readonly complaints: Complaints;
}

/** A token file whose name is empty: it is beside the database, wherever that is. */
export function oauthSettings({ file, section, complaints }: Sectioned): OAuthSettings | undefined {
  const provider = section.get("oauth-provider");
  if (provider === undefined) return undefined;
  const line = section.lineOf("oauth-provider");
  const clientId = section.get("oauth-client-id");
  if (clientId === undefined) {
    const problem = "oauth-provider without a client";
    complaints.note({ file, line, problem, expected: 'expected the setting "oauth-client-id"' });
  }
  const flow = section.get("oauth-flow");
  if (provider === "google" && flow === "device") {
    const problem = "oauth-flow: Google does not let devices read mail";
    complaints.note({ file, line: section.lineOf("oauth-flow"), problem, expected: "expected browser" });
  }
  const command = section.get("token-store-command");
  return {
    ...{ provider, flow, tenant: section.get("oauth-tenant"), scope: section.get("oauth-scope") },
    clientId: clientId ?? "",
    clientSecret: section.get("oauth-client-secret"),
    tokens: command === undefined ? { file: section.get("oauth-token-file") ?? "" } : { command },
  };
}
