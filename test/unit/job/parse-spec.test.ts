// A job as the process that does it reads it.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { CopySpec, SyncSpec } from "../../../src/job/job-spec.ts";
import { parseSpec } from "../../../src/job/parse-spec.ts";

const spec: CopySpec = {
  engine: "copy",
  options: ["--host1=a", "--user1=é\n"],
  secrets: { password1: "hidden", password2: "" },
  limits: { octets: 5, seconds: undefined },
  targets: { allowsPrivate: false, ports: [143, 993] },
};

const pair: SyncSpec = {
  ...{ engine: "sync", settings: ["host1=a", "max-delete=5"], database: "/a/state.db" },
  ...{ mayBeOlder: true, allowsMassDelete: false },
  ...{ secrets: spec.secrets, limits: spec.limits, targets: spec.targets },
};

test("comes as it was sent", () => {
  assert.deepEqual(parseSpec(JSON.stringify(spec)), spec);
  const open: CopySpec = { ...spec, targets: { allowsPrivate: true, ports: undefined } };
  assert.deepEqual(parseSpec(JSON.stringify(open)), open);
  assert.deepEqual(parseSpec(JSON.stringify(pair)), pair);
});

test("what is wrong is said, and nothing of what was sent", () => {
  const { options, secrets, limits, targets } = spec;
  const wrong: unknown[] = [
    ...[
      null,
      [],
      "hidden",
      { engine: "copy", secrets, limits, targets },
      { ...spec, options: [1] },
      { ...spec, options: "hidden" },
    ],
    ...[
      { engine: "copy", options, limits, targets },
      { ...spec, secrets: { password1: "hidden" } },
      { ...spec, secrets: ["hidden"] },
    ],
    ...[
      { ...spec, limits: { octets: -1 } },
      { ...spec, limits: { seconds: "hidden" } },
      { engine: "copy", options, secrets, targets },
    ],
    ...[
      { engine: "copy", options, secrets, limits },
      { ...spec, targets: {} },
      { ...spec, targets: { allowsPrivate: "no" } },
    ],
    ...[{ ...spec, targets: { allowsPrivate: false, ports: ["hidden"] } }],
    ...[
      { ...spec, engine: "hidden" },
      { ...spec, engine: "sync" },
      { ...pair, settings: "hidden" },
    ],
    ...[
      { ...pair, database: "hidden" },
      { ...pair, mayBeOlder: "hidden" },
      { ...pair, engine: "copy" },
    ],
    ...[{ ...pair, allowsMassDelete: "hidden" }],
  ];
  const texts = [...wrong.map((value) => JSON.stringify(value)), "", `{"password1":"hidden`];
  for (const text of texts)
    assert.throws(
      () => parseSpec(text),
      (error: unknown) => error instanceof TypeError && !/hidden|undefined/.test(error.message),
      text,
    );
});

test("where nothing is said of ports, or null, it is not taken for any port", () => {
  const text = JSON.stringify({ ...spec, targets: { allowsPrivate: false, ports: null } });
  assert.throws(() => parseSpec(text), TypeError);
});
