// A copy that stands still in its middle for as long as a test needs, whatever the speed of the machine.

import type { TwoStores } from "./two-stores.ts";

export interface HeldCopy {
  /** Resolves when the first message is about to go to the destination. */
  readonly reached: Promise<void>;
  readonly release: () => void;
}

/** From now on messages wait in front of the destination. */
export function holdCopy(stores: TwoStores): HeldCopy {
  let reach = (): void => undefined;
  let release = (): void => undefined;
  const reached = new Promise<void>((resolve) => (reach = resolve));
  const released = new Promise<void>((resolve) => (release = resolve));
  stores.hold("remote", "client", {
    pattern: / APPEND /,
    always: true,
    action: () => {
      reach();
      return released;
    },
  });
  return { reached, release };
}
