// The messages that clients in the chaos write: each with a token of its own, most with a Message-ID.

import { createHash } from "node:crypto";
import type { Side } from "../../src/model/side.ts";
import type { Random } from "../support/random.ts";
import type { AppendMessage } from "../support/raw-imap.ts";
import type { Model } from "./chaos-model.ts";

export interface WrittenMessage extends AppendMessage {
  readonly token: string;
}

export interface WriterOptions {
  readonly side: Side;
  readonly random: Random;
  readonly model: Model;
}

export const flags = ["\\Seen", "\\Flagged", "\\Answered", "\\Draft", "\\Deleted", "work", "todo", "$Label1"];

/** Writes so many messages, and tells the model of them. */
export function makeWriter({ side, random, model }: WriterOptions): (howMany: number) => WrittenMessage[] {
  let tokens = 0;
  return (howMany) =>
    Array.from({ length: howMany }, () => {
      const token = `${side[0]!}${++tokens}`;
      const size = random.chance(0.05) ? random.integer(50_000, 400_000) : random.integer(1, 3_000);
      const lines = [
        `From: a@example.org`,
        `Subject: ${token}`,
        `X-Token: ${token}`,
        ...(random.chance(0.2) ? [] : [`Message-ID: <${token}@example.org>`]),
        "",
        ...Array.from({ length: Math.ceil(size / 70) }, () => token.padEnd(68, ".")),
        "",
      ];
      const bytes = Buffer.from(lines.join("\r\n"));
      // Each its own, so that even those without a Message-ID can be told apart.
      const seconds = 1_600_000_000 + 2 * tokens + (side === "local" ? 0 : 1);
      const chosen = random.some(flags, 0.15).filter((flag) => flag !== "\\Deleted");
      model.made({
        token,
        digest: createHash("sha256").update(bytes).digest("hex"),
        internalDate: seconds,
        flags: chosen.map((flag) => flag.toLowerCase()),
      });
      return { token, bytes, flags: chosen, internalDate: imapDate(seconds) };
    });
}

/** Seconds since 1970 as APPEND wants them. */
function imapDate(seconds: number): string {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) (\S+)/.exec(new Date(seconds * 1_000).toUTCString())!;
  return `${day}-${month}-${year} ${time} +0000`;
}
