import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { sanitised, sanitisedHost } from "../../../../src/copier/accounts/sanitise.ts";

const facts = [
  {
    input: { host1: " example.com ", user1: " to to ", password1: " sex is good! " },
    expected: { host1: "example.com", user1: "to to", password1: "sex is good!" },
  },
  {
    input: { host1: " example.com ", user1: " to to ", password1: "sex is good!" },
    expected: { host1: "example.com", user1: "to to", password1: "sex is good!" },
  },
];

describe("option.credentials_trim", () => {
  for (const { input, expected } of facts) {
    test(JSON.stringify(input), () => {
      const { credentials } = sanitised({ host: input.host1, user: input.user1, password: input.password1 }, 1);
      assert.deepEqual({ host1: credentials.host, user1: credentials.user, password1: credentials.password }, expected);
    });
  }
});

describe("option.host_sanitize", () => {
  for (const [input, expected] of [
    ["  imap.exam  ple.org   ", "imap.example.org"],
    ["/imap.example.org/", "imap.example.org"],
  ] as const) {
    test(JSON.stringify(input), () => {
      assert.equal(sanitisedHost(input), expected);
    });
  }
});

test("each change has a line, in which no password is", () => {
  const { notices } = sanitised({ host: "h ", user: "\tu", password: " secret" }, 2);
  assert.equal(notices.length, 3);
  assert.ok(notices.every((line) => !line.includes("secret")));
  assert.deepEqual(sanitised({ host: "h", user: undefined, password: "a b" }, 1).notices, []);
});
