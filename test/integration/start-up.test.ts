// What a run with nothing to do costs: what it loads, and how often it waits for a server.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { heldTimers } from "../support/held-timers.ts";
import { interimapCommand, runInterimap } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import { twoStores } from "../support/two-stores.ts";

const { server } = await startAll({ server: startDovecot() });

/** By the names of files: whether V8 took what was compiled of them. */
type Taken = Readonly<Record<string, boolean>>;

/** A file for `--require`, and what the last process that had it took. */
function compiledHook(directory: string): { readonly hook: string; readonly taken: () => Taken } {
  const hook = join(directory, "compiled.cjs");
  const list = join(directory, "compiled");
  writeFileSync(
    hook,
    `const vm = require("node:vm");
     const taken = {};
     vm.Script = class extends vm.Script {
       constructor(text, options) {
         super(text, options);
         if (options.cachedData) taken[require("node:path").basename(options.filename)] = !this.cachedDataRejected;
       }
     };
     process.on("exit", () => require("node:fs").writeFileSync(${JSON.stringify(list)}, JSON.stringify(taken)));`,
  );
  return { hook, taken: () => JSON.parse(readFileSync(list, "utf8")) as Taken };
}

/** What a run does only after it has lasted for a while, it does not do with this environment, however slow the machine. */
function neverLate(): Readonly<Record<string, string>> {
  const timers = heldTimers();
  timers.hold(200);
  return timers.env;
}

test("modules of Node that few runs need are not loaded", async (t) => {
  const { home } = await twoStores(t, { local: server, remote: server });
  const hook = join(home.directory, "hook.cjs");
  const list = join(home.directory, "loaded");
  writeFileSync(
    hook,
    `process.on("exit", () => require("node:fs").writeFileSync(${JSON.stringify(list)}, process.moduleLoadList.join("\\n")));`,
  );
  const [node = "", ...program] = interimapCommand();
  const env = neverLate();
  for (const run of ["first", "second"]) {
    const result = await runInterimap(home, [], { env, program: [node, "--require", hook, ...program] });
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
     const texts = [];
     vm.Script = class extends vm.Script {
       constructor(text, options) {
         super(text, options);
         if (!options.filename.endsWith("main.js")) texts.push(text);
       }
     };
     process.on("exit", () => {
       const files = Object.keys(require.cache).join("\\n");
       require("node:fs").writeFileSync(${JSON.stringify(list)}, files + "\\n" + texts.join("\\n"));
     });`,
  );
  const [node = "", ...program] = interimapCommand();
  const env = neverLate();
  const loadedBy = async (...args: string[]): Promise<string> => {
    const result = await runInterimap(home, args, { env, program: [node, "--require", hook, ...program] });
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

for (const program of ["imapsync", "imapsync-job", "interimap-job"])
  test(`${program} takes what the build has had compiled`, async (t) => {
    const { home } = await twoStores(t, { local: server, remote: server });
    const { hook, taken } = compiledHook(home.directory);
    const [node = "", launcher = ""] = interimapCommand();
    // Jobs that are told nothing end with an error.
    spawnSync(node, ["--require", hook, join(dirname(launcher), `${program}.js`), "--version"], { stdio: "ignore" });
    assert.equal(taken()[`${program}-main.js`], true);
  });

test("a run takes what the build has had compiled, and does without where it is of another build or another Node", async (t) => {
  const { home } = await twoStores(t, { local: server, remote: server });
  const { hook, taken } = compiledHook(home.directory);
  const [node = "", launcher = ""] = interimapCommand();
  const env = neverLate();
  const takenBy = async (program: string): Promise<Taken> => {
    const result = await runInterimap(home, [], { env, program: [node, "--require", hook, program] });
    assert.equal(result.status, 0, result.stderr);
    return taken();
  };
  const first = Object.entries(await takenBy(launcher));
  assert.ok(first.some(([name, isTaken]) => name === "main.js" && isTaken));
  assert.ok(first.some(([name, isTaken]) => name.startsWith("visit-") && isTaken));
  assert.deepEqual(await takenBy(launcher), { "main.js": true });

  const installation = join(home.directory, "installation");
  for (const part of ["dist", "migrations", "package.json"])
    cpSync(join(dirname(launcher), "..", part), join(installation, part), { recursive: true });
  symlinkSync(join(dirname(launcher), "../node_modules"), join(installation, "node_modules"));
  const compiled = join(installation, "dist/main.compiled");
  const copied = join(installation, "dist/interimap.js");
  const written = readFileSync(compiled);
  const heading = written.toString("latin1", 0, written.indexOf("}}") + 2);
  const changed: readonly (readonly [string, string])[] = [
    [process.versions.node, "20.0.0"],
    ["interimap", "otherimap"],
  ];
  for (const [from, to] of changed) {
    const other = heading.replace(from, to);
    writeFileSync(compiled, Buffer.concat([Buffer.from(other.padEnd(8192)), written.subarray(8192)]));
    assert.deepEqual(await takenBy(copied), {}, to);
  }
  // Cut off.
  writeFileSync(compiled, written.subarray(0, 100_000));
  assert.deepEqual(await takenBy(copied), {});
  rmSync(compiled);
  assert.deepEqual(await takenBy(copied), {});
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
