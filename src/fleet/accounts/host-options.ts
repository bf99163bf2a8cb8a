// Servers and users of an account as options of imapsync, and as settings of interimap.

import type { AccountHost } from "./account.ts";

interface Hosts {
  readonly hosts: readonly Pick<AccountHost, "host" | "port" | "user">[];
}

export function hostOptions({ hosts }: Hosts): string[] {
  return hosts.flatMap(({ host, port, user }, i) => {
    const number = String(i + 1);
    const portOptions = port === undefined ? [] : [`--port${number}=${String(port)}`];
    return [`--host${number}=${host}`, `--user${number}=${user}`, ...portOptions];
  });
}

/** host1 and user1 are those of [local], host2 and user2 those of [remote]. */
export function hostSettings({ hosts }: Hosts): string[] {
  return hosts.flatMap(({ host, port, user }, i) => {
    const number = String(i + 1);
    const portSettings = port === undefined ? [] : [`port${number}=${String(port)}`];
    return [`host${number}=${host}`, `username${number}=${user}`, ...portSettings];
  });
}
