// How long a login may take. Somebody who looks for the password is not to be hurried by that.

import { InterimapError } from "../model/errors.ts";
import { asSetting } from "../model/vocabulary.ts";
import { duration } from "../util/duration.ts";
import type { Credentials } from "./sasl/credentials.ts";
import type { Session } from "./session/session.ts";

export class LoginLimit {
  readonly #session: Pick<Session, "destroy">;
  readonly #limitMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(session: Pick<Session, "destroy">, limitMs: number) {
    this.#session = session;
    this.#limitMs = limitMs;
  }

  /** Ends the session with CONNECTION_SILENT when `work` has not ended within the limit. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#begin();
    try {
      return await work();
    } finally {
      clearTimeout(this.#timer);
    }
  }

  /** The same credentials; the time begins anew when they have been asked for. */
  sparing(credentials: Credentials): Credentials {
    const { account, username, authzid, kinds, renewal } = credentials;
    return {
      ...{ account, username, authzid, kinds, renewal },
      get secrets() {
        return credentials.secrets;
      },
      password: (occasion) => this.#standing(() => credentials.password(occasion)),
      token: (occasion) => this.#standing(() => credentials.token(occasion)),
    };
  }

  async #standing<T>(ask: () => Promise<T>): Promise<T> {
    clearTimeout(this.#timer);
    try {
      return await ask();
    } finally {
      this.#begin();
    }
  }

  #begin(): void {
    this.#timer = setTimeout(() => {
      const words = `no login within ${duration(this.#limitMs)}`;
      const hint = `if the server needs longer, raise ${asSetting("greeting-timeout")}`;
      this.#session.destroy(new InterimapError("CONNECTION_SILENT", words, { hint }));
    }, this.#limitMs);
  }
}
