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
  /** Of a worker; undefined: it is none. */
  readonly leaseSeconds: number | undefined;
  readonly onError: (error: Error) => void;
}

const usualLeaseSeconds = 60;

/** Makes what is missing in the database. @throws InterimapError DATABASE_READ, DATABASE_VERSION */
export async function openFleet({ url, connections, leaseSeconds, onError }: FleetOptions): Promise<Fleet> {
  const database = openDatabase({ url, application: "interimap-fleet", connections });
  try {
    await migrate(database);
    const isWorker = leaseSeconds !== undefined;
    const queue = await Queue.open(database, {
      ...{ supervises: isWorker, leaseSeconds: leaseSeconds ?? usualLeaseSeconds, onError },
    });
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
