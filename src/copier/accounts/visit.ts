// One server of a run: reached, logged in to, and again whenever another session is wanted.

import { enter, reach, type Reached } from "../../imap/connect.ts";
import type { Session } from "../../imap/session/session.ts";
import { identify } from "../../imap/verbs/id.ts";
import { proxyAuth } from "../../imap/verbs/proxy-auth.ts";
import type { Attempt } from "../../mail/pool/connector.ts";
import { InterimapError } from "../../model/errors.ts";
import type { AuthMechanism } from "../../model/server-settings.ts";
import { printable } from "../../util/printable.ts";
import type { Account } from "./account.ts";
import { accountFailure, type Phase } from "./account-failure.ts";
import type { AccountsIo } from "./accounts-io.ts";
import type { Entrance, Place } from "./settle.ts";

export class Visit {
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
    const { options, host, transport } = this.#place;
    try {
      return await work();
    } catch (error) {
      this.#io.signal.throwIfAborted();
      if (!(error instanceof InterimapError)) throw error;
      throw accountFailure({ ...options, host, user: this.#user }, error, {
        phase,
        usesTls: transport.type === "imaps",
      });
    }
  }

  reach(attempt: Attempt): Promise<Reached> {
    const { transport, limits } = this.#place;
    return reach({ ...unknownUser, transport, limits, ...this.#entrance?.settings }, this.#how(attempt));
  }

  async enter(reached: Reached, attempt: Attempt): Promise<Session> {
    const { settings, login, credentials } = this.#entrance!;
    this.#isSecure = reached.session.transport.secure;
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
      fence: this.#io.fence,
      onAlert: (text: string) => this.#io.alert?.(text, number),
    };
  }

  /** Whose mail it is; "" where that is not known. */
  get #user(): string {
    const { becomes, authzid, username } = this.#entrance?.login ?? { username: this.#place.user };
    return becomes ?? authzid ?? username;
  }

  sayReached({ session }: Reached): void {
    const { host, options, transport } = this.#place;
    const say = (text: string): void => {
      this.#io.say(text, options.number);
    };
    say(`IMAP server [${host}] port [${transport.port}] user [${this.#user}]`);
    say(`banner: ${session.shown(session.greetingText)}`);
    say(`capability: ${printable([...session.capabilities.names].join(" "))}`);
  }

  sayLoggedIn(): void {
    const { options, host } = this.#place;
    const by = this.#mechanism ?? "PREAUTH";
    this.#io.say(`success login on [${host}] with user [${this.#user}] auth [${by}]`, options.number);
  }

  account(first: Session): Account {
    const { options, host, transport } = this.#place;
    const { number, name } = options;
    const user = this.#user;
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
