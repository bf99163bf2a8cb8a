import assert from "node:assert/strict";
import { test } from "node:test";
import { flagSet } from "../../../../src/model/flags.ts";
import { formatUidSet } from "../../../../src/model/uid-set-text.ts";
import { StoreGroups } from "../../../../src/sync/flags/same-flags-groups.ts";

test("equal flags and mod-sequence share a group, in any order of UIDs; sides are apart", () => {
  const groups = new StoreGroups();
  const [a, b] = [flagSet(["a"]), flagSet(["b"])];
  groups.add("local", 9, { flags: a, unchangedSince: 5n });
  groups.add("local", 1, { flags: b, unchangedSince: 5n });
  groups.add("local", 8, { flags: a, unchangedSince: 5n });
  groups.add("local", 7, { flags: a, unchangedSince: 6n });
  groups.add("remote", 3, { flags: a, unchangedSince: 5n });
  const shown = (side: "local" | "remote"): string[] =>
    groups
      .of(side)
      .map(({ uids, flags, unchangedSince }) => `${formatUidSet(uids)} ${flags.key} ${String(unchangedSince)}`);
  assert.deepEqual(shown("local"), ["8:9 a 5", "1 b 5", "7 a 6"]);
  assert.deepEqual(shown("remote"), ["3 a 5"]);
});
