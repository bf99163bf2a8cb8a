// From the options to a session on each server, and to more of them.

import { Turns } from "../../credentials/turns.ts";
import { enter, reach, type Reached } from "../../imap/connect.ts";
import type { Session } from "../../imap/session/session.ts";
import { identify } from "../../imap/verbs/id.ts";
import { proxyAuth } from "../../imap/verbs/proxy-auth.ts";
import type { Log } from "../../log/log.ts";
import type { Secrets } from "../../log/secrets.ts";
import type { Attempt } from "../../mail/pool/connector.ts";
import { InterimapError } from "../../model/errors.ts";
import type { AuthMechanism } from "../../model/server-settings.ts";
import { type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import { printable } from "../../util/printable.ts";
import type { Host } from "../options/options.ts";
import type { Account } from "./account.ts";
import { AccountFailure, accountFailure, type Phase } from "./account-failure.ts";
import { type AccountOptions, hostOptions } from "./host-options.ts";
import { type Entrance, type Place, settleEntrance, settlePlace, type Settling } from "./settle.ts";
import { hostOf } from "./vocabulary.ts";

export interface AccountsIo {
  readonly env: NodeJS.ProcessEnv;
  readonly log: Log;
  /** Gets to know each secret before it is used. */
  readonly secrets: Pick<Secrets, "add">;
  /** A line about a host. */
  readonly say: (text: string, host: Host) => void;
  readonly warn: (text: string, host: Host) => void;
  /** What a server wants people to read. */
  readonly alert?: (text: string, host: Host) => void;
  /** Without echo; undefined: nobody is there to be asked. */
  readonly ask?: ((prompt: string) => Promise<string>) | undefined;
  readonly signal: AbortSignal;
}

/**
 * Connects to both servers, then logs in to both. Both are tried, whatever becomes of the other.
 * @throws AccountFailure, or the signal's reason
 */
export async function openAccounts(options: AccountOptions, io: AccountsIo): Promise<PerSide<Account>> {
  const opened: Session[] = [];
  try {
    const turns = new Turns();
    const places = await onBoth((side) => settlePlace(hostOptions(options, hostOf(side)), settlingOf(side, io)));
    const entrances = await oneByOne((side) => settleEntrance(places[side], { ...settlingOf(side, io), turns }));
    const visits = perSide((side) => new Visit(places[side], entrances[side], io));
    const found = new Map<Side, Reached>();
    const reached = await onBoth(async (side) => {
      const one = await visits[side].begin("connect", () => visits[side].reach(io));
      opened.push(one.session);
      found.set(side, one);
      return one;
    }).finally(() => {
      // Also of one whose counterpart cannot be reached.
      for (const side of sides) {
        const one = found.get(side);
        if (one !== undefined) describe(places[side], one, io);
      }
    });
    const sessions = await onBoth((side) => visits[side].begin("login", () => visits[side].enter(reached[side], io)));
    for (const side of sides) visits[side].sayLoggedIn();
    return perSide((side) => visits[side].account(sessions[side]));
  } catch (error) {
    for (const session of opened) session.destroy();
    throw error;
  }
}

/** Connects to the hosts that are given, and tells what they say of themselves. @throws as `openAccounts()` */
export async function showServers(options: AccountOptions, io: AccountsIo): Promise<void> {
  await onBoth(async (side) => {
    const given = hostOptions(options, hostOf(side));
    if (given.host === undefined) return;
    const place = await settlePlace(given, settlingOf(side, io));
    const visit = new Visit(place, undefined, io);
    const reached = await visit.begin("connect", () => visit.reach(io));
    describe(place, reached, io);
    await reached.session.logout();
  });
}

/** One server of a run. */
class Visit {
  readonly #place: Place;
  readonly #entrance: Entrance | undefined;
  readonly #io: AccountsIo;
  readonly #disavowed = new Set<string>();
  #mechanism: AuthMechanism | undefined;
  #isSecure = false;

  constructor(place: Place, entrance: Entrance | undefined, io: AccountsIo) {
    this.#place = place;
    this.#entrance = entrance;
    this.#io = io;
  }

  /** Work at the beginning of the run, whose failure ends it. */
  async begin<T>(phase: Phase, work: () => Promise<T>): Promise<T> {
    const { options, host, user, transport } = this.#place;
    try {
      return await work();
    } catch (error) {
      this.#io.signal.throwIfAborted();
      if (!(error instanceof InterimapError)) throw error;
      throw accountFailure({ ...options, host, user }, error, { phase, usesTls: transport.type === "imaps" });
    }
  }

  reach(attempt: Attempt): Promise<Reached> {
    const { transport, limits } = this.#place;
    return reach({ ...unknownUser, transport, limits, ...this.#entrance?.settings }, this.#how(attempt));
  }

  async enter(reached: Reached, attempt: Attempt): Promise<Session> {
    const { settings, login, credentials } = this.#entrance!;
    this.#isSecure = reached.session.isSecure;
    if (login.isPreauthenticated && !reached.isPreauthenticated) {
      reached.session.destroy();
      const { number } = this.#place.options;
      const words = "the server greets without PREAUTH: it wants a login";
      throw new InterimapError("CREDENTIALS", words, { hint: `leave --authmech${number} PREAUTH out` });
    }
    return enter(reached, settings, {
      ...this.#how(attempt),
      credentials: credentials(),
      isEager: true,
      onLoggedIn: async (session, mechanism) => {
        this.#mechanism = mechanism;
        if (login.becomes !== undefined) await proxyAuth(session, login.becomes);
        if (this.#place.options.id) await identify(session, "imapsync");
      },
    });
  }

  #how({ signal, silenceLimitMs }: Attempt) {
    const { options, open } = this.#place;
    const { number, side, keepalive } = options;
    return {
      ...{ side, log: this.#io.log, signal, silenceLimitMs, keepAlive: keepalive, open, disavowed: this.#disavowed },
      onAlert: (text: string) => this.#io.alert?.(text, number),
    };
  }

  sayLoggedIn(): void {
    const { options, host, user } = this.#place;
    const by = this.#mechanism ?? "PREAUTH";
    this.#io.say(`success login on [${host}] with user [${user}] auth [${by}]`, options.number);
  }

  account(first: Session): Account {
    const { options, host, user, transport } = this.#place;
    const { number, name } = options;
    let ready: Session | undefined = first;
    const extra = async (attempt: Attempt): Promise<Session> => this.enter(await this.reach(attempt), attempt);
    const main = (attempt: Attempt): Promise<Session> => {
      const session = ready;
      ready = undefined;
      return session?.isUsable === true ? Promise.resolve(session) : extra(attempt);
    };
    const secure = transport.type === "imaps" ? "ssl" : this.#isSecure ? "tls" : "none";
    return { host: number, name, hostName: host, port: transport.port, user, secure, pool: { main, extra, limit: 3 } };
  }
}

const unknownUser = {
  ...{ auth: [], username: undefined, authzid: undefined, password: undefined, token: undefined },
  ...{ compress: false, connections: 1, listReference: "" },
} as const;

function settlingOf(side: Side, io: AccountsIo): Omit<Settling, "turns"> {
  const host = hostOf(side);
  const { env, ask, signal, secrets } = io;
  return {
    ...{ env, ask, signal },
    say: (text) => io.say(text, host),
    warn: (text) => io.warn(text, host),
    hide: (secret) => secrets.add(secret),
  };
}

function describe({ host, user, options, transport }: Place, { session }: Reached, { say }: AccountsIo): void {
  const { number } = options;
  say(`IMAP server [${host}] port [${transport.port}] user [${user}]`, number);
  say(`banner: ${session.shown(session.greetingText)}`, number);
  say(`capability: ${printable([...session.capabilities.names].join(" "))}`, number);
}

/** Of both failures, host1's counts, and each has its line. */
async function onBoth<T>(work: (side: Side) => Promise<T>): Promise<PerSide<T>> {
  const results = await Promise.allSettled(sides.map((side) => work(side)));
  const reasons = results.flatMap((result): unknown[] => (result.status === "rejected" ? [result.reason] : []));
  const [first, second] = reasons;
  if (first instanceof AccountFailure && second instanceof AccountFailure) {
    throw new AccountFailure(first.exit, first.message, { others: second.lines, cause: first.cause });
  }
  if (reasons.length > 0) throw first;
  const [local, remote] = results.map((result) => (result as PromiseFulfilledResult<T>).value);
  return { local, remote } as PerSide<T>;
}

/** Questions come one after the other. */
async function oneByOne<T>(work: (side: Side) => Promise<T>): Promise<PerSide<T>> {
  return { local: await work("local"), remote: await work("remote") };
}
