// A server whose certificate is not acceptable, with what a person needs to decide whether to trust it all the same.

import { InterimapError } from "../../model/errors.ts";
import type { Hint } from "../../model/remedy.ts";

/** Texts are safe to show, and short. */
export interface CertificateFacts {
  /** Why it is not acceptable, in words. */
  readonly reason: string;
  readonly subject: string;
  readonly issuer: string;
  /** ISO 8601. */
  readonly validFrom: string;
  readonly validTo: string;
  /** SHA-256 of its Subject Public Key Info, in lower-case hexadecimal. */
  readonly keyDigest: string;
}

export class CertificateRefused extends InterimapError {
  readonly facts: CertificateFacts;

  constructor(message: string, { hint, facts }: { readonly hint: Hint; readonly facts: CertificateFacts }) {
    super("TLS", message, { hint });
    this.name = "CertificateRefused";
    this.facts = facts;
  }
}
