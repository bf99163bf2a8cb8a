// The systemd unit that came with this program.

import { existsSync, realpathSync } from "node:fs";
import { dirname, resolve } from "node:path";

const name = "interimap";

/**
 * As systemctl(1) takes it: with its path, which also links it, so that no other unit of this name is meant; or its name, where the
 * package has put it where systemd looks.
 */
export function serviceUnit(program: string | undefined): string {
  if (program === undefined) return name;
  try {
    const file = resolve(dirname(realpathSync(program)), "..", "systemd", `${name}.service`);
    return existsSync(file) ? file : name;
  } catch {
    return name;
  }
}
