// Which mechanism proves who we are: the first of those in the setting `auth` that the server offers and the credentials
// fit. Nothing falls back to another one later: what a server refuses, it is not asked for in a weaker way.

import { InterimapError } from "../../model/errors.ts";
import { type AuthMechanism, carriesAuthzid } from "../../model/server-settings.ts";
import type { Side } from "../../model/side.ts";
import { asSetting, asSettingOf } from "../../model/vocabulary.ts";
import type { Capabilities } from "../capabilities.ts";
import type { CredentialKind, Credentials } from "./credentials.ts";

interface Traits {
  readonly takes: CredentialKind;
  /** Whoever reads along can log in with what was sent. */
  readonly isReadable: boolean;
  readonly needsUsername: boolean;
  readonly binds: boolean;
}

const scram: Traits = {
  takes: "password",
  isReadable: false,
  needsUsername: true,
  binds: false,
};

const traits: Readonly<Record<AuthMechanism, Traits>> = {
  "SCRAM-SHA-256-PLUS": { ...scram, binds: true },
  "SCRAM-SHA-256": scram,
  "SCRAM-SHA-1-PLUS": { ...scram, binds: true },
  "SCRAM-SHA-1": scram,
  OAUTHBEARER: { takes: "token", isReadable: true, needsUsername: false, binds: false },
  XOAUTH2: { takes: "token", isReadable: true, needsUsername: true, binds: false },
  EXTERNAL: { takes: "certificate", isReadable: false, needsUsername: false, binds: false },
  "CRAM-MD5": scram,
  PLAIN: { ...scram, isReadable: true },
  LOGIN: { ...scram, isReadable: true },
};

/** Whether whoever reads along can log in with what this mechanism sends. */
export function isReadable(mechanism: AuthMechanism): boolean {
  return traits[mechanism].isReadable;
}

/** Whether it ties the login to the TLS connection. */
export function binds(mechanism: AuthMechanism): boolean {
  return traits[mechanism].binds;
}

export function kindOf(mechanism: AuthMechanism): CredentialKind {
  return traits[mechanism].takes;
}

export interface Situation {
  readonly side: Side;
  /** In order of preference. */
  readonly auth: readonly AuthMechanism[];
  readonly capabilities: Pick<Capabilities, "has" | "offersMechanism">;
  readonly credentials: Pick<Credentials, "username" | "authzid" | "kinds">;
  /** TLS, or a tunnel, which is taken to be as safe. */
  readonly isSecure: boolean;
  /** The TLS connection has something that a login can be bound to. */
  readonly canBind: boolean;
}

/** @throws InterimapError AUTH_NO_MECHANISM, which says what is missing. */
export function chooseMechanism(situation: Situation): AuthMechanism {
  const { auth } = situation;
  const mechanism = auth.find((name) => obstacle(name, situation) === undefined);
  if (mechanism === undefined) throw noMechanism(situation);
  return mechanism;
}

/** In the order in which a user has to deal with them: what comes later has less in its way. */
const obstacles = ["offer", "credentials", "username", "authzid", "binding", "privacy"] as const;
type Obstacle = (typeof obstacles)[number];

function obstacle(mechanism: AuthMechanism, situation: Situation): Obstacle | undefined {
  const { capabilities, credentials, isSecure, canBind } = situation;
  const { takes, needsUsername, binds, isReadable } = traits[mechanism];
  const isDisabled = capabilities.has("LOGINDISABLED");
  // LOGIN is the command, which needs no AUTH=LOGIN: every server knows it unless it says otherwise (RFC 3501 6.2.3).
  const isOffered = mechanism === "LOGIN" ? !(isDisabled && isSecure) : capabilities.offersMechanism(mechanism);
  if (!isOffered) return "offer";
  if (!credentials.kinds.has(takes)) return "credentials";
  if (needsUsername && credentials.username === undefined) return "username";
  if (credentials.authzid !== undefined && !carriesAuthzid(mechanism)) return "authzid";
  if (binds && !canBind) return "binding";
  // The server wants no password on such a link. Under TLS, and in a tunnel, this is about the LOGIN command only.
  if (isReadable && isDisabled && !isSecure) return "privacy";
  return undefined;
}

function noMechanism(situation: Situation): InterimapError {
  const { side, auth, credentials, isSecure } = situation;
  const met = auth.map((mechanism) => ({ mechanism, what: obstacle(mechanism, situation) ?? "offer" }));
  const last = obstacles.findLast((what) => met.some((one) => one.what === what)) ?? "offer";
  const names = met.filter(({ what }) => what === last).map(({ mechanism }) => mechanism);
  const fail = (message: string, hint: string): InterimapError =>
    new InterimapError("AUTH_NO_MECHANISM", message, { hint });
  switch (last) {
    case "privacy":
      return fail(
        "the server accepts no password without TLS (LOGINDISABLED); none was sent",
        `use ${asSetting("type = imaps")}, or ${asSetting("STARTTLS = YES")}`,
      );
    case "binding":
      return fail(
        `this connection offers nothing to bind a login to, as ${names.join(" and ")} would`,
        `set ${asSetting(`auth = ${names.map((name) => name.replace(/-PLUS$/, "")).join(" ")}`)}`,
      );
    case "authzid":
      return fail(
        `none of the ways to log in that the server offers can act for another user (${names.join(", ")})`,
        `remove ${asSettingOf(side, "authzid", "from")}, or log in as that user`,
      );
    case "username":
      return fail("the server wants a login, but no username is configured", `set ${asSettingOf(side, "username")}`);
    case "credentials": {
      if (credentials.username === undefined) {
        return fail("the server wants a login, but no username is configured", `set ${asSettingOf(side, "username")}`);
      }
      const wanted = [...new Set(names.map((name) => kindNames[traits[name].takes]))];
      return fail(
        `the server wants a login, but no ${wanted.map(({ what }) => what).join(" or ")} is configured`,
        `set ${asSettingOf(side, wanted.map(({ setting }) => setting).join(" or "))}`,
      );
    }
    case "offer":
      return fail(
        `the server offers none of the configured ways to log in (${auth.join(", ")})`,
        isSecure
          ? `see the setting ${asSetting("auth")}`
          : `many servers offer a login only under TLS: see ${asSetting("STARTTLS")}`,
      );
  }
}

const kindNames: Readonly<Record<CredentialKind, { readonly what: string; readonly setting: string }>> = {
  password: { what: "password", setting: "password" },
  token: { what: "access token", setting: "token-command" },
  certificate: { what: "client certificate", setting: "SSL_cert" },
};
