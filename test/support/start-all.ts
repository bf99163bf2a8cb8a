// Servers that all tests of a file share.

import { after } from "node:test";
import type { MailServer } from "./mail-server.ts";

type Starting = Readonly<Record<string, Promise<MailServer>>>;

/** Waits for servers that are being started, and stops them when the last test of the file has ended. */
export async function startAll<T extends Starting>(starting: T): Promise<{ readonly [Name in keyof T]: MailServer }> {
  const results = await Promise.allSettled(Object.values(starting));
  const started = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  after(() => Promise.all(started.map((server) => server.stop())));
  const failure = results.find((result) => result.status === "rejected");
  if (failure !== undefined) throw failure.reason;
  return Object.fromEntries(Object.keys(starting).map((name, i) => [name, started[i]])) as {
    readonly [Name in keyof T]: MailServer;
  };
}
