import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import {
  configDirectory,
  dataDirectory,
  ensureDirectory,
  homeDirectory,
  statusSocket,
} from "../../../src/config/directories.ts";
import { InterimapError } from "../../../src/model/errors.ts";

const scratch = mkdtempSync(join(tmpdir(), "interimap-directories-"));
after(() => rmSync(scratch, { recursive: true }));

for (const [value, config, data] of [
  [undefined, "/home/u/.config/interimap", "/home/u/.local/share/interimap"],
  ["", "/home/u/.config/interimap", "/home/u/.local/share/interimap"],
  ["relative/dir", "/home/u/.config/interimap", "/home/u/.local/share/interimap"],
  ["./dir", "/home/u/.config/interimap", "/home/u/.local/share/interimap"],
  ["~/dir", "/home/u/.config/interimap", "/home/u/.local/share/interimap"],
  ["/xdg", "/xdg/interimap", "/xdg/interimap"],
  ["/xdg/", "/xdg/interimap", "/xdg/interimap"],
] as const) {
  test(`XDG variables set to ${JSON.stringify(value)}`, () => {
    assert.equal(configDirectory({ XDG_CONFIG_HOME: value }, "/home/u"), config);
    assert.equal(dataDirectory({ XDG_DATA_HOME: value }, "/home/u"), data);
  });
}

for (const HOME of [undefined, "", "relative", "./x", "~"]) {
  test(`HOME ${JSON.stringify(HOME)} counts as not set: the system's list of users has the home directory`, () => {
    assert.equal(homeDirectory({ HOME }), userInfo().homedir);
    assert.equal(configDirectory({ HOME }), join(userInfo().homedir, ".config/interimap"));
    assert.equal(dataDirectory({ HOME, XDG_DATA_HOME: "/xdg" }), "/xdg/interimap");
  });
}

test("an absolute HOME is believed", () => {
  assert.equal(homeDirectory({ HOME: "/home/u" }), "/home/u");
});

test("each directory listens to its own variable only", () => {
  assert.equal(configDirectory({ XDG_DATA_HOME: "/xdg" }, "/home/u"), "/home/u/.config/interimap");
  assert.equal(dataDirectory({ XDG_CONFIG_HOME: "/xdg" }, "/home/u"), "/home/u/.local/share/interimap");
});

test("each database has a status socket, beside itself where there is no directory for sockets", () => {
  for (const XDG_RUNTIME_DIR of [undefined, "", "run"]) {
    assert.equal(statusSocket({ XDG_RUNTIME_DIR }, "/data/x.db"), "/data/x.db.sock");
  }
  const one = statusSocket({ XDG_RUNTIME_DIR: "/run/user/1000" }, "/data/x.db");
  assert.match(one, /^\/run\/user\/1000\/interimap\/[0-9a-f]{16}\.sock$/);
  assert.notEqual(statusSocket({ XDG_RUNTIME_DIR: "/run/user/1000" }, "/data/y.db"), one);
});

test("missing directories are made for this user only", () => {
  ensureDirectory(join(scratch, "share", "interimap"));
  assert.equal(statSync(join(scratch, "share")).mode & 0o777, 0o700);
  assert.equal(statSync(join(scratch, "share", "interimap")).mode & 0o777, 0o700);
});

test("a directory that exists is left as it is", () => {
  const directory = join(scratch, "existing");
  ensureDirectory(directory);
  chmodSync(directory, 0o755);
  ensureDirectory(directory);
  assert.equal(statSync(directory).mode & 0o777, 0o755);
});

test("a directory that cannot be made is reported on one line", () => {
  const file = join(scratch, "file");
  writeFileSync(file, "");
  const directory = join(file, "interimap");
  assert.throws(
    () => ensureDirectory(directory),
    (error) =>
      error instanceof InterimapError &&
      error.code === "DATABASE_CREATE" &&
      error.exitCode === 73 &&
      error.message === `${directory}: cannot create the directory (ENOTDIR: not a directory)`,
  );
});

test("a directory where nothing can be made is reported, too", () => {
  // Node itself would try for ever.
  assert.throws(() => ensureDirectory("/proc/interimap-test/share"), { code: "DATABASE_CREATE" });
});
