// What LIST and LSUB list becomes what LIST-EXTENDED would have listed.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListResponse } from "../../../../src/imap/responses.ts";
import { selectListed } from "../../../../src/imap/verbs/plain-selection.ts";

function listed(name: string, ...attributes: string[]): ListResponse {
  return { kind: "list", delimiter: "/", name, attributes };
}

const subscription = (name: string): ListResponse => ({ ...listed(name), isSubscription: true });

const mailboxes = [
  listed("INBOX", "\\Marked"),
  listed("a", "\\Noselect"),
  listed("a/b", "\\Sent"),
  listed("c"),
  listed("a/b", "\\Sent"),
];
const subscriptions = [
  { ...listed("a", "\\Noselect"), isSubscription: true },
  subscription("inbox"),
  subscription("a/b"),
  subscription("gone/x"),
  subscription("a/b"),
];

const cases: readonly {
  readonly options: readonly string[];
  readonly patterns?: readonly string[];
  readonly expected: readonly string[];
}[] = [
  { options: [], expected: ["INBOX \\Marked \\Subscribed", "a \\Noselect", "a/b \\Sent \\Subscribed", "c"] },
  {
    options: ["subscribed"],
    expected: ["INBOX \\Marked \\Subscribed", "a/b \\Sent \\Subscribed", "gone/x \\NonExistent \\Subscribed"],
  },
  { options: ["SUBSCRIBED"], patterns: ["%"], expected: ["INBOX \\Marked \\Subscribed"] },
  { options: ["SUBSCRIBED", "REMOTE"], patterns: ["a/%", "c"], expected: ["a/b \\Sent \\Subscribed"] },
  {
    options: ["SUBSCRIBED", "RECURSIVEMATCH"],
    patterns: ["%"],
    expected: ["INBOX \\Marked \\Subscribed", "a \\Noselect", "gone \\NonExistent"],
  },
  {
    options: ["RECURSIVEMATCH", "SUBSCRIBED"],
    patterns: ["*"],
    expected: ["INBOX \\Marked \\Subscribed", "a/b \\Sent \\Subscribed", "gone/x \\NonExistent \\Subscribed"],
  },
];

for (const { options, patterns = ["*"], expected } of cases) {
  test(`(${options.join(" ")}) ${patterns.join(" ")}`, () => {
    const query = { selectOptions: options, reference: "", patterns };
    const selected = selectListed(query, { mailboxes, subscriptions });
    assert.deepEqual(
      selected.map(({ name, attributes }) => [name, ...attributes].join(" ")),
      expected,
    );
  });
}
