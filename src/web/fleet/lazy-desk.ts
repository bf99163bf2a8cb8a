// A desk whose PostgreSQL is loaded when somebody looks at it.

import type { FleetDesk } from "./fleet-desk.ts";

/** `url`: as for interimap-fleet, without a password. */
export function fleetDesk(url: string): FleetDesk {
  let desk: Promise<FleetDesk> | undefined;
  const opened = (): Promise<FleetDesk> => (desk ??= import("./open-desk.ts").then(({ openDesk }) => openDesk(url)));
  return {
    overview: async (filter) => (await opened()).overview(filter),
    changeAccounts: async (act, choice) => (await opened()).changeAccounts(act, choice),
    changeGroup: async (act, group, most) => (await opened()).changeGroup(act, group, most),
    close: async () => (await desk)?.close(),
  };
}
