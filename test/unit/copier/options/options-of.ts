// The options that a command line stands for.

import assert from "node:assert/strict";
import type { Options } from "../../../../src/copier/options/options.ts";
import { parseCommandLine } from "../../../../src/copier/options/parse-options.ts";
import { InterimapError } from "../../../../src/model/errors.ts";

export function optionsOf(...argv: string[]): Options {
  const parsed = parseCommandLine(argv);
  assert.ok(parsed.command === "copy", parsed.command);
  return parsed.options;
}

export function assertRefused(argv: readonly string[], message: RegExp, hint = /see imapsync --help$/): void {
  assert.throws(
    () => parseCommandLine(argv),
    (error) => {
      assert.ok(error instanceof InterimapError);
      assert.equal(error.exitCode, 64);
      assert.match(error.message, message);
      assert.ok(typeof error.hint === "string");
      assert.match(error.hint, hint);
      return true;
    },
  );
}
