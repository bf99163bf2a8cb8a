import assert from "node:assert/strict";
import { test } from "node:test";
import { pairInboxLevels } from "../../../../src/mail/listing/inbox-levels.ts";
import type { Listing } from "../../../../src/mail/listing/list-mailboxes.ts";
import { type PerSide, perSide } from "../../../../src/model/side.ts";

interface World extends PerSide<readonly string[]> {
  readonly known?: readonly string[];
  readonly references?: PerSide<string>;
}

/** With `/` for NUL: how the names are paired, which rows are renamed, and what clashes. */
function paired({ known = [], references = { local: "", remote: "" }, ...servers }: World): unknown {
  const inner = (name: string): string => name.replaceAll("/", "\0");
  const shown = (name: string): string => name.replaceAll("\0", "/");
  const listings = perSide((side): Listing => ({
    naming: { delimiter: "/", reference: references[side] },
    unreadable: [],
    mailboxes: new Map(
      servers[side].map((wireName) => [
        inner(wireName),
        { wireName, exists: true, subscribed: false, state: undefined },
      ]),
    ),
  }));
  const rows = new Map(known.map((name, idx) => [inner(name), { idx }]));
  const { listings: now, respelt, clashes } = pairInboxLevels({ listings, known: rows });
  const named = perSide((side) => [...now[side].mailboxes].map(([name, { wireName }]) => `${shown(name)}=${wireName}`));
  return {
    ...named,
    ...(respelt.length > 0 && { respelt: respelt.map(({ idx, to }) => `${known[idx] ?? ""}>${shown(to)}`) }),
    ...(clashes.length > 0 && { clashes: clashes.map(({ side, names }) => `${side} ${names.map(shown).join(" ")}`) }),
  };
}

test("the first level is INBOX in any case, on either server; deeper levels keep theirs", () => {
  assert.deepEqual(paired({ local: ["INBOX/x", "INBOX/X"], remote: ["Inbox/x", "a/Inbox/x"] }), {
    local: ["INBOX/x=INBOX/x", "INBOX/X=INBOX/X"],
    remote: ["INBOX/x=Inbox/x", "a/Inbox/x=a/Inbox/x"],
  });
  assert.deepEqual(paired({ local: ["iNbOx/x/Y"], remote: [] }), { local: ["INBOX/x/Y=iNbOx/x/Y"], remote: [] });
});

test("what was recorded under another spelling is recorded anew", () => {
  assert.deepEqual(paired({ local: ["INBOX/x"], remote: ["Inbox/x"], known: ["Inbox/x", "b"] }), {
    local: ["INBOX/x=INBOX/x"],
    remote: ["INBOX/x=Inbox/x"],
    respelt: ["Inbox/x>INBOX/x"],
  });
});

test("two mailboxes on both servers are two; on one server they clash, and nothing is paired", () => {
  const two = ["INBOX/x", "Inbox/x"];
  assert.deepEqual(paired({ local: two, remote: two, known: two }), {
    local: ["INBOX/x=INBOX/x", "Inbox/x=Inbox/x"],
    remote: ["INBOX/x=INBOX/x", "Inbox/x=Inbox/x"],
  });
  for (const remote of [[], ["INBOX/x"], ["Inbox/x"], ["iNBOX/x"]]) {
    const { clashes } = paired({ local: two, remote }) as { clashes: readonly string[] };
    assert.match(clashes.join(), /^local INBOX\/x Inbox\/x/);
  }
  assert.deepEqual(paired({ local: ["Inbox/x"], remote: ["Inbox/x"], known: two }), {
    local: ["Inbox/x=Inbox/x"],
    remote: ["Inbox/x=Inbox/x"],
  });
});

test("below list-references on both sides it is a name as any other", () => {
  const references = { local: "a/", remote: "b/" };
  assert.deepEqual(paired({ local: ["INBOX/x"], remote: ["Inbox/x"], references }), {
    local: ["INBOX/x=INBOX/x"],
    remote: ["Inbox/x=Inbox/x"],
  });
});
