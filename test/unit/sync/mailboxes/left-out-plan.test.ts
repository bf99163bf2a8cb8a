import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListedMailbox, Listing } from "../../../../src/mail/listing/list-mailboxes.ts";
import type { LeftOut } from "../../../../src/state/left-out.ts";
import { planLeavingOut } from "../../../../src/sync/mailboxes/left-out-plan.ts";

function listing(mailboxes: Readonly<Record<string, readonly string[]>>): Listing {
  const listed = Object.entries(mailboxes).map(([name, uses]): [string, ListedMailbox] => [
    name,
    { wireName: name, exists: true, subscribed: false, state: undefined, uses },
  ]);
  return { naming: { delimiter: "/", reference: "" }, mailboxes: new Map(listed), unreadable: [] };
}

const nothing = listing({ INBOX: [] });
const skipped = new Set(["\\all", "\\flagged"]);
const allMail: LeftOut = { side: "remote", name: "All Mail", use: "\\all" };

test("what is used so on either side is left out on both", () => {
  for (const side of ["local", "remote"] as const) {
    const listings = {
      local: nothing,
      remote: nothing,
      [side]: listing({ INBOX: ["\\all"], a: ["\\all"], b: ["\\sent"] }),
    };
    const { names, news } = planLeavingOut({ listings, skipped, recorded: [] });
    assert.deepEqual([...names], ["a"]);
    assert.deepEqual(news, [{ side, name: "a", use: "\\all" }]);
  }
});

test("what was left out before is no news", () => {
  const listings = { local: nothing, remote: listing({ "All Mail": ["\\all"], Stars: ["\\flagged"] }) };
  const { names, news, all } = planLeavingOut({ listings, skipped, recorded: [allMail] });
  assert.deepEqual([...names], ["All Mail", "Stars"]);
  assert.deepEqual(
    news.map(({ name }) => name),
    ["Stars"],
  );
  assert.equal(all.length, 2);
});

test("it stays left out where the server tells no use any more, or does not list it now", () => {
  for (const remote of [listing({ "All Mail": [], Sent: [] }), nothing]) {
    const { names, all, news } = planLeavingOut({ listings: { local: nothing, remote }, skipped, recorded: [allMail] });
    assert.deepEqual([[...names], all, news], [["All Mail"], [allMail], []]);
  }
});

test("it takes part where the server tells other uses only, or nobody wants it left out", () => {
  const told = { local: nothing, remote: listing({ "All Mail": [], Sent: ["\\sent"] }) };
  assert.equal(planLeavingOut({ listings: told, skipped, recorded: [allMail] }).names.size, 0);
  const listings = { local: nothing, remote: listing({ "All Mail": ["\\all"] }) };
  const unwanted = planLeavingOut({ listings, skipped: new Set<string>(), recorded: [allMail] });
  assert.deepEqual([unwanted.names.size, unwanted.all], [0, []]);
});
