// What the holder of a lease may do, as long as it is the holder.

import type { Phase } from "../accounts/account.ts";
import type { Status } from "../accounts/stored-account.ts";
import type { Fleet } from "../fleet.ts";
import type { Lease } from "./take.ts";

/** What is known of a run while it is on. */
export interface LeaseProgress {
  readonly messagesDone: number;
  readonly messagesTotal: number | undefined;
  readonly octetsDone: number;
  readonly octetsTotal: number | undefined;
  readonly rate: number;
}

export interface Beat {
  readonly isHeld: boolean;
  /** What has become of the account meanwhile. */
  readonly status: Status | undefined;
  readonly phase: Phase | undefined;
}

/** Tells that the holder is alive, and how far it is. @throws InterimapError DATABASE_READ */
export function beat({ database, queue }: Fleet, lease: Lease, progress: LeaseProgress | undefined): Promise<Beat> {
  return database.transaction(async (queries) => {
    const [row] = await queries.rows<{ status: Status; phase: Phase }>(
      `update interimap_fleet.leases set progress = $3 from interimap_fleet.accounts
       where account = $1 and number = $2 and accounts.id = account returning accounts.status, accounts.phase`,
      [lease.account, lease.number, progress === undefined ? null : JSON.stringify(progress)],
    );
    const isHeld = row !== undefined && (await queue.beat(queries, lease.job));
    return { isHeld, status: row?.status, phase: row?.phase };
  });
}

/** Says which process works on its behalf. Whether the lease was held. @throws InterimapError DATABASE_READ */
export async function nameProcess(
  { database }: Fleet,
  { account, number }: Lease,
  { pid, started }: { readonly pid: number; readonly started: string | undefined },
): Promise<boolean> {
  const rows = await database.rows(
    "update interimap_fleet.leases set pid = $3, pid_started = $4 where account = $1 and number = $2 returning 1",
    [account, number, pid, started ?? null],
  );
  return rows.length === 1;
}
