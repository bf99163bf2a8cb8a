import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { candidates } from "../../../src/cli/completion.ts";
import { scratchDirectory } from "../../support/scratch.ts";

const nowhere = { XDG_CONFIG_HOME: "/nonexistent", XDG_DATA_HOME: "/nonexistent" };

async function offered(words: readonly string[], env: NodeJS.ProcessEnv = nowhere): Promise<readonly string[]> {
  return (await candidates(["interimap", ...words], env)).map(({ word }) => word);
}

test("values of options", async () => {
  assert.deepEqual(await offered(["--delete", "--target", ""]), ["local", "remote", "database"]);
  assert.deepEqual(await offered(["--delete", "--target=r"]), ["--target=remote"]);
  assert.deepEqual(await offered(["--delete", "--target=local,"]), [
    "--target=local,remote",
    "--target=local,database",
  ]);
  assert.deepEqual(await offered(["--delete", "--target", "local,d"]), ["local,database"]);
  assert.deepEqual(await offered(["--completion="]), ["--completion=bash", "--completion=zsh", "--completion=fish"]);
  assert.deepEqual(await offered(["--watch="]), []);
});

test("options that exclude those that are there, or are there already, are not offered", async () => {
  const withStatus = await offered(["--status", "--"]);
  assert.ok(withStatus.includes("--json") && withStatus.includes("--config"));
  for (const name of ["--status", "--repair", "--delete", "--notify", "--watch", "--same-accounts"])
    assert.ok(!withStatus.includes(name), name);
  assert.ok(!(await offered(["--watch=5", "--re"])).includes("--repair"));
  assert.deepEqual(await offered(["--rep"]), ["--repair"]);
  assert.deepEqual(await offered(["--rep", "--", "--rep"]), []);
});

test("accounts, for --config", async () => {
  const directory = scratchDirectory("completion");
  mkdirSync(join(directory, "interimap", "folder"), { recursive: true });
  for (const name of ["config", "work"]) writeFileSync(join(directory, "interimap", name), "[local]\n[remote]\n");
  writeFileSync(join(directory, "interimap", "password"), "secret\n");
  const env = { ...nowhere, XDG_CONFIG_HOME: directory };
  assert.deepEqual([...(await offered(["--config", ""], env))].sort(), ["config", "work"]);
  assert.deepEqual(await offered(["--config=w"], env), ["--config=work"]);
  assert.deepEqual(await offered(["--config="]), []);
});

test("check and login, and the sides that they take", async () => {
  assert.deepEqual(await offered(["l"]), ["login"]);
  assert.deepEqual(await offered(["ch"]), ["check"]);
  assert.deepEqual(await offered(["check", ""]), ["local", "remote"]);
  assert.deepEqual(await offered(["login", ""]), ["local", "remote"]);
  assert.deepEqual(await offered(["--config", "work", "--quiet", "login", "r"]), ["remote"]);
  assert.deepEqual(await offered(["login", "local", ""]), []);
  assert.deepEqual(await offered(["import", ""]), ["mbsyncrc", "offlineimaprc"]);
  for (const others of [["--delete"], ["INBOX"], ["--"]]) assert.deepEqual(await offered([...others, "log"]), []);
});

test("without a configuration no mailbox is offered, and nothing is said", async () => {
  assert.deepEqual(await offered([""]), []);
  assert.deepEqual(await offered(["--delete", "a"]), []);
});
