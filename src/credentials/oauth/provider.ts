// What differs from one issuer of tokens to the next: where it is, what to ask it for, where it sends the browser back to.

import type { AuthorizationServer } from "oauth4webapi";
import type { OAuthSettings } from "../../model/oauth-settings.ts";
import { discover } from "./discover.ts";

export interface Provider {
  /** For people. */
  readonly name: string;
  /** Tokens of one issuer are never shown to another. */
  readonly issuer: string;
  /** Asked for once. @throws what {@link discover} throws */
  readonly server: () => Promise<AuthorizationServer>;
  /** Undefined: the issuer decides. */
  readonly scope: string | undefined;
  /** As the redirect URI has it; the browser reaches 127.0.0.1 by either. */
  readonly redirectHost: "127.0.0.1" | "localhost";
  /** More parameters of the authorization request. */
  readonly extras: Readonly<Record<string, string>>;
}

export function providerOf({ provider, tenant, scope }: OAuthSettings): Provider {
  if (provider === "google") return google(scope);
  if (provider === "microsoft") return microsoft(tenant, scope);
  const { issuer } = provider;
  let found: Promise<AuthorizationServer> | undefined;
  const server = (): Promise<AuthorizationServer> =>
    (found ??= discover(issuer).catch((error: unknown) => {
      found = undefined;
      throw error;
    }));
  // OpenID Connect Core 11: whoever asks for this has to ask for consent.
  const isOffline = scope?.split(" ").includes("offline_access") === true;
  return {
    ...{ name: new URL(issuer).host, issuer, server, scope },
    redirectHost: "127.0.0.1",
    extras: isOffline ? { prompt: "consent" } : {},
  };
}

function google(scope = "https://mail.google.com/"): Provider {
  const issuer = "https://accounts.google.com";
  return {
    ...{ name: "Google", issuer, scope },
    server: () =>
      Promise.resolve({
        issuer,
        authorization_endpoint: `${issuer}/o/oauth2/v2/auth`,
        token_endpoint: "https://oauth2.googleapis.com/token",
        token_endpoint_auth_methods_supported: ["client_secret_post"],
      }),
    redirectHost: "127.0.0.1",
    // Without them there is no refresh token, or only the first time.
    extras: { access_type: "offline", prompt: "consent" },
  };
}

function microsoft(
  tenant: string,
  scope = "https://outlook.office.com/IMAP.AccessAsUser.All offline_access",
): Provider {
  const place = `https://login.microsoftonline.com/${tenant}`;
  const issuer = `${place}/v2.0`;
  return {
    ...{ name: "Microsoft", issuer, scope },
    server: () =>
      Promise.resolve({
        issuer,
        authorization_endpoint: `${place}/oauth2/v2.0/authorize`,
        token_endpoint: `${place}/oauth2/v2.0/token`,
        device_authorization_endpoint: `${place}/oauth2/v2.0/devicecode`,
        token_endpoint_auth_methods_supported: ["client_secret_post"],
      }),
    // The only one that can be registered without editing the manifest; any port goes with it.
    redirectHost: "localhost",
    extras: {},
  };
}
