// What the original does with messages: a rule, what goes in, the options, what comes out.

export interface Fact {
  readonly area: string;
  readonly input: unknown;
  readonly options: Readonly<Record<string, unknown>>;
  readonly expected: unknown;
}

export const facts: readonly Fact[] = [
  { area: "header.normalize", input: ["hhh", "aa  bb   ccc   "], options: {}, expected: "HHH: AA BB CCC" },
  { area: "header.normalize", input: ["hhh", "vvv\t\txx\tyy"], options: {}, expected: "HHH: VVV XX YY" },
  { area: "header.normalize", input: ["hhh", "\u0080AB\u00ff"], options: {}, expected: "HHH: XABX" },
  { area: "header.signature", input: { key1: ["val1_key1"] }, options: { useheader: [] }, expected: null },
  {
    area: "header.signature",
    input: { key1: ["val1_key1", "val3_key1", " val2_key1"] },
    options: { useheader: ["KEY1"] },
    expected: "KEY1: VAL1_KEY1KEY1: VAL2_KEY1KEY1: VAL3_KEY1",
  },
  {
    area: "header.parse",
    input:
      "KEY_1: VAL_1\nKEY_2: VAL_2\n  VAL_2_+\n        VAL_2_++\nKEY_3: VAL_3\nKEY_1: VAL_1_other\nKEY_5 BLANC:  VAL_5\n\nKEY_6_BAD_BODY: VAL_6\n",
    options: {},
    expected: {
      KEY_1: ["VAL_1", "VAL_1_other"],
      KEY_2: ["VAL_2 VAL_2_+ VAL_2_++"],
      KEY_3: ["VAL_3"],
      "KEY_5 BLANC": [" VAL_5"],
    },
  },
  {
    area: "header.parse",
    input: " KEY_1: VAL_1\nKEY_3: VAL_3\nKEY_1: VAL_1_other\n",
    options: {},
    expected: "KEY_3 = [VAL_3]; the value VAL_1_other of KEY_1 is found although the first line begins with a blank",
  },
];
