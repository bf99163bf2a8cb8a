// A job as the process that does it reads it.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { JobSpec } from "../../../src/job/job-spec.ts";
import { parseSpec } from "../../../src/job/parse-spec.ts";

const spec: JobSpec = {
  options: ["--host1=a", "--user1=é\n"],
  secrets: { password1: "hidden", password2: "" },
  limits: { octets: 5, seconds: undefined },
  targets: { allowsPrivate: false, ports: [143, 993] },
};

test("comes as it was sent", () => {
  assert.deepEqual(parseSpec(JSON.stringify(spec)), spec);
  const open: JobSpec = { ...spec, targets: { allowsPrivate: true, ports: undefined } };
  assert.deepEqual(parseSpec(JSON.stringify(open)), open);
});

test("what is wrong is said, and nothing of what was sent", () => {
  const { options, secrets, limits, targets } = spec;
  const wrong: unknown[] = [
    ...[null, [], "hidden", { secrets, limits, targets }, { ...spec, options: [1] }, { ...spec, options: "hidden" }],
    ...[
      { options, limits, targets },
      { ...spec, secrets: { password1: "hidden" } },
      { ...spec, secrets: ["hidden"] },
    ],
    ...[
      { ...spec, limits: { octets: -1 } },
      { ...spec, limits: { seconds: "hidden" } },
      { options, secrets, targets },
    ],
    ...[
      { options, secrets, limits },
      { ...spec, targets: {} },
      { ...spec, targets: { allowsPrivate: "no" } },
    ],
    ...[{ ...spec, targets: { allowsPrivate: false, ports: ["hidden"] } }],
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
