// How to get OAuth 2 tokens for one server, as plain values. Made by config/, used by credentials/.

/** One that we know, or the identifier of an issuer that describes itself (RFC 8414). */
export type OAuthProvider = "google" | "microsoft" | { readonly issuer: string };

export interface OAuthSettings {
  readonly provider: OAuthProvider;
  /** Of Microsoft. */
  readonly tenant: string;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  /** Separated by single spaces; undefined: the provider's usual one. */
  readonly scope: string | undefined;
  /** browser: authorization code with PKCE (RFC 8252); device: a code to be typed in anywhere (RFC 8628). */
  readonly flow: "browser" | "device";
  /** Where the tokens are kept. */
  readonly tokens: { readonly file: string } | { readonly command: string };
}
