// Why a server refuses SCRAM, in words (RFC 5802 7, server-error-value).

import { InterimapError } from "../../model/errors.ts";
import { asSetting } from "../../model/vocabulary.ts";
import type { CommandRefused } from "../command-refused.ts";

export interface RefusedScram {
  readonly mechanism: string;
  readonly refusal: CommandRefused;
}

/** Undefined where the refusal says all there is: a wrong name or password. `reason`: the server's, if it gave one. */
export function scramRefusal(reason: string | undefined, about: RefusedScram): InterimapError | undefined {
  const { mechanism, refusal: cause } = about;
  switch (reason) {
    case "channel-bindings-dont-match":
      return new InterimapError("AUTH_UNSAFE", "the server sees another TLS connection than we do", {
        hint: `somebody in between may be reading along; or the server is behind a proxy: set ${asSetting("auth = SCRAM-SHA-256")}`,
        cause,
      });
    case "server-does-support-channel-binding":
      return new InterimapError("AUTH_UNSAFE", `the server offered ${mechanism}-PLUS, and it did not reach us`, {
        hint: "somebody in between may be weakening the login",
        cause,
      });
    case "channel-binding-not-supported":
    case "unsupported-channel-binding-type":
      return new InterimapError(
        "AUTH_NO_MECHANISM",
        `the server offers ${mechanism} and cannot bind it to this connection`,
        {
          hint: `set ${asSetting(`auth = ${mechanism.replace(/-PLUS$/, "")}`)}`,
          cause,
        },
      );
    case "no-resources":
      return new InterimapError("CONNECT", "the server has no resources for a login now", {
        hint: "try again later",
        cause,
      });
    default:
      return undefined;
  }
}
