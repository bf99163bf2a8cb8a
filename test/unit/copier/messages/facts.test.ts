import assert from "node:assert/strict";
import { test } from "node:test";
import { identityRules, wantedLines } from "../../../../src/copier/messages/header-identity.ts";
import { headerFields, normalizedLine, withoutEightBit } from "../../../../src/copier/messages/header-lines.ts";
import { type Fact, facts } from "./facts.ts";

type Rule = (input: never, options: never) => unknown;

interface IdentityInput {
  readonly useheader: readonly string[];
}

const rules: Readonly<Record<string, Rule>> = {
  "header.normalize": ([name, value]: [string, string]) => withoutEightBit(normalizedLine(name, value)),
  "header.signature": (header: Record<string, string[]>, { useheader }: IdentityInput) => {
    const fields = Object.entries(header).flatMap(([name, values]) => values.map((value) => ({ name, value })));
    // The original has no header by default there.
    const wanted = { ...identityRules(noOptions), wanted: new Set(useheader.map((name) => name.toUpperCase())) };
    const lines = wantedLines(fields, wanted);
    return lines.length === 0 ? null : lines.join("");
  },
  "header.parse": (header: string) => {
    const values: Record<string, string[]> = {};
    for (const { name, value } of headerFields(header)) (values[name] ??= []).push(value);
    return values;
  },
};

const noOptions = {
  useheader: [],
  skipheader: undefined,
  messageidnodomain: false,
  skipsize: true,
  addheader: false,
};

/** Where the table has words instead of a value. */
const inWords: ReadonlyMap<unknown, unknown> = new Map([
  [
    "KEY_3 = [VAL_3]; the value VAL_1_other of KEY_1 is found although the first line begins with a blank",
    { KEY_3: ["VAL_3"], KEY_1: ["VAL_1_other"] },
  ],
]);

for (const fact of facts) {
  void test(`${fact.area}: ${JSON.stringify(fact.input)} ${JSON.stringify(fact.options)}`, () => {
    assert.deepEqual(apply(fact), inWords.get(fact.expected) ?? fact.expected);
  });
}

function apply({ area, input, options }: Fact): unknown {
  const rule = rules[area];
  assert.ok(rule !== undefined, `nothing for ${area}`);
  return rule(input as never, options as never);
}
