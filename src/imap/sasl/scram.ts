// SCRAM (RFC 5802, RFC 7677): the server never gets the password, and has to prove that it knows it, too.

import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { InterimapError } from "../../model/errors.ts";
import { asSetting } from "../../model/vocabulary.ts";
import type { ChannelBindingType } from "../transport/transport.ts";
import type { Exchange, SaslMechanism } from "./exchange.ts";
import type { SaltedPassword, ScramHash } from "./salted-passwords.ts";
import { saslName } from "./sasl-name.ts";
import { scramRefusal } from "./scram-errors.ts";
import { readServerFinal, readServerFirst } from "./scram-messages.ts";

export type ScramMechanism = Extract<SaslMechanism, `SCRAM-${string}`>;

export interface ChannelBinding {
  readonly type: ChannelBindingType;
  readonly data: Buffer;
}

/**
 * What ties a login to its TLS connection. `missed`: we could do that, the server says that it cannot; `none`: we cannot, or
 * are not to.
 */
export type Binding = ChannelBinding | "missed" | "none";

export interface ScramOptions {
  readonly mechanism: ScramMechanism;
  readonly username: string;
  readonly authzid: string | undefined;
  readonly saltedPassword: SaltedPassword;
  readonly binding: Binding;
  /** Gets both proofs: with the rest of the dialogue, either shows whether a guess at the password is right. */
  readonly hide: (secret: string) => void;
  /** Tests have one of their own. */
  readonly nonce?: string;
}

/** For one login. `username` as SASLprep leaves it. */
export function scram(options: ScramOptions): Exchange {
  const { mechanism, username, authzid, saltedPassword, binding, hide } = options;
  const hash: ScramHash = mechanism.startsWith("SCRAM-SHA-256") ? "sha256" : "sha1";
  const hmac = (key: Buffer, text: string): Buffer => createHmac(hash, key).update(text, "utf8").digest();
  const nonce = options.nonce ?? randomBytes(24).toString("base64");
  const header = `${bindingFlag(binding)},${authzid === undefined ? "" : `a=${saslName(authzid)}`},`;
  const firstBare = `n=${saslName(username)},r=${nonce}`;
  let step: "first" | "final" | "proven" | "refused" = "first";
  let expected: Buffer = Buffer.alloc(0);
  let complaint: string | undefined;

  async function prove(serverFirst: string): Promise<Buffer> {
    const { salt, iterations, ...server } = readServerFirst(serverFirst, nonce);
    step = "final";
    const salted = await saltedPassword({ hash, salt, iterations });
    const bound = Buffer.concat([Buffer.from(header), ...(typeof binding === "string" ? [] : [binding.data])]);
    const finalBare = `c=${bound.toString("base64")},r=${server.nonce}`;
    const dialogue = `${firstBare},${serverFirst},${finalBare}`;
    const clientKey = hmac(salted, "Client Key");
    const signature = hmac(createHash(hash).update(clientKey).digest(), dialogue);
    const proof = Buffer.from(clientKey.map((octet, i) => octet ^ signature[i]!)).toString("base64");
    expected = hmac(hmac(salted, "Server Key"), dialogue);
    hide(proof);
    hide(expected.toString("base64"));
    return Buffer.from(`${finalBare},p=${proof}`);
  }

  function verify(serverFinal: string): Buffer {
    const proof = readServerFinal(serverFinal);
    if (typeof proof === "string") complaint = proof;
    else if (proof.length !== expected.length || !timingSafeEqual(proof, expected)) throw unproven();
    step = complaint === undefined ? "proven" : "refused";
    return Buffer.alloc(0);
  }

  return {
    mechanism,
    first: Buffer.from(`${header}${firstBare}`),
    answer: (challenge) => {
      if (step === "first") return prove(challenge.toString("utf8"));
      return step === "final" ? verify(challenge.toString("utf8")) : undefined;
    },
    conclude: () => {
      if (step !== "proven") throw unproven();
    },
    explain: (refusal) => scramRefusal(complaint, { mechanism, refusal }),
  };
}

/** RFC 5802 7, gs2-cbind-flag */
function bindingFlag(binding: Binding): string {
  if (binding === "missed") return "y";
  return binding === "none" ? "n" : `p=${binding.type}`;
}

function unproven(): InterimapError {
  return new InterimapError(
    "AUTH_UNSAFE",
    "the server did not prove that it knows the password; it may be another one",
    {
      hint: `if you trust it all the same, set ${asSetting("auth")} to another mechanism`,
    },
  );
}
