// A server as far as mailboxes go: it answers LIST, and notes every command.

import { withQresync } from "../../../src/imap/abilities.ts";
import { Capabilities } from "../../../src/imap/capabilities.ts";
import type { Command } from "../../../src/imap/command.ts";
import { CommandRefused } from "../../../src/imap/command-refused.ts";
import type { TaggedResponse } from "../../../src/imap/responses.ts";
import type { Session } from "../../../src/imap/session/session.ts";
import { defaultLimits } from "../../../src/model/server-limits.ts";
import type { Side } from "../../../src/model/side.ts";

export interface ListedServer {
  readonly session: Session;
  /** Each command without its tag, literals included. */
  readonly lines: readonly string[];
}

export interface ListedServerOptions {
  readonly side: Side;
  /** Wire names, and the attributes of each. */
  readonly mailboxes: ReadonlyMap<string, readonly string[]>;
  readonly delimiter: string | null;
  /** What single mailboxes are listed with instead. */
  readonly delimiters?: ReadonlyMap<string, string | null>;
  /** Answers a command other than LIST; the words of a refusal, or undefined for OK. */
  readonly onCommand?: (line: string) => string | undefined;
}

const ok: TaggedResponse = { kind: "tagged", tag: "", status: "OK", code: undefined, text: "" };

export function listedServer(options: ListedServerOptions): ListedServer {
  const { side, mailboxes, delimiter, delimiters, onCommand } = options;
  const lines: string[] = [];
  const run = async ({ name, parts, claim }: Command): Promise<TaggedResponse> => {
    await Promise.resolve();
    const line = parts.map((part) => (typeof part === "string" ? part : part.literal.toString("latin1"))).join("");
    lines.push(line);
    if (name !== "LIST") {
      const refusal = onCommand?.(line);
      if (refusal === undefined) return ok;
      throw new CommandRefused(name, { ...ok, status: "NO", text: refusal }, side);
    }
    if (line.endsWith(' ""')) claim?.({ kind: "list", attributes: ["\\Noselect"], delimiter, name: "" });
    else
      for (const [mailbox, attributes] of matching(line))
        claim?.({
          kind: "list",
          attributes,
          delimiter: delimiters?.has(mailbox) ? delimiters.get(mailbox)! : delimiter,
          name: mailbox,
        });
    return ok;
  };
  /** Those subscribed, if so asked; those asked for by name, of which `*` may be the end. */
  const matching = (line: string): (readonly [string, readonly string[]])[] => {
    const patterns = /^LIST (?:\(.*?\) )?"" (?:\((.*?)\)|(\S+)) RETURN/.exec(line);
    const asked = (patterns?.[1] ?? patterns?.[2] ?? "").split(" ").map((name) => name.replace(/^"(.*)"$/, "$1"));
    return [...mailboxes]
      .filter(([, attributes]) => !line.startsWith("LIST (SUBSCRIBED)") || attributes.includes("\\Subscribed"))
      .filter(([mailbox]) => asked.some((name) => mailbox === name || isBeginning(name, mailbox)));
  };
  const isBeginning = (pattern: string, mailbox: string): boolean =>
    pattern.endsWith("*") && mailbox.startsWith(pattern.slice(0, -1));
  // Never ends.
  const ended = new Promise<Error>(() => undefined);
  return {
    lines,
    session: {
      side,
      run,
      ended,
      capabilities: new Capabilities(["LIST-EXTENDED"]),
      limits: defaultLimits,
      abilities: withQresync,
    } as unknown as Session,
  };
}
