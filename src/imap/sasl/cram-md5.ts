// CRAM-MD5 (RFC 2195): no password on the wire, and no more than that: whoever listens can try passwords quickly, and the
// server proves nothing.

import { createHmac } from "node:crypto";
import type { Exchange } from "./exchange.ts";

export interface CramMd5Options {
  readonly username: string;
  readonly password: string;
  readonly hide: (secret: string) => void;
}

export function cramMd5({ username, password, hide }: CramMd5Options): Exchange {
  let isAnswered = false;
  return {
    mechanism: "CRAM-MD5",
    first: undefined,
    answer: (challenge) => {
      if (isAnswered) return undefined;
      isAnswered = true;
      const digest = createHmac("md5", Buffer.from(password, "utf8")).update(challenge).digest("hex");
      hide(digest);
      return Buffer.from(`${username} ${digest}`, "utf8");
    },
  };
}
