// systemd/* is what systemd accepts, and agrees with the program.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { parseArguments } from "../../../src/cli/options.ts";
import { parseArguments as parseFleetArguments } from "../../../src/fleet/command/options.ts";
import { exitCode } from "../../../src/model/exit-code.ts";
import { parseWebArguments } from "../../../src/web/command/options.ts";
import { scratchDirectory } from "../../support/scratch.ts";

const directory = new URL("../../../systemd/", import.meta.url);
const units = new Map(readdirSync(directory).map((name) => [name, readFileSync(new URL(name, directory), "utf8")]));

/** All values of a setting, in the order they stand there. */
function values(unit: string, setting: string): string[] {
  const lines = (units.get(unit) ?? "").split("\n").filter((line) => line.startsWith(`${setting}=`));
  return lines.map((line) => line.slice(setting.length + 1));
}

function lines(unit: string, ...without: readonly RegExp[]): string[] {
  const text = units.get(unit) ?? "";
  return text.split("\n").filter((line) => !without.some((pattern) => pattern.test(line)));
}

const daemons = ["interimap.service", "interimap@.service"];
const once = "interimap-once@.service";
/** Of the system; the others are of a user. */
const web = "imapsync-web.service";
const fleet = "interimap-fleet@.service";
const ofTheSystem: readonly string[] = [web, fleet];

test("these units are there", () => {
  assert.deepEqual([...units.keys()].sort(), [
    web,
    fleet,
    "interimap-once@.service",
    "interimap-once@.timer",
    ...daemons,
  ]);
});

test("a daemon is not started again after errors that only somebody's hand can mend", () => {
  const { usage, data, installation, cannotCreate, auth, config } = exitCode;
  // The last two are env(1)'s and systemd's own.
  const lasting: readonly number[] = [usage, data, installation, cannotCreate, auth, config, 127, 203];
  for (const unit of daemons) {
    const [codes = "", ...more] = values(unit, "RestartPreventExitStatus");
    assert.deepEqual(codes.split(" ").map(Number), lasting, unit);
    assert.deepEqual(more, []);
    const explained = [...(units.get(unit) ?? "").matchAll(/^# {3}(\d+) {2}\w/gm)].map(([, code]) => Number(code));
    assert.deepEqual(explained, lasting, unit);
  }
});

test("a daemon that ends with 1 has failed, a single run that does has left something out or was stopped", () => {
  for (const unit of daemons) assert.deepEqual(values(unit, "SuccessExitStatus"), [], unit);
  assert.deepEqual(values(once, "SuccessExitStatus"), [`${String(exitCode.partial)} ${String(exitCode.terminated)}`]);
});

test("the program understands the command lines", () => {
  const invocations = [...daemons, once].flatMap((unit) =>
    values(unit, "ExecStart").map((line) => {
      const [program, ...args] = line.split(" ");
      // Of the package itself, so that it is no other program of this name.
      assert.equal(program, "%Y/../dist/interimap.js");
      const invocation = parseArguments(args);
      const { command } = invocation;
      return { command, config: "config" in invocation ? invocation.config : undefined };
    }),
  );
  assert.deepEqual(invocations, [
    { command: "watch", config: undefined },
    { command: "watch", config: "%i" },
    { command: "sync", config: "%i" },
  ]);
});

test("the web server's unit has a command line that it understands, and ends for good where somebody's hand is needed", () => {
  const [program, ...args] = (values(web, "ExecStart")[0] ?? "").split(" ");
  assert.equal(program, "imapsync-web");
  const { command, config } = parseWebArguments(args);
  assert.deepEqual([command, config], ["serve", "/etc/imapsync-web.ini"]);
  const lasting = [exitCode.usage, exitCode.cannotCreate, exitCode.config];
  assert.deepEqual(values(web, "RestartPreventExitStatus")[0]?.split(" ").map(Number), lasting);
});

test("a worker's unit has a command line that it understands, and ends for good where somebody's hand is needed", () => {
  const [program, ...args] = (values(fleet, "ExecStart")[0] ?? "").split(" ");
  assert.equal(program, "interimap-fleet");
  assert.equal(parseFleetArguments(args).command, "worker");
  const lasting = [exitCode.usage, exitCode.installation, exitCode.auth];
  assert.deepEqual(values(fleet, "RestartPreventExitStatus")[0]?.split(" ").map(Number), lasting);
});

test("the units differ in nothing but what they must", () => {
  const [plain = "", template = ""] = daemons;
  const own = [/^(Description|ExecStart)=/, /^# .*systemctl --user enable/];
  assert.deepEqual(lines(template, ...own), lines(plain, ...own));
  const protection = (unit: string): string => /^UMask=[^[]*$/m.exec(units.get(unit) ?? "")?.[0].trim() ?? unit;
  assert.equal(protection(once), protection(plain));
});

describe("systemd-analyze", { skip: hasAnalyze() ? false : "there is no systemd-analyze" }, () => {
  test("finds nothing to complain about", () => {
    const { status, output } = verify(units);
    assert.equal(output, "");
    assert.equal(status, 0);
  });

  test("would find a misspelt setting", () => {
    const text = units.get(once) ?? "";
    const { output } = verify(new Map(units).set(once, text.replace("KillMode=", "KillMod=")));
    assert.match(output, /KillMod/);
  });
});

function hasAnalyze(): boolean {
  return spawnSync("systemd-analyze", ["--version"]).error === undefined;
}

/** What it says of copies that find the program, and of an instance of each template. */
function verify(texts: ReadonlyMap<string, string>): { readonly status: number | null; readonly output: string } {
  const scratch = scratchDirectory("units");
  mkdirSync(join(scratch, "dist"));
  const program = join(scratch, "dist", "interimap.js");
  writeFileSync(program, "#!/bin/sh\n");
  chmodSync(program, 0o755);
  const folder = join(scratch, "units");
  mkdirSync(folder);
  for (const [name, text] of texts) {
    writeFileSync(
      join(folder, name),
      text.replace(/^ExecStart=(?:interimap-fleet|imapsync-web)/m, `ExecStart=${program}`),
    );
  }
  const instancesOf = (names: readonly string[]): string[] =>
    names.map((name) => join(folder, name.replace("@", "@work")));
  const analyze = (...args: readonly string[]): { readonly status: number | null; readonly output: string } => {
    const { status, stdout, stderr } = spawnSync("systemd-analyze", args, {
      encoding: "utf8",
      env: { PATH: process.env["PATH"], HOME: scratch, XDG_RUNTIME_DIR: scratch },
    });
    return { status, output: stdout + stderr };
  };
  const ofUser = analyze(
    "--user",
    "verify",
    "--man=no",
    ...instancesOf([...texts.keys()].filter((name) => !ofTheSystem.includes(name))),
  );
  const ofSystem = analyze("verify", "--man=no", ...instancesOf(ofTheSystem));
  return { status: ofUser.status === 0 ? ofSystem.status : ofUser.status, output: ofUser.output + ofSystem.output };
}
