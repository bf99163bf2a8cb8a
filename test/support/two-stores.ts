// Two empty mail stores and a home for each test, on servers that the whole file shares. Both sides are reached through
// proxies, so that a test can see what is said, or step in at a line of its choice.

import type { TestContext } from "node:test";
import type { PerSide, Side } from "../../src/model/side.ts";
import { asUser, type MailServer } from "./mail-server.ts";
import { appendAll } from "./mail-store.ts";
import { type AppendMessage, quoted, RawImap } from "./raw-imap.ts";
import { type InterimapHome, makeHome, plainText, type SectionSettings } from "./run-interimap.ts";
import { snapshot } from "./snapshot.ts";
import { type ProxyOptions, startTrafficProxy, type TrafficProxy, type Verdict } from "./traffic-proxy.ts";

/** Accounts for Cyrus, which wants to know its users beforehand; one for each test. */
export const userNames: readonly string[] = Array.from({ length: 20 }, (_, number) => `t${number + 1}`);

export interface TwoStores extends PerSide<MailServer> {
  readonly home: InterimapHome;
  readonly proxies: PerSide<TrafficProxy>;
  /** Holds the next line that matches, until `action` is done; once, or `always`. */
  readonly hold: (side: Side, from: "client" | "server", trap: Trap) => void;
  /** No line of either end is held any more. */
  readonly release: (side: Side) => void;
}

interface Trap {
  readonly pattern: RegExp;
  readonly always?: boolean;
  readonly action: (line: string) => Verdict | Promise<Verdict>;
}

export interface StoresOptions {
  readonly settings?: SectionSettings;
  /** More lines of one side's section. */
  readonly sections?: Partial<PerSide<SectionSettings>>;
}

/** How many accounts of each server, known by its port, are in use. */
const usersOf = new Map<number, number>();

function freshUser(server: MailServer): MailServer {
  const count = usersOf.get(server.port) ?? 0;
  usersOf.set(server.port, count + 1);
  return asUser(server, userNames[count] ?? `t${count + 1}`);
}

/** Fresh users of the two servers, which may be one and the same. */
export async function twoStores(
  t: Pick<TestContext, "after">,
  servers: PerSide<MailServer>,
  { settings = {}, sections = {} }: StoresOptions = {},
): Promise<TwoStores> {
  const [local, remote] = [freshUser(servers.local), freshUser(servers.remote)];
  const [viaLocal, viaRemote] = [new Traps(), new Traps()];
  const proxies = {
    local: await startTrafficProxy(local, viaLocal.hooks),
    remote: await startTrafficProxy(remote, viaRemote.hooks),
  };
  const home = makeHome({
    local: { ...plainText(proxies.local.server), ...sections.local },
    remote: { ...plainText(proxies.remote.server), ...sections.remote },
    settings,
  });
  t.after(async () => {
    home.remove();
    await Promise.all([proxies.local.stop(), proxies.remote.stop()]);
  });
  return {
    local,
    remote,
    home,
    proxies,
    hold: (side, from, trap) => (side === "local" ? viaLocal : viaRemote)[from].push(trap),
    release: (side) => {
      const traps = side === "local" ? viaLocal : viaRemote;
      traps.client.length = traps.server.length = 0;
    },
  };
}

class Traps {
  readonly client: Trap[] = [];
  readonly server: Trap[] = [];
  readonly hooks: ProxyOptions = {
    onClientLine: (line) => spring(this.client, line),
    onServerLine: (line) => spring(this.server, line),
  };
}

function spring(traps: Trap[], line: string): Verdict | Promise<Verdict> {
  const index = traps.findIndex(({ pattern }) => pattern.test(line));
  const trap = traps[index];
  if (trap?.always !== true) traps.splice(index, index === -1 ? 0 : 1);
  return trap?.action(line);
}

/** Logs in as the server's user, and out afterwards. */
export async function asClient<T>(server: MailServer, work: (imap: RawImap) => Promise<T>): Promise<T> {
  const imap = await RawImap.login(server);
  try {
    return await work(imap);
  } finally {
    await imap.close();
  }
}

/** Runs commands one after the other; all must succeed. */
export function command(server: MailServer, ...lines: readonly string[]): Promise<void> {
  return asClient(server, async (imap) => {
    for (const line of lines) await imap.run(line);
  });
}

export interface MailParts {
  readonly flags?: readonly string[];
  readonly internalDate?: string;
  /** Header fields besides From, Subject and Message-ID. */
  readonly header?: readonly (string | Buffer)[];
  readonly body?: string | Buffer;
}

/** A message that is known by its name: `<name@example.org>`. */
export function mail(name: string, { flags = [], internalDate, header = [], body }: MailParts = {}): AppendMessage {
  const fields = [`From: a@example.org`, `Subject: ${name}`, `Message-ID: <${name}@example.org>`, ...header];
  return {
    bytes: Buffer.concat([
      ...fields.flatMap((field) => [Buffer.from(field), Buffer.from("\r\n")]),
      Buffer.from("\r\n"),
      Buffer.from(body ?? "text\r\n"),
    ]),
    flags,
    internalDate: internalDate ?? "01-Feb-2020 12:34:56 +0200",
  };
}

/** Messages `first`1, `first`2 and so on. */
export function mails(name: string, count: number, parts: MailParts = {}): AppendMessage[] {
  return Array.from({ length: count }, (_, index) => mail(`${name}${index + 1}`, parts));
}

/** `mailbox` is the name on the wire. */
export function deliver(server: MailServer, mailbox: string, ...messages: readonly AppendMessage[]): Promise<void> {
  return asClient(server, (imap) => appendAll(imap, mailbox, messages));
}

/** To several mailboxes, by names on the wire. */
export function deliverToEach(
  server: MailServer,
  messages: ReadonlyMap<string, readonly AppendMessage[]>,
): Promise<void> {
  return asClient(server, async (imap) => {
    for (const [mailbox, some] of messages) await appendAll(imap, mailbox, some);
  });
}

/** What a mailbox holds, a line each: the message's name and its flags in lower case, e.g. `one \seen work`. */
export async function contents(server: MailServer, mailbox = "INBOX"): Promise<string[]> {
  const messages = (await snapshot(server)).mailboxes.get(mailbox) ?? [];
  return messages
    .map(({ messageId, flags }) => [messageId.replace(/^<|@example\.org>$/g, ""), ...flags].join(" "))
    .sort();
}

/** Sets flags as another client would, e.g. `2:4 +FLAGS (\\Seen)`. */
export function store(server: MailServer, change: string, mailbox = "INBOX"): Promise<void> {
  return command(server, `SELECT ${quoted(mailbox)}`, `UID STORE ${change}`);
}

export function expunge(server: MailServer, uids: string, mailbox = "INBOX"): Promise<void> {
  return command(
    server,
    `SELECT ${quoted(mailbox)}`,
    `UID STORE ${uids} +FLAGS.SILENT (\\Deleted)`,
    `UID EXPUNGE ${uids}`,
  );
}
