// Servers and users of an account as options of imapsync.

import type { Account } from "./account.ts";

export function hostOptions({ hosts }: Pick<Account, "hosts">): string[] {
  return hosts.flatMap(({ host, port, user }, i) => {
    const number = String(i + 1);
    const portOptions = port === undefined ? [] : [`--port${number}=${String(port)}`];
    return [`--host${number}=${host}`, `--user${number}=${user}`, ...portOptions];
  });
}
