// What the original does with messages: a rule, what goes in, the options, what comes out.

export interface Fact {
  readonly area: string;
  readonly input: unknown;
  readonly options: Readonly<Record<string, unknown>>;
  readonly expected: unknown;
}

export const facts: readonly Fact[] = [
  { area: "flags.for_host2", input: "\\Recent \\Seen", options: {}, expected: "\\Seen" },
  { area: "flags.for_host2", input: "\\DELETED \\Seen", options: { flagscase: false }, expected: "\\DELETED \\Seen" },
  {
    area: "flags.for_host2",
    input: "\\Seen \\Blabla",
    options: { flagscase: true, filterflags: true, permanentflags: "\\Seen \\Junk" },
    expected: "\\Seen",
  },
  {
    area: "flags.for_host2",
    input: "\\Seen \\Blabla",
    options: { flagscase: true, filterflags: true, permanentflags: "" },
    expected: "\\Seen \\Blabla",
  },
  {
    area: "flags.permanentflags",
    input: [" * OK [PERMANENTFLAGS (\\* \\Draft \\Answered)] Limited"],
    options: {},
    expected: "",
  },
  { area: "flags.permanentflags", input: ["Blabla"], options: {}, expected: "" },
  { area: "flags.case", input: "\\DRAFT  LALA \\SEEN", options: {}, expected: "\\Draft LALA \\Seen" },
  {
    area: "flags.regexflag",
    input: "\\Seen NonJunk $Spam",
    options: { regexflag: ["s/\\\\Seen//g"] },
    expected: " NonJunk $Spam",
  },
  {
    area: "flags.regexflag",
    input: "\\Seen NonJunk \\Middle $Spam \\End",
    options: { regexflag: ["s/(\\s|^)[^\\\\]\\w+//g"] },
    expected: "\\Seen \\Middle \\End",
  },
  {
    area: "flags.regexflag",
    input: "ReA Keep1 REM Keep2 ReB",
    options: { regexflag: ["s/.*?(Keep1|Keep2|Keep3)/$1 /g"] },
    expected: "Keep1 Keep2  ReB",
  },
  {
    area: "flags.regexflag",
    input: "REM Keep1 REM Keep2 REM REM Keep3 REM",
    options: { regexflag: ["s/.*?(Keep1|Keep2|Keep3)/$1 /g", "s/(Keep1|Keep2|Keep3) (?!(Keep1|Keep2|Keep3)).*/$1 /g"] },
    expected: "Keep1 Keep2 Keep3 ",
  },
  {
    area: "flags.regexflag",
    input: "\\Deleted",
    options: { regexflag: ["s,\\\\Seen,,", "s,,\\\\Seen ,"] },
    expected: "\\Seen \\Deleted",
  },
  {
    area: "flags.filterbuggy",
    input: "\\Deleted \\RECEIPTCHECKED \\Flagged \\Answered \\Indexed \\Draft",
    options: {},
    expected: "\\Deleted  \\Flagged \\Answered  \\Draft",
  },
  { area: "flags.filterbuggy", input: "\\Seen \\Junk $Junk", options: {}, expected: "\\Seen  $Junk" },
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
