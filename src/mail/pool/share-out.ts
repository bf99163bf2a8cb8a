// Shares mailboxes out over connections. A connection whose server is far away works on several mailboxes at once, so that
// none waits for the others' answers; where there is much to do, further connections join in.

import { type Channel, openChannel } from "../../imap/mailbox/channel.ts";
import type { Session } from "../../imap/session/session.ts";
import { type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import type { SessionPair } from "./pair.ts";

export interface Job {
  readonly name: string;
  /** How many messages it is about, more or less. */
  readonly messages: number;
}

export interface Workforce {
  readonly sessions: PerSide<Session>;
  readonly connections: SessionPair;
  /** No new job is begun then. */
  readonly stop: AbortSignal;
}

/** What two servers on this machine need for a mailbox, and for a message in it, in ms. */
const mailboxMs = 4;
const messageMs = 0.1;
/** How much estimated work, in ms, is worth another connection, which begins with a login. */
const connectionMs = 100;
/** How long a round trip, in ms, is worth working on one more mailbox meanwhile. */
const roundTripShareMs = 1;
/** Each may have messages in flight, and every switch from one to another is a SELECT. */
const mostAtOnce = 16;

/** Does every job, the largest first. @throws the first error, when the others in hand are done. */
export async function shareOut<T extends Job>(
  jobs: readonly T[],
  { sessions, connections, stop }: Workforce,
  work: (job: T, channels: PerSide<Channel>) => Promise<void>,
): Promise<void> {
  const queue = jobs.toSorted((a, b) => b.messages - a.messages);
  const failures: unknown[] = [];
  const acquired: Session[] = [];
  const workOff = async (channels: PerSide<Channel>): Promise<void> => {
    for (;;) {
      const job = failures.length > 0 || stop.aborted ? undefined : queue.shift();
      if (job === undefined) return;
      await work(job, channels).catch((error: unknown) => failures.push(error));
    }
  };
  const workWith = async (pair: PerSide<Session>): Promise<void> => {
    const workers = Array.from({ length: atOnce(pair) }, () => workOff(perSide((side) => openChannel(pair[side]))));
    await Promise.all(workers);
  };
  const join = async (): Promise<void> => {
    const extra = await acquireBoth(connections);
    acquired.push(...extra.values());
    if (extra.size > 0) await workWith(perSide((side) => extra.get(side) ?? sessions[side]));
  };
  await Promise.all([workWith(sessions), ...Array.from({ length: helpers(jobs) }, join)]);
  for (const session of acquired) connections.release(session);
  if (failures.length > 0) throw failures[0];
}

async function acquireBoth(connections: SessionPair): Promise<Map<Side, Session>> {
  const found = await Promise.all(sides.map(async (side) => [side, await connections.acquire(side)] as const));
  return new Map(found.flatMap(([side, session]) => (session === undefined ? [] : [[side, session]])));
}

/** How many connections, beside the first, the work is worth. */
function helpers(jobs: readonly Job[]): number {
  const totalMs = jobs.reduce((sum, { messages }) => sum + mailboxMs + messages * messageMs, 0);
  return Math.min(jobs.length - 1, Math.floor(totalMs / connectionMs));
}

function atOnce(pair: PerSide<Session>): number {
  const roundTripMs = Math.max(...sides.map((side) => pair[side].roundTripMs));
  return Math.min(mostAtOnce, Math.max(1, Math.ceil(roundTripMs / roundTripShareMs)));
}
