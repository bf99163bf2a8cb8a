// The client as the commands see it: who it is, what it has selected, what it knows.

import type { Account, Entry, Mailbox } from "./account.ts";
import type { Token } from "./read-command.ts";

export interface Selected {
  readonly mailbox: Mailbox;
  readonly isReadOnly: boolean;
  readonly known: readonly Entry[];
}

export interface Client {
  /** Of the command that is being carried out. */
  readonly tag: string;
  /** @throws Refusal before the login. */
  readonly account: Account;
  readonly capabilities: readonly string[];
  readonly tellsModSeqs: boolean;
  /** @throws Refusal */
  logIn(user: string, password: string): void;
  open(mailbox: Mailbox, isReadOnly: boolean): void;
  close(): void;
  /** With the messages as the client numbers them. @throws Refusal when there is none, or it is open for reading only. */
  selected(how?: { readonly forWriting?: boolean }): Selected;
  /** RFC 7162 3.1.1: from now on mod-sequences are told. */
  tellModSeqs(): void;
  /** The client has just learnt the state of a message. */
  noteTold(entry: Entry): void;
  say(...parts: readonly (string | Buffer)[]): void;
}

/** Returns what follows OK in the tagged answer; default: "Success". @throws Refusal */
export type Handler = (client: Client, args: readonly Token[]) => string | undefined;
