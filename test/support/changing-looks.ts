// Somebody who changes flags just when they are read.

import type { Side } from "../../src/model/side.ts";
import { store, type TwoStores } from "./two-stores.ts";

/** A mailbox may have room for few keywords. */
const keywords = 5;

/** Gives the first message another flag whenever its flags are about to be read, so often at most. Returns these flags. */
export function changeBeforeEachLook(
  stores: TwoStores,
  side: Side,
  { looks, mailbox }: { readonly looks: number; readonly mailbox: string },
): readonly string[] {
  const changes: string[] = [];
  stores.hold(side, "client", {
    pattern: /UID FETCH 1\b\S* \(UID FLAGS/,
    always: true,
    action: async () => {
      if (changes.length === looks) return;
      changes.push(`work${(looks + changes.length) % keywords}`);
      await store(stores[side], `1 FLAGS (${changes.at(-1)!})`, mailbox);
    },
  });
  return changes;
}
