// Two empty mail stores, one of which is behind a filter: the program sees a server without some extensions, and other
// clients see it as it is.

import { otherSide, type PerSide, perSide, type Side } from "../../src/model/side.ts";
import { asUser, type MailServer } from "./mail-server.ts";
import { plainText } from "./run-interimap.ts";
import { type FilterOptions, startStrictFilter, type StrictFilter } from "./strict-filter.ts";
import { type TwoStores, twoStores, userNames } from "./two-stores.ts";

export interface LesserStores extends TwoStores {
  /** The servers as other clients see them. */
  readonly direct: PerSide<MailServer>;
  readonly filter: StrictFilter;
}

export interface LesserOptions extends FilterOptions {
  readonly side: Side;
  /** The server that becomes a lesser one. */
  readonly lesser: MailServer;
  /** That of the other side. */
  readonly other: MailServer;
}

let users = 0;

export async function lesserStores(
  t: { after(work: () => Promise<void> | void): void },
  { side, lesser, other, ...options }: LesserOptions,
): Promise<LesserStores> {
  const filter = await startStrictFilter(lesser, options);
  const servers = { [side]: filter.server, [otherSide(side)]: other } as unknown as PerSide<MailServer>;
  const made = await twoStores(t, servers);
  t.after(() => filter.stop());
  // Each filter has a port of its own, and so would begin with the same name.
  const user = lesser.kind === "cyrus" ? userNames[users++ % userNames.length]! : `lesser${++users}`;
  const stores = { ...made, [side]: asUser(made[side], user) };
  const section = (one: Side) => ({ ...plainText(stores.proxies[one].server), username: stores[one].user });
  stores.home.configure({ local: section("local"), remote: section("remote") });
  return { ...stores, direct: perSide((one) => (one === side ? asUser(lesser, user) : stores[one])), filter };
}
