// Expressions of Perl, and texts to apply them to: each feature that is understood, and what is not.

import { fc } from "./examples.ts";

const maybe = (text: string): fc.Arbitrary<string> => fc.constantFrom("", "", text);
const joined = (...parts: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...parts).map((texts) => texts.join(""));

export const text = fc
  .array(fc.constantFrom(..."aaabbAB1_ ,.-\n\r\t\0\x85\xa0\xe9\xc9\x0b", "\r\n", "\\", "é"), { maxLength: 8 })
  .map((parts) => parts.join(""));

const classMember = fc.constantFrom(
  ..."abB1_ ,.\n\xe9",
  ...[
    "a-b",
    "A-B",
    "\\w",
    "\\W",
    "\\s",
    "\\d",
    "\\D",
    "\\h",
    "\\v",
    "\\n",
    "\\x85",
    "\\xa0-\\xff",
    "\\\\",
    "-",
    "\\-",
    "\\b",
  ],
  ...[
    "[:alpha:]",
    "[:^alpha:]",
    "[:punct:]",
    "[:space:]",
    "[:upper:]",
    "[:print:]",
    "[:blank:]",
    "[:cntrl:]",
    "[:word:]",
  ],
);
const characterClass = joined(
  fc.constantFrom("[", "[^", "[]", "[^]"),
  fc.array(classMember, { minLength: 1, maxLength: 3 }).map((members) => members.join("")),
  fc.constant("]"),
);
const simpleAtom = fc.constantFrom(
  ..."aabbAB1_ ,\n\xe9",
  ...[".", ".", "\\w", "\\W", "\\s", "\\S", "\\d", "\\D", "\\h", "\\H", "\\v", "\\V", "\\N", "(?:\\R|\\0\\0)"],
  ...[
    "\\b",
    "\\B",
    "^",
    "$",
    "\\A",
    "\\z",
    "\\Z",
    "\\n",
    "\\x61",
    "\\x{e9}",
    "\\.",
    "\\101",
    "\\Qa.\\E",
    "\\1",
    "\\g1",
    "\\2",
  ],
);
const quantifier = fc.constantFrom(
  ...["", "", "", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,2}?", "{1,}", "*+", "?+", "++"],
);
const opening = fc.constantFrom(
  ...["(", "(", "(", "(?:", "(?i:", "(?s-i:", "(?m:", "(?=", "(?!", "(?<=", "(?<!", "(?>", "(?<n>", "(?x: "],
);

export const { pattern } = fc.letrec<{ pattern: string; branch: string; piece: string; group: string }>((tie) => ({
  pattern: joined(
    fc.constantFrom("", "", "", "", "(?i)", "(?s)", "(?mi)"),
    tie("branch"),
    fc.oneof(
      { weight: 3, arbitrary: fc.constant("") },
      { weight: 1, arbitrary: joined(fc.constant("|"), tie("branch")) },
    ),
  ),
  branch: fc.array(tie("piece"), { maxLength: 3 }).map((pieces) => pieces.join("")),
  piece: joined(
    fc.oneof(
      { weight: 5, arbitrary: simpleAtom },
      { weight: 1, arbitrary: characterClass },
      { weight: 3, arbitrary: tie("group") },
    ),
    quantifier,
  ),
  group: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    simpleAtom,
    joined(opening, tie("pattern"), fc.constant(")")),
  ),
}));

const template = fc
  .array(
    fc.constantFrom(
      ...[
        "<",
        ">",
        "x",
        "Y",
        "$1",
        "$1",
        "${1}",
        "$2",
        "\\1",
        "$&",
        "$`",
        "$'",
        "$+{n}",
        "\\n",
        "\\x{e9}",
        "\\$",
        "\\/",
      ],
      ...["\\U", "\\L", "\\u", "\\l", "\\Q", "\\E", "\\E", "\\u\\L", "\\L\\u", "\\10", "\\t"],
    ),
    { maxLength: 5 },
  )
  .map((parts) => parts.join(""))
  // Perl has crashed on modes with nothing in them.
  .filter((whole) => !/\\[ULQul](?:$|\\[QE]|(?<!\\[ul])\\[ULul]|\\[ULul]\\)/.test(whole));

const flags = fc
  .uniqueArray(fc.constantFrom("g", "g", "i", "m", "s", "x"), { maxLength: 3 })
  .map((all) => all.join(""));

const { code } = fc.letrec<{ code: string; value: string }>((tie) => ({
  code: fc.oneof(
    { maxDepth: 3 },
    tie("value"),
    joined(tie("value"), fc.constantFrom(".", " . "), tie("value")),
    joined(tie("value"), fc.constant(" ? "), tie("code"), fc.constant(" : "), tie("code")),
  ),
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(
      "$1",
      "$2",
      "$&",
      "${1}",
      '"<$1>"',
      "'x$1\\\\'",
      "q()",
      "q{0}",
      "q(a(b)c)",
      "qq{\\u$1}",
      '"\\n"',
      "defined($1)",
    ),
    joined(fc.constantFrom("lc(", "uc(", "ucfirst(", "lcfirst(", "("), tie("code"), fc.constant(")")),
  ),
}));

export const substitution = fc.oneof(
  joined(fc.constant("s/"), pattern, fc.constant("/"), code, fc.constant("/e"), flags),
  joined(fc.constant("s/"), pattern, fc.constant("/"), template, fc.constant("/"), flags),
  joined(fc.constant("s{"), pattern, fc.constantFrom("}{", "} {"), template, fc.constant("}"), flags),
  joined(fc.constant("s|"), pattern, fc.constant("|"), template, fc.constant("|"), flags),
);

const listed = fc
  .array(
    fc.constantFrom(..."abcAB1 ,.-\n\xe9", "a-c", "A-C", "\\-", "\\n", "\\x80-\\xff", "\\\\", "\\/", "0-9", "$", "@"),
    {
      maxLength: 4,
    },
  )
  .map((parts) => parts.join(""));
export const transliteration = fc.oneof(
  joined(
    fc.constantFrom("tr/", "y/"),
    listed,
    fc.constant("/"),
    listed,
    fc.constant("/"),
    maybe("c"),
    maybe("d"),
    maybe("s"),
  ),
  joined(fc.constantFrom("tr'"), listed, fc.constant("'"), listed, fc.constant("'"), maybe("d")),
);

const fragment = fc.constantFrom(
  ..."sym/{}()[]|?*+\\$^.ab012,;-<>=!:# \n'\"qegix&",
  ...[
    "tr",
    "\\1",
    "\\x{",
    "\\U",
    "\\E",
    "\\Q",
    "(?<n>",
    "(?:",
    "(?=",
    "(?<=",
    "[:alpha:]",
    "{2}",
    "é",
    "(?i)",
    "$1",
    "defined(",
  ],
);
export const anything = fc.array(fragment, { maxLength: 14 }).map((parts) => parts.join(""));
