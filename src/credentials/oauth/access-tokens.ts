// Access tokens for one account: kept from run to run, refreshed before they end, one refresh at a time.

import {
  processRefreshTokenResponse,
  refreshTokenGrantRequest,
  ResponseBodyError,
  type TokenEndpointResponse,
} from "oauth4webapi";
import { Secrets } from "../../log/secrets.ts";
import { InterimapError } from "../../model/errors.ts";
import type { OAuthSettings } from "../../model/oauth-settings.ts";
import type { Side } from "../../model/side.ts";
import { unlessAborted } from "../../util/unless-aborted.ts";
import type { Wanted } from "../kept-secret.ts";
import { oauthFailure } from "./oauth-failure.ts";
import { tokenStore } from "./open-token-store.ts";
import { type Provider, providerOf } from "./provider.ts";
import { clientOf, requestOptions } from "./requests.ts";
import { documentOf, formatDocument, parseDocument, type TokenDocument } from "./token-document.ts";
import type { TokenStore } from "./token-store.ts";

export interface TokenOptions {
  readonly side: Side;
  /** Is told each secret before it is used. */
  readonly hide: (secret: string) => void;
}

export class AccessTokens {
  readonly #settings: OAuthSettings;
  readonly #side: Side;
  readonly #provider: Provider;
  readonly #store: TokenStore;
  readonly #tell: TokenOptions["hide"];
  readonly #hidden = new Secrets();
  #current: TokenDocument | undefined;
  /** A refreshed one that could not be kept: its refresh token may be the only good one. */
  #unkept: TokenDocument | undefined;
  #pending: Promise<string> | undefined;

  constructor(settings: OAuthSettings, { side, hide }: TokenOptions) {
    this.#settings = settings;
    this.#side = side;
    this.#tell = hide;
    this.#provider = providerOf(settings);
    this.#store = tokenStore(settings, side);
    this.#hide(settings.clientSecret);
  }

  /**
   * Another than the refused one, if there was one.
   * @throws InterimapError AUTH_FAILED where only a login helps; CONNECT, TLS or CREDENTIALS where it may be tried again; the
   * signal's reason
   */
  async token({ refused, signal }: Wanted): Promise<string> {
    signal?.throwIfAborted();
    const current = this.#current;
    const isWanted = current !== undefined && current.accessToken !== refused && isUsable(current);
    if (isWanted && this.#unkept === undefined) return current.accessToken;
    this.#pending ??= this.#obtain(refused).finally(() => {
      this.#pending = undefined;
    });
    // Others may wait for it, too: it goes on.
    return unlessAborted(this.#pending, signal);
  }

  async #obtain(refused: string | undefined): Promise<string> {
    if (this.#unkept === undefined) {
      const kept = await this.#read();
      if (isGood(kept, refused)) return this.#use(kept);
    }
    return this.#store.exclusively(async () => {
      if (this.#unkept !== undefined) await this.#keep(this.#unkept);
      // Another process may have been quicker.
      const kept = await this.#read();
      if (isGood(kept, refused)) return this.#use(kept);
      return this.#use(await this.#refresh(kept));
    });
  }

  async #refresh(former: TokenDocument): Promise<TokenDocument> {
    try {
      return await this.#refreshOnce(former);
    } catch (error) {
      if (!(error instanceof ResponseBodyError) || error.error !== "invalid_grant") throw this.#failure(error);
      // A place without a lock: another process may have got the next one meanwhile.
      const kept = await this.#read();
      if (kept.refreshToken === former.refreshToken) throw this.#failure(error);
      return isGood(kept, undefined)
        ? kept
        : this.#refreshOnce(kept).catch((again: unknown) => {
            throw this.#failure(again);
          });
    }
  }

  /** What comes back is kept before it is used: the former refresh token may be void from now on. */
  async #refreshOnce(former: TokenDocument): Promise<TokenDocument> {
    const server = await this.#provider.server();
    const { client, authentication } = clientOf(this.#settings, server);
    const askedAt = Date.now();
    const options = requestOptions(this.#provider.issuer);
    const answer = await refreshTokenGrantRequest(server, client, authentication, former.refreshToken, options);
    const tokens = await processRefreshTokenResponse(server, client, answer);
    return this.#keep(this.#documentOf(tokens, former.refreshToken, askedAt));
  }

  #documentOf(tokens: TokenEndpointResponse, former: string, askedAt: number): TokenDocument {
    const owner = { issuer: this.#provider.issuer, clientId: this.#settings.clientId };
    return documentOf(owner, tokens, { refreshToken: tokens.refresh_token ?? former, askedAt });
  }

  async #keep(document: TokenDocument): Promise<TokenDocument> {
    this.#hide(document.refreshToken);
    this.#hide(document.accessToken);
    this.#unkept = document;
    await this.#store.write(formatDocument(document));
    this.#unkept = undefined;
    return document;
  }

  async #read(): Promise<TokenDocument> {
    const text = await this.#store.read();
    if (text === undefined)
      throw this.#needsLogin(`nobody has logged in yet: there are no tokens ${this.#store.place}`);
    const document = parseDocument(text);
    if (document === undefined) throw this.#needsLogin(`there are no tokens ${this.#store.place}, but something else`);
    this.#hide(document.refreshToken);
    this.#hide(document.accessToken);
    const { issuer, clientId } = document;
    if (issuer !== this.#provider.issuer || clientId !== this.#settings.clientId)
      throw this.#needsLogin(`the tokens ${this.#store.place} are those of another issuer or client`);
    return document;
  }

  #use(document: TokenDocument): string {
    this.#current = document;
    return document.accessToken;
  }

  #hide(secret: string | undefined): void {
    if (secret === undefined) return;
    this.#tell(secret);
    this.#hidden.add(secret);
  }

  #needsLogin(problem: string): InterimapError {
    return new InterimapError("AUTH_FAILED", problem, { hint: ["run: ", { command: "login", side: this.#side }] });
  }

  #failure(error: unknown): InterimapError {
    const what = "the access token cannot be refreshed";
    return oauthFailure(error, { what, side: this.#side, issuer: this.#provider.name, secrets: this.#hidden });
  }
}

/** Where the issuer does not say for how long, until the server refuses it. */
function isUsable({ renewAt }: TokenDocument): boolean {
  return renewAt === 0 || Date.now() < renewAt;
}

function isGood({ accessToken, renewAt }: TokenDocument, refused: string | undefined): boolean {
  return Date.now() < renewAt && accessToken !== refused;
}
