// What a server says of a token before it refuses it.

/** RFC 7628 3.2.2; XOAUTH2 has the same. Each text is fit to be shown. */
export interface ServerTokenError {
  /** `invalid_token`, `insufficient_scope`; of XOAUTH2, an HTTP status such as `401`. */
  readonly status: string | undefined;
  readonly schemes: string | undefined;
  /** What a token has to allow, separated by spaces. */
  readonly scope: string | undefined;
  /** URL of the issuer's description. */
  readonly openidConfiguration: string | undefined;
}
