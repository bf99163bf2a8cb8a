// The settings of a pair as a configuration: what its words say, in the dialect of the configuration file.

import { type Config, loadConfig } from "../../config/config.ts";
import { settings as table } from "../../config/settings.ts";
import { InterimapError } from "../../model/errors.ts";
import type { SecretSource } from "../../model/secret-source.ts";
import type { AuthMechanism, ServerSettings } from "../../model/server-settings.ts";
import { type PerSide, perSide } from "../../model/side.ts";
import type { JobSecrets } from "../job-spec.ts";

export interface PairSettings {
  /** Each `name=value`, or `name1=value` and `name2=value` for one of the servers. */
  readonly settings: readonly string[];
  /** An absolute path. */
  readonly database: string;
  readonly env: NodeJS.ProcessEnv;
}

/** No file: what is said of it is said of words. */
const place = "/pair";
const control = /[\0-\x1f\x7f]/;

/** Without secrets. @throws InterimapError CONFIG_INVALID with each word that is wrong, CONFIG_UNSAFE */
export function pairConfig({ settings, database, env }: PairSettings): Config {
  const sections = { "": [`database = ${database}`], 1: [] as string[], 2: [] as string[] };
  for (const word of settings) {
    const [, name, number, value] = /^([A-Za-z][\w-]*?)([12]?)=(.*)$/s.exec(word) ?? [];
    if (name === undefined || value === undefined || control.test(word))
      throw new InterimapError("CONFIG_INVALID", `"${shown(word)}" is no setting; expected NAME=VALUE`);
    if (number !== "" && isForBoth(name))
      throw new InterimapError("CONFIG_INVALID", `${name} is for both servers; expected it without a number`);
    sections[number as "" | 1 | 2].push(`${name} = ${value}`);
  }
  const text = [...sections[""], "[local]", ...sections[1], "[remote]", ...sections[2], ""].join("\n");
  try {
    return loadConfig({ file: place, env, text });
  } catch (error) {
    throw error instanceof InterimapError ? withoutPlace(error) : error;
  }
}

export function withSecrets(
  servers: PerSide<ServerSettings>,
  { password1, password2 }: JobSecrets,
): PerSide<ServerSettings> {
  const texts = { local: password1, remote: password2 };
  return perSide((side) => {
    const server = servers[side];
    const secret: SecretSource = { from: "text", text: texts[side] };
    return server.auth.every((one) => ofTokens.has(one))
      ? { ...server, password: undefined, token: secret }
      : { ...server, password: secret, token: undefined };
  });
}

function isForBoth(name: string): boolean {
  return Object.hasOwn(table, name) && table[name as keyof typeof table].section === "default";
}

/** Where nothing else may be used, the secret is an access token. */
const ofTokens: ReadonlySet<AuthMechanism> = new Set(["OAUTHBEARER", "XOAUTH2"]);

function withoutPlace(error: InterimapError): InterimapError {
  const messages = error.parts.map(({ message }) => message.replace(/^\/pair(?::\d+)?: /, ""));
  return new InterimapError(error.code, messages.join("; "), { cause: error });
}

function shown(word: string): string {
  return word.replace(/=.*/s, "=...");
}
