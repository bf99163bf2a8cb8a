// login: gets the tokens with which later runs log in. Touches neither the database nor mail.

import type { Config } from "../config/config.ts";
import type { Dialogue } from "../credentials/oauth/exchange.ts";
import { logIn } from "../credentials/oauth/login.ts";
import { InterimapError } from "../model/errors.ts";
import { type Side, sides } from "../model/side.ts";

export interface LoginCommand {
  readonly config: Config;
  /** Undefined: the only one that logs in so. */
  readonly side: Side | undefined;
  readonly dialogue: Dialogue;
}

/** @throws InterimapError USAGE, CONFIG_INVALID, INTERRUPTED, or what {@link logIn} throws; its side is set. */
export async function loginCommand({ config, side: wanted, dialogue }: LoginCommand): Promise<void> {
  const side = wanted ?? onlySide(config);
  const { oauth, username } = config.servers[side];
  if (oauth === undefined) throw notConfigured(config, `[${side}] has no oauth-provider`);
  try {
    const place = await logIn({ settings: oauth, side, username, dialogue });
    dialogue.say("", `Logged in. The tokens are kept ${place}, and refreshed when necessary.`);
  } catch (error) {
    if (dialogue.signal.aborted) throw new InterimapError("INTERRUPTED", "interrupted; nobody is logged in");
    if (error instanceof InterimapError) error.side ??= side;
    throw error;
  }
}

function onlySide(config: Config): Side {
  const [side, other] = sides.filter((one) => config.servers[one].oauth !== undefined);
  if (side === undefined) throw notConfigured(config, "there is no oauth-provider");
  if (other === undefined) return side;
  throw new InterimapError("USAGE", "login needs local or remote: both have an oauth-provider");
}

function notConfigured({ file }: Config, problem: string): InterimapError {
  return new InterimapError("CONFIG_INVALID", `${file}: ${problem}`, {
    hint: "set oauth-provider and oauth-client-id for the server; interimap(1) says how",
  });
}
