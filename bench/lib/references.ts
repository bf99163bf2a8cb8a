// What the programs are compared with besides each other: the least that the work can take.

import type { MailServer } from "../../test/support/mail-server.ts";
import { RawImap } from "../../test/support/raw-imap.ts";
import { type Cost, measure } from "./measure.ts";
import { relay } from "./relay.ts";
import { batchesOf, type Link, messagesOf, type Situation } from "./situation.ts";

export const referenceNames = ["node -e 0", "one connection", "two connections", "relay"] as const;
export type ReferenceName = (typeof referenceNames)[number];

const ourBatches = { octets: 1 << 20, messages: 500 };

export interface Work {
  readonly situation: Situation;
  readonly link: Link;
  /** Has no mail. */
  readonly target: MailServer;
}

export async function runReference(
  name: ReferenceName,
  { situation, link, target }: Work,
): Promise<Partial<Cost> & Pick<Cost, "seconds">> {
  switch (name) {
    case "node -e 0": {
      const { seconds, cpuSeconds, peakBytes } = await measure([process.execPath, "-e", "0"], {
        cwd: "/",
        env: process.env,
      });
      return { seconds, cpuSeconds, peakBytes };
    }
    case "one connection":
      return { seconds: await replay(situation, target, 1) };
    case "two connections":
      return { seconds: await replay(situation, target, 2) };
    case "relay":
      return relay(situation, link);
  }
}

/** How long the MULTIAPPENDs of INBOX take a client that has them ready and writes them as fast as the server reads. */
async function replay(situation: Situation, target: MailServer, connections: number): Promise<number> {
  const batches = [...batchesOf(messagesOf(situation, "INBOX"), ourBatches)];
  const startedAt = performance.now();
  const clients = await Promise.all(Array.from({ length: connections }, () => RawImap.login(target)));
  await Promise.all(
    clients.map(async (client, lane) => {
      // One command ahead, so that the server never waits; all of them at once would be a second copy of the mail.
      let before: Promise<unknown> = Promise.resolve();
      for (let i = lane; i < batches.length; i += connections) {
        const next = client.append("INBOX", batches[i] ?? []);
        await before;
        before = next;
      }
      await before;
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  await Promise.all(clients.map((client) => client.close()));
  return seconds;
}
