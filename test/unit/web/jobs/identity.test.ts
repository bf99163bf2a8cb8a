import assert from "node:assert/strict";
import { test } from "node:test";
import { Identities } from "../../../../src/web/jobs/identity.ts";
import { sixValues } from "../../../support/web-jobs.ts";

const identities = new Identities();

test("the same six values are the same identity, whatever the case of the hosts", () => {
  assert.equal(identities.of({ ...sixValues }), identities.of({ ...sixValues, host1: "IMAP.Example.ORG" }));
  assert.match(identities.of(sixValues), /^[0-9a-f]{64}$/);
});

for (const name of Object.keys(sixValues) as (keyof typeof sixValues)[]) {
  test(`another ${name} is another identity`, () => {
    assert.notEqual(identities.of(sixValues), identities.of({ ...sixValues, [name]: `${sixValues[name]}x` }));
  });
}

test("what one value has less and the next has more is another identity", () => {
  const one = { ...sixValues, user1: "a", password1: "bc" };
  const other = { ...sixValues, user1: "ab", password1: "c" };
  assert.notEqual(identities.of(one), identities.of(other));
});

test("lengths are those in octets", () => {
  const one = { ...sixValues, password1: "ü", host2: "x" };
  const other = { ...sixValues, password1: "\u00c3", host2: "\u00bcx" };
  assert.notEqual(identities.of(one), identities.of(other));
});

test("each server has a key of its own", () => {
  assert.notEqual(identities.of(sixValues), new Identities().of(sixValues));
});
