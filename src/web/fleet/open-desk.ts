// The operator's desk on the database of a fleet. Accounts get into the queue by workers: they have pg-boss, and this server needs
// neither that nor a newer Node.js.

import {
  type ChangesFleet,
  pauseAccounts,
  resumeAccounts,
  retryAccounts,
} from "../../fleet/commands/change-accounts.ts";
import { limitGroup, pauseGroup, resumeGroup } from "../../fleet/commands/change-group.ts";
import type { Selection } from "../../fleet/commands/selection.ts";
import { askingQueue } from "../../fleet/database/asked-for.ts";
import { openDatabase } from "../../fleet/database/database.ts";
import { requireVersion } from "../../fleet/database/migrations.ts";
import type { AccountAct, AccountChoice, FleetDesk } from "./fleet-desk.ts";
import { fleetOverview } from "./fleet-overview.ts";

const connections = 3;
/** A person waits for it. */
const answerMs = 20_000;

const acts = { retry: retryAccounts, pause: pauseAccounts, resume: resumeAccounts };

export function openDesk(url: string): FleetDesk {
  const database = openDatabase({ url, application: "imapsync-web", connections, answerMs });
  const fleet: ChangesFleet = { database, queue: askingQueue };
  const ready = (): Promise<void> => requireVersion(database);
  return {
    overview: async (filter) => {
      await ready();
      return fleetOverview(database, filter);
    },
    changeAccounts: async (act: AccountAct, choice: AccountChoice) => {
      await ready();
      await acts[act](fleet, selectionOf(choice));
    },
    changeGroup: async (act, group, most) => {
      await ready();
      if (act === "limit") await limitGroup(fleet, group, most);
      else await (act === "pause" ? pauseGroup : resumeGroup)(fleet, group);
    },
    close: () => database.close(),
  };
}

function selectionOf({ name, status }: AccountChoice): Selection {
  return { names: name === undefined ? [] : [name], all: false, group: undefined, status };
}
