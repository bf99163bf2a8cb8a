// A daemon whose way to each server leads through a gate, where a test can do to the network what it likes.

import type { TestContext } from "node:test";
import { type PerSide, perSide } from "../../src/model/side.ts";
import { type Gate, startGate } from "./gate.ts";
import type { MailServer } from "./mail-server.ts";
import { startWatching, type WatchedStores, type WatchingOptions } from "./watching.ts";

export interface GatedStores extends WatchedStores {
  readonly gates: PerSide<Gate>;
}

/** As startWatching, with --notify --watch=1 unless told otherwise. */
export async function startGated(
  t: Pick<TestContext, "after">,
  servers: PerSide<MailServer>,
  { prepare, ...options }: Omit<WatchingOptions, "sections"> = {},
): Promise<GatedStores> {
  let gates: PerSide<Gate> | undefined;
  const stores = await startWatching(t, servers, {
    args: ["--notify", "--watch=1"],
    ...options,
    prepare: async (made) => {
      const { local, remote } = perSide((side) => made.proxies[side].server);
      const built = { local: await startGate(t, local.port), remote: await startGate(t, remote.port) };
      made.home.configure({
        local: { ...local, port: built.local.port },
        remote: { ...remote, port: built.remote.port },
        settings: options.settings ?? {},
      });
      gates = built;
      await prepare?.(made);
    },
  });
  return { ...stores, gates: gates! };
}
