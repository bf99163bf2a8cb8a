// What a run with nothing to do costs: what it loads, and how often it waits for a server.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { heldTimers } from "../support/held-timers.ts";
import { interimapCommand, runInterimap } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import { twoStores } from "../support/two-stores.ts";

const { server } = await startAll({ server: startDovecot() });

test("modules of Node that few runs need are not loaded", async (t) => {
  const { home } = await twoStores(t, { local: server, remote: server });
  const hook = join(home.directory, "hook.cjs");
  const list = join(home.directory, "loaded");
  writeFileSync(
    hook,
    `process.on("exit", () => require("node:fs").writeFileSync(${JSON.stringify(list)}, process.moduleLoadList.join("\\n")));`,
  );
  const [node = "", ...program] = interimapCommand();
  for (const run of ["first", "second"]) {
    const result = await runInterimap(home, [], { program: [node, "--require", hook, ...program] });
    assert.equal(result.status, 0, `${run} run: ${result.stderr}`);
  }
  const loaded = readFileSync(list, "utf8").split("\n");
  assert.ok(loaded.includes("NativeModule net"));
  for (const name of ["child_process", "crypto", "tls", "worker_threads", "zlib"]) {
    assert.ok(!loaded.includes(`NativeModule ${name}`), `${name} is loaded`);
  }
});

test("packages are loaded for what they are for only: a plain run has none of them, nor their files", async (t) => {
  const { home } = await twoStores(t, { local: server, remote: server });
  const hook = join(home.directory, "compiled.cjs");
  const list = join(home.directory, "compiled");
  // Whatever is imported with import() is compiled when it is.
  writeFileSync(
    hook,
    `const vm = require("node:vm");
     const { compileFunction } = vm;
     const texts = [];
     vm.compileFunction = (text, ...more) => (texts.push(text), compileFunction(text, ...more));
     process.on("exit", () => {
       const files = Object.keys(require.cache).join("\\n");
       require("node:fs").writeFileSync(${JSON.stringify(list)}, files + "\\n" + texts.join("\\n"));
     });`,
  );
  const [node = "", ...program] = interimapCommand();
  const loadedBy = async (...args: string[]): Promise<string> => {
    const result = await runInterimap(home, args, { program: [node, "--require", hook, ...program] });
    assert.equal(result.status, 0, result.stderr);
    return readFileSync(list, "utf8");
  };
  await loadedBy();
  for (const args of [[], ["--status"], ["--version"]]) {
    const loaded = await loadedBy(...args);
    const few = /YargsInstance|help[.]js|stdTimeFunctions|json-log[.]js|oauth4webapi|saslprep|SocksClient|ImapFlow/;
    assert.ok(!few.test(loaded), `interimap ${args.join(" ")}: ${few.exec(loaded)?.[0]}`);
  }
  for (const args of [["--help"], ["--completion=zsh"]])
    assert.match(await loadedBy(...args), /help[.]js[^]*YargsInstance/);
  writeFileSync(home.configFile, `log-format = json\n${readFileSync(home.configFile, "utf8")}`);
  assert.match(await loadedBy(), /json-log[.]js[^]*stdTimeFunctions/);
});

test("LIST leaves with ENABLE, and the answer to LOGOUT is not waited for", async (t) => {
  const stores = await twoStores(t, { local: server, remote: server });
  const said = (pattern: RegExp): Promise<void> =>
    new Promise((resolve) => {
      stores.hold("remote", "client", {
        pattern,
        action: () => {
          resolve();
        },
      });
    });
  const isListed = said(/^\S+ LIST .*STATUS/);
  const isLeaving = said(/^\S+ LOGOUT/);
  stores.hold("remote", "server", { pattern: /^\* ENABLED/, action: () => isListed });
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  stores.hold("remote", "server", { pattern: /^\* BYE/, action: () => ended });
  // Where the answer is waited for, it is not given up either.
  const timers = heldTimers();
  timers.hold(1_000);
  const { status, stderr } = await runInterimap(stores.home, [], { env: timers.env });
  end();
  assert.equal(status, 0, stderr);
  await isLeaving;
});
