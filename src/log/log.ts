// The interface for lines to people and for diagnosis. Implementations sit beside this file.

import type { Side } from "../model/side.ts";

/** What a line is about; the log-prefix setting is formatted from it. */
export interface LogContext {
  readonly side?: Side;
  /** For people: UTF-8. */
  readonly mailbox?: string;
  /** What else there is to say for programs; asked only where these read. */
  readonly fields?: () => LogFields;
}

export type LogFields = Readonly<Record<string, string | number | boolean>>;

export type Level = "debug" | "info" | "warn" | "error";

/** How lines look. */
export interface LineForm {
  /** Whether they have the time in them, wherever they go. */
  readonly hasTime: boolean;
  /** Without a line break. */
  line(level: Level, text: string, context: LogContext): string;
}

export interface Log {
  /** Whether wire traffic is wanted; checked before a line is built, so that nobody pays for what is not read. */
  readonly traffic: boolean;
  /** Whether credentials may be shown in traffic (--debug given twice). */
  readonly showsSecrets: boolean;
  debug(text: string, context?: LogContext): void;
  info(text: string, context?: LogContext): void;
  warn(text: string, context?: LogContext): void;
  error(text: string, context?: LogContext): void;
}
