import assert from "node:assert/strict";
import { test } from "node:test";
import { print } from "../../../src/log/print.ts";

test("however often something is printed, Node.js has nothing to warn of", async () => {
  await print("");
  const before = process.stdout.listenerCount("error");
  for (let i = 0; i < 20; i++) await print("");
  assert.equal(process.stdout.listenerCount("error"), before);
});
