import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { maskedArguments } from "../../../../src/copier/accounts/command-line.ts";

describe("option.mask_password", () => {
  for (const [input, expected] of [
    [["--blabla", "--password1", "secret1", "--blibli"], "--blabla --password1 MASKED --blibli"],
    [
      ["-password2=s", "--oauthaccesstoken1", "t", "--oauthdirect2=x"],
      "-password2=MASKED --oauthaccesstoken1 MASKED --oauthdirect2=MASKED",
    ],
    [["--passfile1", "f", "--user1", "--password1x"], "--passfile1 f --user1 --password1x"],
  ] as const) {
    test(expected, () => {
      assert.equal(maskedArguments(input).join(" "), expected);
    });
  }
});

test("ps does not show a password that is on the command line", async () => {
  const script = `
    import { readFileSync } from "node:fs";
    const { hideSecretArguments } = await import(${JSON.stringify(new URL("../../../../src/copier/accounts/command-line.ts", import.meta.url).href)});
    hideSecretArguments("imapsync", process.argv.slice(1));
    process.stdout.write(readFileSync("/proc/self/cmdline"));`;
  const argv = ["--import", "tsx", "--input-type=module", "-e", script, "--", "--password1", "s3cret"];
  const { stdout } = await promisify(execFile)(process.execPath, argv);
  assert.match(stdout, /^imapsync .*MASKED/);
  assert.ok(!stdout.includes("s3cret"));
});
