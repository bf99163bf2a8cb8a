// Accounts of a test's fleet, between two servers: made with mail, and looked at.

import { eventually } from "./eventually.ts";
import type { TestFleet } from "./fleet.ts";
import { asUser, type MailServer } from "./mail-server.ts";
import { contents, deliver, mails } from "./two-stores.ts";

export type Columns = Readonly<Record<string, string | number | readonly string[]>>;

export interface Listed {
  readonly name: string;
  readonly phase: string;
  readonly status: string;
  readonly reason: string | null;
  readonly copied: number;
  readonly worker: string | null;
}

export interface FleetAccounts {
  /** Adds one with so many messages, whose name is also that of both users. */
  readonly add: (messages: number, more?: Columns) => Promise<string>;
  readonly listed: (name: string) => Promise<Listed>;
  /** What is on the target. */
  readonly copied: (name: string) => Promise<string[]>;
  readonly whenCopying: (name: string) => Promise<void>;
}

/** A copy that takes as long as a test wants. */
export const slow: Columns = { options: ["--notls1", "--notls2", "--maxmessagespersecond=0.001"] };

export function accountsOf(
  fleet: TestFleet,
  { source, target }: { readonly source: MailServer; readonly target: MailServer },
): FleetAccounts {
  let made = 0;
  const copied: FleetAccounts["copied"] = async (name) => (await contents(asUser(target, name))).sort();
  return {
    add: async (messages, more = {}) => {
      const name = `user${String(++made)}`;
      if (messages > 0) await deliver(asUser(source, name), "INBOX", ...mails(name, messages));
      const record = {
        ...{ name, host1: source.host, port1: source.port, user1: name, password1: "p" },
        ...{ host2: target.host, port2: target.port, user2: name, password2: "p" },
        ...{ options: ["--notls1", "--notls2"], ...more },
      };
      await fleet.done("add", fleet.file(`${name}.json`, JSON.stringify([record])));
      return name;
    },
    listed: async (name) => {
      return JSON.parse(await fleet.done("list", name, "--json")) as Listed;
    },
    copied,
    whenCopying: async (name) => {
      await eventually(`${name} is being copied`, async () => (await copied(name)).length > 0);
    },
  };
}
