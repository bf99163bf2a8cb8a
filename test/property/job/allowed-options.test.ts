// Whatever the fields of a form are: what comes of them are options that are allowed, with these values.

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCommandLine } from "../../../src/copier/options/parse-options.ts";
import { optionsOfOriginal, optionsOfPage } from "../../../src/job/allowed-options.ts";
import { InterimapError } from "../../../src/model/errors.ts";
import { fc } from "../../support/examples.ts";

const allowed = new RegExp(
  `^--(?:(?:host|port|user|subfolder)[12]=.+|sslargs[12]=SSL_fingerprint=sha256\\$pub\\$[0-9a-fA-F]{64}|${[
    ...["dry1?", "just(?:login|connect|banner|folders|foldersizes|automap)", "automap", "addheader", "syncduplicates"],
    ...[
      "skipcrossduplicates",
      "delete[12]",
      "delete2duplicates",
      "(?:ssl|tls|compress|gmail|office|exchange|domino)[12]",
    ],
    ...["f1f2=[^=]+=.+", "folder=.+", "exitwhenover=\\d+", "nolog", "errorsmax=500", "maxsize=1000000000"],
    ...["skipemptyfolders", "filterbuggyflags"],
  ].join("|")})$`,
  "u",
);

const fieldNames = [
  ...[
    "host1",
    "user1",
    "password1",
    "host2",
    "user2",
    "password2",
    "dry",
    "dry1",
    "justlogin",
    "justconnect",
    "folder",
  ],
  ...[
    "f1f2",
    "subfolder1",
    "subfolder2",
    "fingerprint1",
    "fingerprint2",
    "delete1",
    "delete2",
    "exitwhenover",
    "gmail1",
  ],
  ...["pipemess", "sslargs1", "constructor", "__proto__", "toString", "abort", "var"],
];

const nasty = fc.constantFrom(
  ...[
    "--pipemess=x",
    "-",
    "--",
    "=",
    "a=b",
    "\n--log",
    "\0",
    "on",
    "1",
    "'",
    '"',
    "$(x)",
    "--passfile1=/etc/passwd",
    "[::1]:1",
  ],
);
const value = fc.oneof(nasty, fc.string({ unit: "binary", maxLength: 20 }), fc.string({ maxLength: 20 }));

const fields = fc
  .tuple(
    fc.record({
      ...{ host1: fc.oneof(fc.constant("imap.a.example"), value), user1: fc.oneof(fc.constant("u"), value) },
      ...{ host2: fc.oneof(fc.constant("imap.b.example"), value), user2: fc.oneof(fc.constant("u"), value) },
      ...{ password1: fc.oneof(fc.constant("p"), value), password2: fc.oneof(fc.constant("p"), value) },
    }),
    fc.dictionary(fc.oneof(fc.constantFrom(...fieldNames), value), fc.oneof(value, fc.array(value, { maxLength: 3 })), {
      maxKeys: 4,
    }),
  )
  .map(([six, more]) => ({ ...six, ...more }));

for (const [name, read] of Object.entries({ page: optionsOfPage, original: optionsOfOriginal }))
  test(name, () => {
    let accepted = 0;
    fc.assert(
      fc.property(fields, (form) => {
        const reading = read(form);
        if ("field" in reading) return;
        accepted++;
        for (const option of reading.options) {
          assert.match(option, allowed);
          assert.doesNotMatch(option, /[\0\r\n]/);
        }
        try {
          const line = parseCommandLine(reading.options);
          assert.ok(line.command === "copy");
          assert.deepEqual(
            [line.options.user1],
            [form.user1].flat().filter((user) => user.trim() !== ""),
          );
          assert.deepEqual([line.options.pipemess, line.options.log, line.options.password1], [[], false, undefined]);
        } catch (error) {
          if (!(error instanceof InterimapError) || error.code !== "USAGE") throw error;
        }
      }),
      { numRuns: 2000 },
    );
    assert.ok(accepted > 20, `only ${accepted}`);
  });
