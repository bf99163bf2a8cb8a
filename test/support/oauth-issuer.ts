// A throw-away OAuth 2 issuer on 127.0.0.1. The package oauth2-mock-server signs the tokens and verifies PKCE; in front of it
// stands what it lacks: clients, consent, the device flow (RFC 8628), rotated and revoked refresh tokens, introspection.

import { randomBytes, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { OAuth2Server } from "oauth2-mock-server";

/** What the issuer does; a test may change it at any time. */
export interface IssuerHabits {
  /** Claim `email` of the tokens. */
  account: string;
  /** What it grants, whatever is asked for; undefined: what is asked for. */
  scope: string | undefined;
  /** How long an access token is good for. */
  tokenSeconds: number;
  /** Each refresh gives another refresh token, and the former one is no good any more. */
  rotates: boolean;
  /** In the answer to the browser; undefined: there is none (RFC 9207). */
  iss: string | undefined;
  /** In the answer to the browser; undefined: what was sent. */
  state: string | undefined;
  /** The user says no in the browser. */
  denies: boolean;
  /** Seconds between two questions of a device. */
  interval: number;
  /** Of a device code. */
  deviceSeconds: number;
  /** Of its document, these are left out. */
  lacks: readonly string[];
  /** It answers nothing but this status. */
  outage: number | undefined;
}

export interface OAuthIssuer {
  /** The issuer's identifier; its documents are below. */
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly habits: IssuerHabits;
  /** In order: the path, and for a token the kind of grant. */
  readonly requests: readonly string[];
  /** Every token, code and verifier that went over the wire, either way: what must be found nowhere else. */
  readonly secrets: ReadonlySet<string>;
  /** An access token for the account, signed as all are. */
  accessToken(claims?: Readonly<Record<string, unknown>>): Promise<string>;
  /** A refresh token, as a login would bring it. */
  refreshToken(): string;
  /** The public key (JWK) of the tokens. */
  readonly key: Readonly<Record<string, unknown>> & { readonly kid: string };
  approve(userCode: string): void;
  deny(userCode: string): void;
  /** All refresh tokens are no good from now on. */
  revokeAll(): void;
  stop(): Promise<void>;
}

interface Device {
  readonly userCode: string;
  readonly scope: string;
  verdict: "pending" | "approved" | "denied";
  readonly endsAt: number;
  interval: number;
  askedAt: number;
}

type Form = Readonly<Record<string, string>>;

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>> | string;
  readonly headers?: Readonly<Record<string, string>>;
}

