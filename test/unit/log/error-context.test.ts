import assert from "node:assert/strict";
import { test } from "node:test";
import { errorContext } from "../../../src/log/error-context.ts";
import { jsonLines } from "../../../src/log/json-log.ts";
import { Secrets } from "../../../src/log/secrets.ts";
import { InterimapError } from "../../../src/model/errors.ts";

test("a line about an error has its code, its exit code and its side", () => {
  const form = jsonLines(new Secrets());
  const fields = (error: InterimapError, side?: "local"): unknown[] => {
    const line = JSON.parse(form.line("error", "x", errorContext(error, side))) as Record<string, unknown>;
    return [line["code"], line["exitCode"], line["side"]];
  };
  const own = new InterimapError("CONNECT", "no way", { side: "remote" });
  assert.deepEqual(fields(own), ["CONNECT", 69, "remote"]);
  assert.deepEqual(fields(own, "local"), ["CONNECT", 69, "remote"]);
  assert.deepEqual(fields(new InterimapError("CREDENTIALS", "none"), "local"), ["CREDENTIALS", 77, "local"]);
  assert.deepEqual(fields(new InterimapError("CONFIG_INVALID", "x")), ["CONFIG_INVALID", 78, undefined]);
});
