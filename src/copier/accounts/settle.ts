// From the options of a host to how it is connected to and logged in to: all that is asked once.

import { isIP } from "node:net";
import { Account } from "../../credentials/account.ts";
import { KeptSecret } from "../../credentials/kept-secret.ts";
import type { Turns } from "../../credentials/turns.ts";
import type { Credentials } from "../../imap/sasl/credentials.ts";
import { openTransport } from "../../imap/transport/open-transport.ts";
import type { TargetFilter } from "../../imap/transport/target-filter.ts";
import { isLoopback } from "../../model/loopback.ts";
import { defaultLimits, type ServerLimits } from "../../model/server-limits.ts";
import type { InetSettings, ServerSettings } from "../../model/server-settings.ts";
import { AccountFailure } from "./account-failure.ts";
import type { HostOptions } from "./host-options.ts";
import { type LoginPlan, loginPlan } from "./mechanisms-plan.ts";
import { routeTo, tlsPort, wantsProbe } from "./route-plan.ts";
import { sanitised } from "./sanitise.ts";
import { passwordSource, type Surroundings, tokenSource } from "./secret-source.ts";
import { tlsSettings } from "./tls-options.ts";

export interface Settling extends Surroundings {
  readonly say: (text: string) => void;
  /** Gets to know each secret before it is used. */
  readonly hide: (secret: string) => void;
  /** Of those who ask somebody at the terminal. */
  readonly turns: Turns;
  readonly signal: AbortSignal;
  readonly targets: TargetFilter | undefined;
}

/** How to reach a host. */
export interface Place {
  readonly options: HostOptions;
  /** As in `options`, sanitised. */
  readonly host: string;
  readonly user: string;
  readonly transport: InetSettings;
  readonly limits: ServerLimits;
  readonly open: typeof openTransport;
}

/** How to log in. */
export interface Entrance {
  readonly settings: ServerSettings;
  readonly login: LoginPlan;
  /** For one login. */
  readonly credentials: () => Credentials;
}

/** @throws AccountFailure */
export async function settlePlace(given: HostOptions, settling: Omit<Settling, "turns">): Promise<Place> {
  const { say, warn, env, signal, targets } = settling;
  const { number, family } = given;
  const { credentials: options, notices } = given.sanitize
    ? sanitised(given, number)
    : { credentials: given, notices: [] };
  for (const notice of notices) say(notice);
  const host = (options.host ?? "").replace(/^\[(.*)\]$/, "$1");
  if (host === "") throw new AccountFailure("EX_USAGE", `--host${number} is missing`);
  const tls = tlsSettings(options, env);
  // Loaded where it is needed.
  const lookup = family === undefined ? undefined : (await import("./family.ts")).lookupOf(family);
  const hasTlsPort =
    wantsProbe(options) && (await (await import("./probe.ts")).listensOn(host, tlsPort, { signal, lookup, targets }));
  const route = routeTo(host, options, { hasTlsPort });
  if (hasTlsPort) say(`port ${tlsPort} is open: TLS it is ( --nosslcheck asks for no such port )`);
  const usesTls = route.type === "imaps" || route.startTls !== false;
  if (usesTls && !tls.verify && tls.fingerprints.length === 0) {
    warn(`the server's certificate is not verified ( SSL_verify_mode=0 ): somebody else may answer in its place`);
  }
  return {
    options,
    host,
    user: options.user ?? "",
    transport: { ...route, host, isIpLiteral: isIP(host) !== 0, proxy: undefined, tls },
    limits: limitsOf(options.timeout),
    open: (how, more) => openTransport(how, { ...more, lookup, targets }),
  };
}

/** Three days. Node's timers end at once that are longer than 25, and some of ours are several times as long as this. */
const forEverMs = 2 ** 28;

/** A server that is at work is given more time than one that has to begin, in the same proportion as usual. */
function limitsOf(seconds: number): ServerLimits {
  const connectMs = seconds === 0 ? forEverMs : Math.max(1, Math.min(seconds * 1000, forEverMs));
  return { ...defaultLimits, connectMs, greetingMs: connectMs, silenceMs: Math.min(connectMs * 2.5, forEverMs) };
}

/** @throws AccountFailure */
export async function settleEntrance(
  { options, host, user: given, transport, limits }: Place,
  settling: Settling,
): Promise<Entrance> {
  const { warn, hide, turns } = settling;
  const { number, compress } = options;
  const token = tokenSource(options);
  const user = token?.user ?? given;
  const hasTls = transport.type === "imaps" || transport.startTls === true;
  const isKnown = transport.tls.verify || transport.tls.fingerprints.length > 0;
  const isConfidential = isLoopback(host) || (hasTls && isKnown);
  const login = loginPlan({ ...options, user }, isConfidential);
  const { auth, authzid, takes } = login;
  const username = login.username === "" ? undefined : login.username;
  const hasCertificate = hasTls && transport.tls.ownCertificate !== undefined;
  if (auth[0] === "EXTERNAL" && !hasCertificate) {
    const line = `--authmech${number} EXTERNAL needs TLS, and a certificate to show: --sslargs${number} SSL_cert_file=FILE`;
    throw new AccountFailure("EXIT_AUTHENTICATION_FAILURE", line);
  }
  if (username === undefined && takes !== "nothing") {
    throw new AccountFailure("EX_USAGE", `--user${number} is missing`);
  }
  const password =
    takes === "password" ? await passwordSource({ ...options, user: username ?? "" }, settling) : undefined;
  const account = new Account(
    { username, authzid },
    {
      password:
        password &&
        new KeptSecret(password.ask, ({ message }) => {
          warn(`there is no other password: ${message}`);
        }),
      token: token && (() => Promise.resolve(token.token())),
      known: [...(password?.known ?? []), ...(token?.known ?? [])],
      ...{ hasCertificate, turns, hide },
    },
  );
  const settings: ServerSettings = {
    ...{ limits, transport, auth, username, authzid },
    ...{ password: undefined, token: undefined, compress: compress === true, connections: 3, listReference: "" },
  };
  return { settings, login, credentials: () => account.forLogin() };
}