export async function startOAuthIssuer(wishes: Partial<IssuerHabits> = {}): Promise<OAuthIssuer> {
  const habits: IssuerHabits = {
    account: "u",
    scope: undefined,
    tokenSeconds: 3600,
    rotates: false,
    iss: undefined,
    state: undefined,
    denies: false,
    interval: 1,
    deviceSeconds: 600,
    lacks: [],
    outage: undefined,
    ...wishes,
  };
  const clientId = "interimap-test";
  const clientSecret = randomBytes(16).toString("hex");
  const requests: string[] = [];
  const secrets = new Set([clientSecret]);
  const devices = new Map<string, Device>();
  const refreshTokens = new Set<string>();
  const accessTokens = new Set<string>();
  const scopes = new Map<string, string>();

  const signer = new OAuth2Server();
  const key = await signer.issuer.keys.generate("RS256");
  await signer.start(0, "127.0.0.1");
  const front = createServer((request, response) => {
    void serve(request, response);
  });
  await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
  const behind = `http://127.0.0.1:${signer.address().port}`;
  signer.issuer.url = url;
  signer.service.on("beforeTokenSigning", (token: { payload: Record<string, unknown> }) => {
    const now = Math.floor(Date.now() / 1000);
    const identity = { sub: habits.account, email: habits.account, azp: clientId, aud: clientId };
    // No two are the same, even of one second.
    Object.assign(token.payload, { ...identity, exp: now + habits.tokenSeconds, jti: randomUUID() });
  });
  signer.service.on("beforeAuthorizeRedirect", ({ url: to }: { url: URL }) => {
    const answer = to.searchParams;
    if (habits.iss !== undefined) answer.set("iss", habits.iss);
    else if (!habits.lacks.includes("authorization_response_iss_parameter_supported")) answer.set("iss", url);
    if (habits.state !== undefined) answer.set("state", habits.state);
    if (!habits.denies) return;
    answer.delete("code");
    answer.set("error", "access_denied");
    answer.set("error_description", "the user said no");
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = new URL(request.url ?? "/", url);
    const form: Form = Object.fromEntries(new URLSearchParams(await textOf(request)));
    const about = target.pathname === "/token" ? ` ${(form["grant_type"] ?? "").replace(/.*:/, "")}` : "";
    requests.push(`${target.pathname}${about}`);
    for (const name of ["refresh_token", "code", "code_verifier", "device_code"]) {
      const secret = form[name];
      if (secret !== undefined) secrets.add(secret);
    }
    const { status, body, headers = {} } = await answerTo(target, form, request);
    const isText = typeof body === "string";
    response.writeHead(status, { "content-type": isText ? "text/html" : "application/json", ...headers });
    response.end(isText ? body : JSON.stringify(body));
  }

  async function answerTo(target: URL, form: Form, request: IncomingMessage): Promise<Answer> {
    if (habits.outage !== undefined) return { status: habits.outage, body: "out of order" };
    switch (target.pathname) {
      case "/.well-known/openid-configuration":
        return document();
      case "/authorize":
        return authorize(target);
      case "/device_authorization":
        return requireClient(form, request) ?? startDevice(form);
      case "/device":
        return { status: 200, body: "<p>Enter the code that interimap shows.</p>" };
      case "/token":
        return requireClient(form, request) ?? token(form);
      case "/introspect":
        return { status: 200, body: introspection(form["token"] ?? "") };
      default:
        return { status: 404, body: {} };
    }
  }

  /** RFC 8414, OpenID Connect Discovery */
  function document(): Answer {
    const all: Record<string, unknown> = {
      issuer: url,
      authorization_endpoint: `${url}/authorize`,
      token_endpoint: `${url}/token`,
      device_authorization_endpoint: `${url}/device_authorization`,
      introspection_endpoint: `${url}/introspect`,
      jwks_uri: `${url}/jwks`,
      response_types_supported: ["code"],
      code_challenge_methods_supported: ["S256"],
      authorization_response_iss_parameter_supported: true,
    };
    const told = Object.entries(all).filter(([name]) => !habits.lacks.includes(name));
    return { status: 200, body: Object.fromEntries(told) };
  }

  async function authorize(target: URL): Promise<Answer> {
    const asked = target.searchParams;
    if (asked.get("client_id") !== clientId) return { status: 400, body: "<p>unknown client</p>" };
    if (!/^http:\/\/127\.0\.0\.1:\d+$/.test(asked.get("redirect_uri") ?? "")) {
      return { status: 400, body: "<p>this redirect_uri is not registered</p>" };
    }
    if (asked.get("code_challenge_method") !== "S256") return { status: 400, body: "<p>PKCE is missing</p>" };
    const redirect = await fetch(`${behind}/authorize${target.search}`, { redirect: "manual" });
    const location = redirect.headers.get("location") ?? "";
    const code = new URL(location).searchParams.get("code");
    if (code !== null) scopes.set(code, asked.get("scope") ?? "");
    return { status: 302, body: "", headers: { location } };
  }

  /** RFC 8628 3.2 */
  function startDevice(form: Form): Answer {
    const deviceCode = randomUUID();
    secrets.add(deviceCode);
    const letters = [...randomBytes(8)].map((octet) => "BCDFGHJKLMNPQRSTVWXZ"[octet % 20]).join("");
    const userCode = `${letters.slice(0, 4)}-${letters.slice(4)}`;
    const endsAt = Date.now() + habits.deviceSeconds * 1000;
    const { interval } = habits;
    devices.set(deviceCode, {
      ...{ userCode, scope: form["scope"] ?? "", verdict: "pending" },
      ...{ endsAt, interval, askedAt: 0 },
    });
    const body = {
      ...{ device_code: deviceCode, user_code: userCode, expires_in: habits.deviceSeconds, interval },
      verification_uri: `${url}/device`,
      verification_uri_complete: `${url}/device?user_code=${userCode}`,
    };
    return { status: 200, body };
  }

  function token(form: Form): Answer | Promise<Answer> {
    const grant = form["grant_type"] ?? "";
    if (grant === "authorization_code") return grantTokens(form, scopes.get(form["code"] ?? "") ?? "");
    if (grant === "refresh_token") {
      const presented = form["refresh_token"] ?? "";
      if (!refreshTokens.has(presented)) return refusal("invalid_grant", "Token has been expired or revoked.");
      if (habits.rotates) refreshTokens.delete(presented);
      return grantTokens(form, form["scope"] ?? "imap", habits.rotates ? undefined : presented);
    }
    if (grant === "urn:ietf:params:oauth:grant-type:device_code") return deviceTokens(form);
    return refusal("unsupported_grant_type");
  }

  /** RFC 8628 3.5 */
  function deviceTokens(form: Form): Answer | Promise<Answer> {
    const device = devices.get(form["device_code"] ?? "");
    if (device === undefined) return refusal("invalid_grant");
    if (Date.now() > device.endsAt) return refusal("expired_token");
    const isTooSoon = Date.now() - device.askedAt < device.interval * 1000 - 50;
    device.askedAt = Date.now();
    if (device.verdict === "denied") return refusal("access_denied");
    if (isTooSoon) {
      device.interval += 5;
      return refusal("slow_down");
    }
    if (device.verdict === "pending") return refusal("authorization_pending");
    devices.delete(form["device_code"] ?? "");
    return grantTokens({ ...form, grant_type: "refresh_token" }, device.scope);
  }

  async function grantTokens(form: Form, askedFor: string, kept?: string): Promise<Answer> {
    const scope = habits.scope ?? askedFor;
    const answer = await fetch(`${behind}/token`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ ...form, scope }).toString(),
    });
    const body = (await answer.json()) as Record<string, unknown>;
    if (answer.status !== 200) return refusal("invalid_grant", String(body["error_description"]));
    const access = String(body["access_token"]);
    const refresh = kept ?? String(body["refresh_token"]);
    refreshTokens.add(refresh);
    accessTokens.add(access);
    for (const secret of [access, refresh, String(body["id_token"])]) secrets.add(secret);
    return { status: 200, body: { ...body, scope, refresh_token: refresh, expires_in: habits.tokenSeconds } };
  }

  function requireClient(form: Form, { headers }: IncomingMessage): Answer | undefined {
    const [, basic = ""] = /^Basic (.+)$/.exec(headers.authorization ?? "") ?? [];
    const [id = form["client_id"], secret = form["client_secret"]] =
      basic === "" ? [] : Buffer.from(basic, "base64").toString().split(":").map(decodeURIComponent);
    const isKnown = id === clientId && secret === clientSecret;
    return isKnown ? undefined : { ...refusal("invalid_client", "The OAuth client was not found."), status: 401 };
  }

  /** RFC 7662 */
  function introspection(token: string): Answer["body"] {
    if (!accessTokens.has(token)) return { active: false };
    const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    return { ...(claims as Record<string, unknown>), active: true };
  }

  return {
    ...{ url, clientId, clientSecret, habits, requests, secrets },
    key: signer.issuer.keys.toJSON().find(({ kid }) => kid === key.kid) as OAuthIssuer["key"],
    accessToken: async (claims = {}) => {
      const token = await signer.issuer.buildToken({
        scopesOrTransform: (_header, payload) => {
          const identity = { sub: habits.account, email: habits.account, azp: clientId, aud: clientId };
          Object.assign(payload, { ...identity, scope: habits.scope ?? "imap", jti: randomUUID(), ...claims });
        },
      });
      accessTokens.add(token);
      secrets.add(token);
      return token;
    },
    refreshToken: () => {
      const refresh = randomUUID();
      refreshTokens.add(refresh);
      secrets.add(refresh);
      return refresh;
    },
    approve: (userCode) => decide(userCode, "approved"),
    deny: (userCode) => decide(userCode, "denied"),
    revokeAll: () => {
      refreshTokens.clear();
    },
    stop: async () => {
      front.closeAllConnections();
      await new Promise((resolve) => front.close(resolve));
      await signer.stop();
    },
  };

  function decide(userCode: string, verdict: Device["verdict"]): void {
    const device = [...devices.values()].find((one) => one.userCode === userCode);
    if (device === undefined) throw new Error(`no device waits with the code ${userCode}`);
    device.verdict = verdict;
  }
}

function refusal(error: string, description?: string): Answer {
  return { status: 400, body: { error, ...(description === undefined ? {} : { error_description: description }) } };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}
