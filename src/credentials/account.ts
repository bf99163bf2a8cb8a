// The secrets of one account, for all logins of a run.

import type { CredentialKind, Credentials, Occasion } from "../imap/sasl/credentials.ts";
import type { Hint } from "../model/remedy.ts";
import type { ServerSettings } from "../model/server-settings.ts";
import type { KeptSecret, Wanted } from "./kept-secret.ts";
import type { Turns } from "./turns.ts";

export interface AccountSources {
  /** Undefined: there is none to be had. */
  readonly password: KeptSecret | undefined;
  /** As {@link password}. */
  readonly token: ((wanted: Wanted) => Promise<string>) | undefined;
  readonly renewal?: Hint | undefined;
  /** The TLS handshake shows one. */
  readonly hasCertificate: boolean;
  /** What is known without asking. */
  readonly known: readonly string[];
  readonly turns: Turns;
  /** Is told each secret before anybody gets it. */
  readonly hide: (secret: string) => void;
}

export class Account {
  readonly #names: Pick<ServerSettings, "username" | "authzid">;
  readonly #sources: AccountSources;
  readonly #kinds: Credentials["kinds"];
  readonly #secrets = new Set<string>();

  constructor(names: Pick<ServerSettings, "username" | "authzid">, sources: AccountSources) {
    this.#names = names;
    this.#sources = sources;
    const { password, token, hasCertificate, known } = sources;
    const kinds = { password: password !== undefined, token: token !== undefined, certificate: hasCertificate };
    this.#kinds = new Set((Object.keys(kinds) as CredentialKind[]).filter((kind) => kinds[kind]));
    for (const secret of known) this.#hide(secret);
  }

  /** For one login, which alone knows what was refused to it. */
  forLogin(): Credentials {
    const { password, token, renewal, turns } = this.#sources;
    let handedPassword: string | undefined;
    let handedToken: string | undefined;
    return {
      account: this,
      username: this.#names.username,
      authzid: this.#names.authzid,
      kinds: this.#kinds,
      renewal,
      secrets: this.#secrets,
      password: async ({ rejected, signal }: Occasion) => {
        const refused = rejected ? handedPassword : undefined;
        const given = await turns.take(async () => password?.get({ refused, signal }), signal);
        if (given === undefined) return undefined;
        this.#hide(given);
        return (handedPassword = given);
      },
      token: async ({ rejected, signal }: Occasion) => {
        const refused = rejected ? handedToken : undefined;
        const given = await turns.take(async () => token?.({ refused, signal }), signal);
        if (given === undefined || (rejected && given === handedToken)) return undefined;
        this.#hide(given);
        return (handedToken = given);
      },
    };
  }

  #hide(secret: string): void {
    if (this.#secrets.has(secret)) return;
    this.#secrets.add(secret);
    this.#sources.hide(secret);
  }
}
