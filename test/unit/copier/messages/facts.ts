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
  { area: "date.normalize", input: "24-Aug-2010 16:00:00 +0200", options: {}, expected: "24-Aug-2010 16:00:00 +0200" },
  { area: "date.normalize", input: "24-Aug-2010 16:00:00", options: {}, expected: "24-Aug-2010 16:00:00 +0000" },
  {
    area: "date.normalize",
    input: "Tue, 24 Aug 2010 16:00:00 +0200",
    options: {},
    expected: "24-Aug-2010 16:00:00 +0200",
  },
  {
    area: "date.normalize",
    input: "Wed, 1 Sep 2010 16:00:00 +0200 (CEST)",
    options: {},
    expected: "01-Sep-2010 16:00:00 +0200",
  },
  { area: "date.normalize", input: "Wed Jan  2 08:40:57 2008", options: {}, expected: "02-Jan-2008 08:40:57 +0000" },
  { area: "date.normalize", input: "24 Aug 2010 16:00:00 +0200", options: {}, expected: "24-Aug-2010 16:00:00 +0200" },
  {
    area: "date.normalize",
    input: "Tue, 24 Aug 1997 16.00.00 +0200",
    options: {},
    expected: "24-Aug-1997 16:00:00 +0200",
  },
  {
    area: "date.normalize",
    input: "Tue, 24 Aug 1997 5:6:2 +0200",
    options: {},
    expected: "24-Aug-1997 05:06:02 +0200",
  },
  {
    area: "date.normalize",
    input: "Wednesday, 01 October 2003 12:45:24 CDT",
    options: {},
    expected: "01-Oct-2003 12:45:24 +0000",
  },
  {
    area: "date.normalize",
    input: "Wednesday, December 18, 2002 03:07 PM",
    options: {},
    expected: "18-Dec-2002 15:07:00 +0000",
  },
  { area: "date.normalize", input: "21-Jun-2001", options: {}, expected: "21-Jun-2001 11:11:11 +0000" },
  { area: "date.epoch", input: "24-Aug-2010 12:00:00 -0200", options: {}, expected: 1282658400 },
  { area: "date.epoch", input: "24-Aug-2010 16:01:00 +0201", options: {}, expected: 1282658400 },
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
  { area: "msg.addheader", input: "123456789", options: {}, expected: "Message-Id: <123456789@imapsync>" },
  { area: "msg.truncate", input: "abc", options: { truncmess: 2 }, expected: "ab" },
  { area: "msg.truncate", input: "123456789\n", options: { truncmess: 5 }, expected: "12345" },
  { area: "msg.max_line_length", input: "a\nabcd\nabc\n", options: {}, expected: 5 },
  { area: "msg.max_line_length", input: "a\nab\nabc", options: {}, expected: 3 },
  {
    area: "msg.subject",
    input: "From: lalala\nSubject: cuicui\nDate: zzzzzz\n\nSubject: toto le hero\n",
    options: {},
    expected: "cuicui",
  },
  { area: "msg.subject", input: "From: lalala\nDate: zzzzzz\n\nSubject: toto le hero\n", options: {}, expected: "" },
  { area: "msg.regexmess", input: "popopo", options: { regexmess: ["s/p/Z/g"] }, expected: "ZoZoZo" },
  {
    area: "msg.regexmess",
    input: "From <tartanpion@machin.truc>",
    options: { regexmess: ["s{\\AFrom\\ [^\\n]*(\\n)?}{}gxms"] },
    expected: "",
  },
  {
    area: "msg.regexmess",
    input: "abc",
    options: { regexmess: ["s{(?<![\\n])\\z}{\\r\\n}gxms"] },
    expected: "abc\r\n",
  },
  {
    area: "msg.regexmess",
    input: "abcdefghijkl",
    options: { regexmess: ["s,(.{5}),$1\\r\\n,g"] },
    expected: "abcde\r\nfghij\r\nkl",
  },
  {
    area: "msg.disarmreadreceipts",
    input: "A: 1\r\n\r\nDisposition-Notification-To: a\r\n\r\nx\r\n",
    options: {},
    expected: "A: 1\r\n\r\nDisposition-Notification-To: a\r\n\r\nx\r\n",
  },
  { area: "msg.skipmess", input: "rrrrrr", options: { skipmess: ["/popopo/"] }, expected: false },
  { area: "msg.skipmess", input: "Hi!", options: { skipmess: ["m{A}", "m{B}"] }, expected: false },
  { area: "msg.skipmess", input: "Ho!", options: { skipmess: ["m{\\A(?!.*i)}"] }, expected: true },
];
