// Chooses where tokens are kept.

import type { OAuthSettings } from "../../model/oauth-settings.ts";
import type { Side } from "../../model/side.ts";
import { commandStore } from "./command-store.ts";
import { fileStore } from "./file-store.ts";
import type { TokenStore } from "./token-store.ts";

export function tokenStore({ tokens }: Pick<OAuthSettings, "tokens">, side: Side): TokenStore {
  return "file" in tokens ? fileStore(tokens.file) : commandStore(tokens.command, side);
}
