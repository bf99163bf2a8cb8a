import assert from "node:assert/strict";
import { test } from "node:test";
import { type FlagSet, flagSet } from "../../../../src/model/flags.ts";
import { formatUidSet } from "../../../../src/model/uid-set-text.ts";
import { StoreGroups, wantedBy } from "../../../../src/sync/flags/same-flags-groups.ts";

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

test("without mod-sequences equal differences share a group, and each message has what becomes of its own flags", () => {
  const groups = new StoreGroups();
  const set = (key: string): FlagSet => flagSet(key.split(" "));
  const add = (uid: number, from: string, to: string): void => {
    groups.add("local", uid, { present: set(from), flags: set(to), unchangedSince: 0n });
  };
  add(1, "a", "a s");
  add(2, "b", "b s");
  add(3, "b x", "b s");
  add(4, "a", "a");
  groups.add("local", 5, { flags: set("a s"), unchangedSince: 0n });
  const all = groups.of("local");
  assert.deepEqual(
    all.map(({ uids }) => formatUidSet(uids)),
    ["1:2", "3", "4", "5"],
  );
  const wanted = (i: number, present: string): string | undefined => wantedBy(all[i]!)(set(present))?.key;
  assert.deepEqual([wanted(0, "a"), wanted(0, "b"), wanted(1, "b x"), wanted(2, "a")], ["a s", "b s", "b s", "a"]);
  assert.equal(wantedBy(all[0]!)(undefined), undefined);
  assert.equal(wantedBy(all[3]!)(undefined)?.key, "a s");
});

test("what cannot be sent of a message's flags is left as it is, whatever the messages have", () => {
  const groups = new StoreGroups();
  const odd = flagSet(["k\xe9y", "a"]);
  groups.add("local", 1, { present: odd, flags: flagSet(["k\xe9y", "a", "b"]), unchangedSince: 5n });
  groups.add("local", 2, { present: flagSet(["\xe9"]), flags: flagSet(["\xe9", "b"]), unchangedSince: 5n });
  const [group, ...others] = groups.of("local");
  assert.ok(group && others.length === 0);
  assert.equal(wantedBy(group)(odd), flagSet(["k\xe9y", "a", "b"]));
});
