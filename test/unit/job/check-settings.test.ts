// The settings of a pair, before it is queued.

import assert from "node:assert/strict";
import { test } from "node:test";
import { settingsFault } from "../../../src/job/check-settings.ts";

const own = ["host1=a.example", "username1=u", "host2=b.example", "username2=v"];

function fault(...settings: readonly string[]): string | undefined {
  return settingsFault({ own, settings, reserved: new Set(["host", "password", "database"]) });
}

test("settings are those of a configuration file, for both servers or for one", () => {
  assert.equal(
    fault("max-delete=10%", "type1=imap", "STARTTLS1=NO", "connections=2", "ignore-mailbox=^Junk$"),
    undefined,
  );
});

for (const { what, settings, expected } of [
  { what: "no setting", settings: ["--automap"], expected: /^"--automap" is no setting; expected NAME=VALUE$/ },
  { what: "an unknown one", settings: ["max-delet=1"], expected: /^unknown setting "max-delet"; did you mean/ },
  { what: "a bad value", settings: ["connections2=many"], expected: /^connections: bad value "many"; expected / },
  { what: "one that is ours", settings: ["host2=c.example"], expected: /^host cannot be used here$/ },
  {
    what: "one that is of no server",
    settings: ["max-delete1=5"],
    expected: /^max-delete is for both servers; expected /,
  },
  { what: "a line break", settings: ["list-mailbox=a\n[remote]"], expected: /is no setting/ },
])
  test(`${what} is told`, () => {
    assert.match(fault(...settings) ?? "", expected);
  });

test("a secret that was written as a setting is not repeated", () => {
  assert.doesNotMatch(fault("password1=hunter2") ?? "", /hunter2/);
  assert.doesNotMatch(fault("pass word=hunter2") ?? "", /hunter2/);
});
