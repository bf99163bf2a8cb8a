// `--set SIDE.NAME=VALUE`: settings of the two servers.

import { settings } from "../config/settings.ts";
import { type PerSide, sides } from "../model/side.ts";
import { nearest } from "../util/nearest.ts";
import { printable } from "../util/printable.ts";
import { usageError } from "./usage-error.ts";

/** Everybody on the machine can read arguments. */
const secret = new Set(["password", "oauth-client-secret"]);

/** By name; the last of each counts. @throws InterimapError USAGE */
export function settingsOf(words: readonly string[] = []): PerSide<ReadonlyMap<string, string>> {
  const found = { local: new Map<string, string>(), remote: new Map<string, string>() };
  for (const word of words) {
    const [, place = "", name = "", value = ""] = /^(local|remote)\.([^=]*)=(.*)$/s.exec(word) ?? [];
    const side = sides.find((one) => one === place);
    if (side === undefined) throw usageError(`--set takes local.NAME=VALUE or remote.NAME=VALUE, not "${shown(word)}"`);
    if (!Object.hasOwn(settings, name)) throw unknown(name);
    if (secret.has(name))
      throw usageError(
        `--set ${side}.${name} would show it to everybody on this machine`,
        `give ${side}.${name}-command or a file.`,
      );
    if (/[\r\n\0]/.test(value)) throw usageError(`--set ${side}.${name}: a value has no line breaks`);
    found[side].set(name, value);
  }
  return found;
}

function unknown(name: string): Error {
  const meant = nearest(name, Object.keys(settings));
  return usageError(
    `--set: there is no setting "${printable(name)}"`,
    meant === undefined ? undefined : `did you mean ${meant}?`,
  );
}

/** Without a value, which might be a secret. */
function shown(word: string): string {
  return printable(word.replace(/=.*/s, ""));
}
