// Two stores that a first run has made equal, with a database that knows them.

import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { PerSide } from "../../src/model/side.ts";
import type { MailServer } from "./mail-server.ts";
import { runInterimap } from "./run-interimap.ts";
import { type StoresOptions, type TwoStores, twoStores } from "./two-stores.ts";

export interface SynchronisedOptions extends StoresOptions {
  /** Puts into the stores what is there from the start. */
  readonly prepare?: ((stores: TwoStores) => Promise<void>) | undefined;
}

export async function synchronisedStores(
  t: Pick<TestContext, "after">,
  servers: PerSide<MailServer>,
  { prepare, ...options }: SynchronisedOptions = {},
): Promise<TwoStores> {
  const stores = await twoStores(t, servers, options);
  await prepare?.(stores);
  const { status, stderr } = await runInterimap(stores.home);
  assert.equal(status, 0, stderr);
  return stores;
}
