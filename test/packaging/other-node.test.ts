// The package that `npm pack` makes, installed under another Node.js than that of the tests. NODES=22,24,26 tries several.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import packageJson from "../../package.json" with { type: "json" };
import { startDovecot } from "../support/dovecot.ts";
import { appendAll } from "../support/mail-store.ts";
import { makeMail } from "../support/message-generator.ts";
import { seededRandom } from "../support/random.ts";
import { RawImap } from "../support/raw-imap.ts";
import { makeHome, runInterimap } from "../support/run-interimap.ts";
import { scratchDirectory } from "../support/scratch.ts";
import { diffSnapshots, snapshot } from "../support/snapshot.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const versions = (process.env["NODES"] ?? "24").split(",");

/** npm has Node.js itself, as a package with its headers. Kept from one run to the next. */
function nodeDirectory(major: string): string {
  const prefix = join(root, ".cache", `node-${major}`);
  const name = `node-linux-${process.arch}`;
  const directory = join(prefix, "node_modules", name);
  if (!existsSync(join(directory, "bin/node"))) {
    const args = ["install", "--no-save", "--ignore-scripts", `--prefix=${prefix}`, `${name}@${major}`];
    execFileSync("npm", args, { stdio: ["ignore", "ignore", "inherit"] });
  }
  return directory;
}

interface Installed {
  readonly node: string;
  readonly directory: string;
  readonly program: (name: string) => string;
}

function install(major: string): Installed {
  const node = nodeDirectory(major);
  const prefix = scratchDirectory(`installed-${major}`);
  // Without scripts: the build has been made, and others use it meanwhile.
  const pack = ["pack", "--silent", "--ignore-scripts", `--pack-destination=${prefix}`];
  const tarball = execFileSync("npm", pack, { cwd: root, encoding: "utf8" }).trim();
  const env = {
    ...process.env,
    PATH: [join(node, "bin"), process.env["PATH"]].join(delimiter),
    npm_config_nodedir: node,
    // Neither a download, nor the minute that fast code takes to make.
    npm_config_build_from_source: "true",
    CFLAGS: "-O0",
    CXXFLAGS: "-O0",
  };
  const args = ["install", "--global", `--prefix=${prefix}`, "--allow-scripts=better-sqlite3", join(prefix, tarball)];
  execFileSync("npm", args, { env, cwd: prefix, stdio: ["ignore", "ignore", "inherit"] });
  return {
    node: join(node, "bin/node"),
    directory: join(prefix, "lib/node_modules/interimap"),
    program: (name) => join(prefix, "bin", name),
  };
}

async function synchronises(t: TestContext, { node, program }: Installed): Promise<void> {
  const [local, remote] = [await startDovecot({ separator: "." }), await startDovecot()];
  t.after(() => Promise.all([local.stop(), remote.stop()]));
  const home = makeHome({ local, remote });
  t.after(() => home.remove());
  const random = seededRandom(24);
  const imap = await RawImap.login(remote);
  await appendAll(imap, "INBOX", [makeMail(random), makeMail(random)]);
  await imap.close();
  const run = async (...args: readonly string[]): Promise<string> => {
    const result = await runInterimap(home, args, { program: [node, program("interimap")] });
    assert.equal(result.status, 0, result.stderr);
    // Such as a warning that something is deprecated.
    assert.doesNotMatch(result.stderr, /\(node:\d+\)/);
    return result.stdout + result.stderr;
  };
  await run();
  assert.deepEqual(diffSnapshots(await snapshot(local), await snapshot(remote)), []);
  assert.match(await run("--status"), /INBOX +2 +2/);
  assert.match(await run("--repair"), /Nothing to repair/);
}

for (const major of versions) {
  describe(`Node.js ${major}`, { skip: process.platform === "linux" ? false : "npm has it for Linux" }, () => {
    let installed: Installed;

    test("the package installs, with one package beside it that it uses", () => {
      installed = install(major);
      const { directory } = installed;
      assert.match(execFileSync(installed.node, ["--version"], { encoding: "utf8" }), new RegExp(`^v${major}\\.`));
      const { dependencies } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as typeof packageJson;
      assert.deepEqual(Object.keys(dependencies), ["better-sqlite3"]);
      const beside = readdirSync(join(directory, "node_modules"));
      for (const name of ["fastify", "imapflow", "yargs", "pino"]) assert.ok(!beside.includes(name), name);
      for (const place of ["man/interimap.1", "systemd/interimap.service", "config.example.ini", "docs/errors.md"])
        assert.ok(existsSync(join(directory, place)), place);
    });

    test("each program starts", () => {
      for (const name of ["interimap", "imapsync", "imapsync-web"]) {
        const said = execFileSync(installed.node, [installed.program(name), "--version"], { encoding: "utf8" });
        assert.ok(said.includes(packageJson.version), said);
      }
    });

    test("two servers are synchronised, and agree", (t) => synchronises(t, installed));
  });
}
