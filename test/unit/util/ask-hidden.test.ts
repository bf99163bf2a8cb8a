import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { shellWord } from "../../../src/util/shell-word.ts";

/** The program asks on a terminal of its own; what is typed there when it asks; what it shows, and how it ends. */
async function asked(typed: string): Promise<{ readonly shown: string; readonly status: number | null }> {
  const module = new URL("../../../src/util/ask-hidden.ts", import.meta.url).href;
  const program = `
    import { createHash } from "node:crypto";
    const { askHidden } = await import(${JSON.stringify(module)});
    const over = new AbortController();
    process.on("SIGINT", () => over.abort(new Error("interrupted")));
    const terminal = { input: process.stdin, output: process.stderr, signal: over.signal };
    try {
      for (const name of ["one", "two"]) {
        const answer = await askHidden("password of " + name + "? ", terminal);
        console.log("[" + createHash("sha256").update(answer).digest("hex").slice(0, 8) + "]");
      }
    } catch (error) {
      console.log(error.message);
      process.exitCode = 3;
    }
    process.stdin.destroy();`;
  const words = [process.execPath, "--import", "tsx", "--input-type=module", "-e", program].map(shellWord);
  const child = spawn("script", ["-qec", words.join(" "), "/dev/null"], { stdio: ["pipe", "pipe", "inherit"] });
  let shown = "";
  const answers = typed.split("|");
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    shown += text;
    const questions = shown.split("? ").length - 1;
    while (answers.length > 0 && 2 - answers.length < questions) child.stdin.write(answers.shift()!);
  });
  const [status] = (await once(child, "close")) as [number | null];
  return { shown, status };
}

test("what is typed is taken, and not shown", async () => {
  const { shown, status } = await asked("s3cret\r|p\u00e4ss wx\x7ford\r");
  assert.equal(status, 0, shown);
  assert.match(shown, /password of one\? \r?\n\[1ec1c26b\]\r?\npassword of two\? \r?\n\[/);
  assert.ok(!/s3c|ss w/.test(shown), shown);
});

test("Ctrl-C ends the question", async () => {
  const { shown, status } = await asked("s3c\x03|");
  assert.equal(status, 3, shown);
  assert.match(shown, /interrupted/);
});
