import assert from "node:assert/strict";
import { test } from "node:test";
import { Capabilities } from "../../../../src/imap/capabilities.ts";
import type { Command } from "../../../../src/imap/command.ts";
import type { Session } from "../../../../src/imap/session/session.ts";
import { withSameIds } from "../../../../src/sync/renames/mailbox-ids.ts";

/** A server that tells these ids, by mailbox. */
function telling(told: Readonly<Record<string, string>>): Session {
  const run = async ({ parts, claim }: Command): Promise<unknown> => {
    await Promise.resolve();
    const [, name = ""] =
      /^STATUS "?([^" ]+)"? /.exec(parts.map((part) => (typeof part === "string" ? part : "")).join("")) ?? [];
    claim?.({ kind: "mailbox-status", name, mailboxId: told[name] } as never);
    return { kind: "tagged", tag: "", status: "OK", code: undefined, text: "" };
  };
  return { side: "local", capabilities: new Capabilities(["OBJECTID"]), run } as unknown as Session;
}

async function found(
  told: Readonly<Record<string, string>>,
  recorded: readonly (readonly [idx: number, id: string])[],
  others: readonly string[] = [],
): Promise<boolean> {
  const same = await withSameIds(
    { session: telling(told), ids: new Map(recorded) },
    [{ idx: 1, wireName: "new" }],
    others,
  );
  return same.length === 1;
}

test("a mailbox with the id that is recorded of it is the same one", async () => {
  assert.equal(await found({ new: "x" }, [[1, "x"]]), true);
  assert.equal(await found({ new: "y" }, [[1, "x"]]), false);
  assert.equal(await found({ new: "x" }, [[2, "x"]]), false);
});

test("an id that several mailboxes have says nothing", async () => {
  const both = [
    [1, "x"],
    [2, "x"],
  ] as const;
  assert.equal(await found({ new: "x" }, both), false);
  assert.equal(await found({ new: "x", INBOX: "x" }, [[1, "x"]], ["INBOX"]), false);
  assert.equal(await found({ new: "x", INBOX: "y" }, [[1, "x"]], ["INBOX"]), true);
});
