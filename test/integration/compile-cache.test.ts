// Node 22 and newer keep what they compiled of the program, where nobody else can put anything in its place.

import assert from "node:assert/strict";
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { homeEnvironment, makeHome, runInterimap } from "../support/run-interimap.ts";

const built = fileURLToPath(new URL("../../dist/interimap.js", import.meta.url));

interface Outcome {
  readonly home: string;
  /** The directory that Node was told to use; undefined: none. */
  readonly kept: string | undefined;
}

/** Starts the program as Node 22 would, with a cache of Node's that only says where it is to be. */
async function start(
  t: { readonly after: (work: () => void) => void },
  { prepare = () => undefined, env = () => ({}) }: Surroundings = {},
): Promise<Outcome> {
  const home = makeHome({ local: { type: "tunnel" }, remote: { type: "tunnel" } });
  t.after(() => {
    home.remove();
  });
  const { directory } = home;
  const [hook, told] = [join(directory, "hook.cjs"), join(directory, "told")];
  writeFileSync(
    hook,
    `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "22.9.0" } });
     const enableCompileCache = (to) => require("node:fs").writeFileSync(${JSON.stringify(told)}, to);
     process.getBuiltinModule = (name) => (name === "node:module" ? { enableCompileCache } : require(name));`,
  );
  prepare(directory);
  const result = await runInterimap(home, ["--version"], {
    program: [process.execPath, "--require", hook, built],
    env: { ...homeEnvironment(home), XDG_CACHE_HOME: "", ...env(directory) },
  });
  assert.equal(result.status, 0, result.stderr);
  assert.match(result.stdout, /^interimap \d/);
  assert.equal(result.stderr, "");
  return { home: directory, kept: existsSync(told) ? readFileSync(told, "utf8") : undefined };
}

interface Surroundings {
  readonly prepare?: (home: string) => void;
  readonly env?: (home: string) => Record<string, string>;
}

test("it is below ~/.cache, for nobody else", async (t) => {
  const { home, kept } = await start(t);
  assert.equal(kept, join(home, ".cache/interimap"));
  assert.equal(statSync(kept).mode & 0o777, 0o700);
});

test("XDG_CACHE_HOME says where; a relative one does not count", async (t) => {
  const given = await start(t, { env: (home) => ({ XDG_CACHE_HOME: join(home, "elsewhere") }) });
  assert.equal(given.kept, join(given.home, "elsewhere/interimap"));
  const relative = await start(t, { env: () => ({ XDG_CACHE_HOME: "elsewhere" }) });
  assert.equal(relative.kept, join(relative.home, ".cache/interimap"));
});

const doubtful: readonly (readonly [what: string, surroundings: Surroundings])[] = [
  [
    "others may write to the home directory",
    {
      prepare: (home) => {
        chmodSync(home, 0o777);
      },
    },
  ],
  [
    "others may write to the cache directory",
    {
      prepare: (home) => {
        mkdirSync(join(home, ".cache"));
        chmodSync(join(home, ".cache"), 0o777);
      },
    },
  ],
  [
    "others may write to ours in it",
    {
      prepare: (home) => {
        mkdirSync(join(home, ".cache/interimap"), { recursive: true });
        chmodSync(join(home, ".cache/interimap"), 0o770);
      },
    },
  ],
  ["there is no home directory", { env: () => ({ HOME: "/nowhere/at/all" }) }],
  ["the home directory is not known", { env: () => ({ HOME: "" }) }],
  [
    "a file is in its place",
    {
      prepare: (home) => {
        writeFileSync(join(home, ".cache"), "");
      },
    },
  ],
];

for (const [what, surroundings] of doubtful) {
  test(`nothing is kept, and nothing said, where ${what}`, async (t) => {
    assert.equal((await start(t, surroundings)).kept, undefined);
  });
}

test(
  "nothing is kept where the home directory is somebody else's, as with sudo",
  { skip: process.getuid?.() !== 0 && "only root can give a directory away" },
  async (t) => {
    const { kept } = await start(t, {
      prepare: (home) => {
        chownSync(home, 1000, 1000);
      },
    });
    assert.equal(kept, undefined);
  },
);

test(
  "Node itself keeps it, and starts with it the next time",
  { skip: parseInt(process.versions.node) < 22 && "this is an older Node" },
  async (t) => {
    const home = makeHome({ local: { type: "tunnel" }, remote: { type: "tunnel" } });
    t.after(() => {
      home.remove();
    });
    const env = { ...homeEnvironment(home), XDG_CACHE_HOME: "" };
    const run = () => runInterimap(home, ["--version"], { program: [process.execPath, built], env });
    const { stdout } = await run();
    assert.ok(existsSync(join(home.directory, ".cache/interimap")));
    assert.equal((await run()).stdout, stdout);
    rmSync(join(home.directory, ".cache"), { recursive: true });
    assert.equal((await run()).stdout, stdout);
  },
);
