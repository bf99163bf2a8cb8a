// The state of a running daemon, as `--status`, SIGUSR2, systemd's status line and the metrics file show it. Plain
// JSON; times are milliseconds since 1970.

import type { PerSide, Side } from "./side.ts";

/** How changes on a server are noticed: RFC 5465, RFC 2177 for some mailboxes and polling for the rest, or polling. */
export type Detection = "notify" | "idle" | "poll";

/** How the way to a server fares. */
export interface ConnectionState {
  /** `waiting`: for the next attempt, at `retryAt`. */
  readonly state: "connecting" | "connected" | "waiting";
  /** Since when there is a connection, or none: attempts to get one do not count. */
  readonly since: number;
  readonly retryAt?: number;
  /** Why the connection was lost or refused last, one line. */
  readonly reason?: string;
  /** How often a connection was made since the start. */
  readonly connections: number;
}

export interface LinkState extends ConnectionState {
  /** Unknown before the first connection. */
  readonly detection?: Detection;
}

/** The last time that every mailbox was looked at, and how that went. */
export interface LookState {
  readonly at: number;
  readonly durationMs: number;
  /** How many mailboxes and messages. */
  readonly skipped: number;
  readonly mailboxesSkipped: readonly SkippedMailbox[];
}

export interface SkippedMailbox {
  /** The program's name; undefined when it cannot be read, or all of them are meant. */
  readonly mailbox?: string | undefined;
  readonly side?: Side | undefined;
  /** One line. */
  readonly reason: string;
}

export interface WatchState {
  readonly pid: number;
  readonly startedAt: number;
  readonly sides: PerSide<LinkState>;
  readonly activity: "connecting" | "synchronising" | "waiting" | "stopping";
  readonly lastLook?: LookState;
  /** Looks at everything, and mailboxes synchronised, since the start. */
  readonly looks: number;
  readonly mailboxesSynchronised: number;
  /** When everything is looked at again unless something happens before; undefined while working. */
  readonly nextLookAt?: number;
}
