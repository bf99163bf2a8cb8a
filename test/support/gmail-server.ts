// A small IMAP server with Gmail's semantics, for what no other server shows: a message is under several labels, each of
// them a mailbox with UIDs of its own. test/support/gmail/ has its parts; what is known from Google's documents and what
// is assumed, is said there. Any user name will do; the password is "p". Mail is in memory.
//
// Its words and limits are those that Google's help pages and other programs' users quote: 15 connections, 2,500 MB down
// and 500 MB up a day.

import { createServer, type Socket } from "node:net";
import { Account, type AccountSettings } from "./gmail/account.ts";
import { Connection, type Premises } from "./gmail/connection.ts";
import { listen } from "./inet-settings.ts";
import type { MailServer } from "./mail-server.ts";

export interface GmailOptions extends Partial<AccountSettings> {
  /** How many connections may be logged in; Gmail's 15 unless told. */
  readonly connections?: number;
  /** Octets that may be appended to one account; then APPEND is refused. */
  readonly dailyUpload?: number;
  readonly withoutCapabilities?: readonly string[];
  readonly user?: string;
}

/** After login; before it there are fewer. COMPRESS=DEFLATE, which Gmail has, is left out, and QUOTA has no commands here. */
const capabilities: readonly string[] =
  "IMAP4rev1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN X-GM-EXT-1 UIDPLUS ENABLE MOVE CONDSTORE ESEARCH UTF8=ACCEPT LIST-EXTENDED LIST-STATUS LITERAL- SPECIAL-USE APPENDLIMIT=35651584".split(
    " ",
  );

export const gmailWords = {
  tooMany: "NO [ALERT] Too many simultaneous connections. (Failure)",
  bandwidth: "* BYE [ALERT] Account exceeded command or bandwidth limits. (Failure)",
  overQuota: "NO [OVERQUOTA] Account has exceeded its upload limit for today. (Failure)",
} as const;

export interface GmailServer extends MailServer {
  readonly kind: "gmail";
  /** The model itself: what a user of the web sees and does. */
  account(user?: string): Account;
  /** Answers commands that match with `answer` ("NO ...", "BAD ...", "* BYE ..."), as often as told, without obeying. */
  refuse(pattern: RegExp, answer: string, times?: number): void;
  /** All commands are obeyed again. */
  relent(): void;
  /** Every command since the start, without literals and with its tag. */
  readonly commands: readonly string[];
}

export async function startGmail(options: GmailOptions = {}): Promise<GmailServer> {
  const { autoExpunge = true, expungeBehavior = "archive", localNames = {}, user = "u" } = options;
  const accounts = new Map<string, Account>();
  const connections = new Map<Connection, Socket>();
  const refusals: { readonly pattern: RegExp; readonly answer: string; left: number }[] = [];
  const commands: string[] = [];
  const accountOf = (name: string): Account => {
    const known = accounts.get(name) ?? new Account({ autoExpunge, expungeBehavior, localNames });
    accounts.set(name, known);
    return known;
  };
  const overQuota = (line: string, account: Account | undefined): string | undefined => {
    const isOver = (account?.uploaded ?? 0) > (options.dailyUpload ?? Infinity);
    return isOver && /^\S+ APPEND /i.test(line) ? gmailWords.overQuota : undefined;
  };
  const premises: Premises = {
    accountOf,
    password: "p",
    capabilities: capabilities.filter((name) => !options.withoutCapabilities?.includes(name)),
    verdictOn: (line, account) => {
      commands.push(line);
      const refusal = refusals.find(({ pattern, left }) => left > 0 && pattern.test(line));
      if (refusal !== undefined) refusal.left--;
      return refusal?.answer ?? overQuota(line, account);
    },
    mayLogIn: () => [...connections.keys()].filter(({ isLoggedIn }) => isLoggedIn).length < (options.connections ?? 15),
  };
  const listener = createServer((socket) => {
    const connection = new Connection(socket, premises);
    connections.set(connection, socket);
    socket.on("close", () => connections.delete(connection));
  });
  const port = await listen(listener);
  const hangUp = (): void => {
    for (const socket of connections.values()) socket.destroy();
  };
  return {
    kind: "gmail",
    isBare: true,
    host: "127.0.0.1",
    port,
    tlsPort: undefined,
    certificateFile: undefined,
    user,
    password: "p",
    delimiter: "/",
    prefix: "",
    directory: "",
    account: (name = user) => accountOf(name),
    refuse: (pattern, answer, times = Infinity) => refusals.push({ pattern, answer, left: times }),
    relent: () => {
      refusals.length = 0;
    },
    commands,
    tunnelCommand: () => {
      throw new Error("no tunnel leads to this server");
    },
    restart: (meanwhile) => {
      hangUp();
      meanwhile?.();
      return Promise.resolve();
    },
    stop: () => {
      hangUp();
      return new Promise((resolve) => listener.close(() => resolve()));
    },
  };
}
