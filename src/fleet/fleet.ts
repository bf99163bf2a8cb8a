// What all parts of the fleet work with: its database and its queue.

import { type Database, openDatabase } from "./database/database.ts";
import { migrate } from "./database/migrations.ts";
import { Queue } from "./queue/queue.ts";

export interface Fleet {
  readonly database: Database;
  readonly queue: Queue;
  close(): Promise<void>;
}

export interface FleetOptions {
  readonly url: string;
  readonly connections: number;
  /** A worker looks after the jobs of all. */
  readonly isWorker: boolean;
  /** Of accounts that are queued from now on; undefined: as before. */
  readonly leaseSeconds?: number | undefined;
  readonly onError: (error: Error) => void;
}

/** Makes what is missing in the database. @throws InterimapError DATABASE_READ, DATABASE_VERSION */
export async function openFleet({ url, connections, isWorker, leaseSeconds, onError }: FleetOptions): Promise<Fleet> {
  const database = openDatabase({ url, application: "interimap-fleet", connections });
  try {
    await migrate(database);
    const queue = await Queue.open(database, { supervises: isWorker, leaseSeconds, onError });
    return {
      ...{ database, queue },
      close: async () => {
        await queue.close();
        await database.close();
      },
    };
  } catch (error) {
    await database.close().catch(() => undefined);
    throw error;
  }
}
