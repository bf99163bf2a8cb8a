// A release is refused before anything is changed, with all reasons at once.

import assert from "node:assert/strict";
import { test } from "node:test";
import { planRelease, type ReleaseInput } from "../../../scripts/lib/release-plan.ts";

const changelog =
  "# Changelog\n\nWhat is new.\n\n## Unreleased\n\n### Added\n\n- A thing.\n\n## 1.0.0 - 2026-01-02\n\n- All.\n";
const usual: ReleaseInput = { version: "1.1.0", current: "1.0.0", changelog, uncommitted: [], date: "2026-12-01" };

test("the section Unreleased gets the version and the date, and an empty one takes its place", () => {
  const plan = planRelease(usual);
  assert.deepEqual(plan.obstacles, []);
  assert.match(plan.changelog, /## Unreleased\n\n## 1\.1\.0 - 2026-12-01\n\n### Added\n\n- A thing\.\n\n## 1\.0\.0/);
});

for (const [what, change, reason] of [
  ["a word", { version: "next" }, /is no version/],
  ["the version that is there", { version: "1.0.0" }, /is not newer than 1\.0\.0/],
  ["an older one", { version: "0.9.9" }, /is not newer/],
  ["a stage before the release that is there", { version: "1.0.0-beta.9" }, /is not newer/],
  ["a version that the changelog has", { version: "1.0.0" }, /has a section 1\.0\.0/],
  ["nothing new", { changelog: changelog.replace("- A thing.", "") }, /no entry below Unreleased/],
  ["work that is not committed", { uncommitted: [" M README.md"] }, /not committed:.*README/],
] satisfies [string, Partial<ReleaseInput>, RegExp][])
  test(`${what} is refused`, () => {
    const { obstacles } = planRelease({ ...usual, ...change });
    assert.ok(
      obstacles.some((one) => reason.test(one)),
      String(obstacles),
    );
  });

for (const [older, newer] of [
  ["1.0.0-alpha.1", "1.0.0-alpha.2"],
  ["1.0.0-alpha.9", "1.0.0-alpha.10"],
  ["1.0.0-alpha.9", "1.0.0-beta.1"],
  ["1.0.0-rc.1", "1.0.0"],
  ["1.9.0", "1.10.0"],
] as const)
  test(`${newer} may follow ${older}`, () => {
    const { obstacles } = planRelease({
      ...usual,
      version: newer,
      current: older,
      changelog: changelog.replace("1.0.0", "0.0.1"),
    });
    assert.deepEqual(obstacles, []);
  });
