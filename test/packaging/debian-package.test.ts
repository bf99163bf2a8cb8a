// npm run test:deb: the Debian package is as Debian wants packages, and works on a machine that has nothing else. It takes minutes
// and downloads a Debian, so `npm test` leaves it out. SUITE names another Debian than the one whose Node.js is 20.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import packageJson from "../../package.json" with { type: "json" };
import { installOrExit } from "../../scripts/install-packages.ts";
import { type BareSystem, makeBareSystem } from "../support/bare-system.ts";

const suite = process.env["SUITE"] ?? "trixie";
const skip = process.env["DEB"] === undefined ? "npm run test:deb runs it" : false;

describe("the Debian package", { skip }, () => {
  let file: string;
  let system: BareSystem;

  before(() => {
    installOrExit(["debootstrap", "lintian"]);
    file =
      execFileSync("npm", ["run", "--silent", "package:deb"], { encoding: "utf8" }).trim().split("\n").at(-1) ?? "";
    system = makeBareSystem(suite);
  });

  test("lintian finds nothing", () => {
    const checks = ["--fail-on=error,warning", "--allow-root", file];
    const { status, stdout } = spawnSync("lintian", checks, { encoding: "utf8" });
    assert.equal(stdout, "");
    assert.equal(status, 0);
  });

  test("it installs with Debian's own Node.js, and brings commands, pages, units and completions", () => {
    const log = system.run(`apt-get install -y -q ${system.bring(file)} dovecot-imapd man-db`);
    assert.match(log, /Setting up interimap-node/);
    for (const program of ["interimap", "imapsync", "imapsync-web"]) {
      assert.match(system.run(`${program} --version`, "alice"), new RegExp(packageJson.version.replaceAll(".", "\\.")));
      assert.match(system.run(`man --where ${program}`), /man1/);
    }
    const places = ["bash-completion/completions/interimap", "zsh/vendor-completions/_interimap"];
    for (const place of [...places, "fish/vendor_completions.d/interimap.fish"])
      assert.match(system.run(`cat /usr/share/${place}`), /interimap/);
    for (const unit of ["interimap.service", "interimap@.service", "interimap-once@.timer", "interimap-once@.service"])
      system.run(`XDG_RUNTIME_DIR=/tmp systemd-analyze verify --man=no --user /usr/lib/systemd/user/${unit}`, "alice");
    for (const unit of ["imapsync-web.service", "interimap-fleet@.service"])
      system.run(`systemd-analyze verify --man=no /usr/lib/systemd/system/${unit}`);
  });

  test("the documents say whose work is in it", () => {
    const copyright = system.run("cat /usr/share/doc/interimap-node/copyright");
    for (const name of ["node_modules/fastify/", "node_modules/better-sqlite3/", "sqlite3.c"])
      assert.ok(copyright.includes(`\nFiles: ${name}`), name);
    assert.match(system.run("zcat /usr/share/doc/interimap-node/changelog.Debian.gz"), /^interimap-node \(1\./);
  });

  test("a user synchronises two stores with it", () => {
    // Of Dovecot 2.4, as Debian 13 has it.
    const store = (name: string): string =>
      `type = tunnel\ncommand = doveadm exec imap -o mail_driver=maildir -o mail_path=~/${name} -o mail_inbox_path=~/${name}\n` +
      "null-stderr = YES\n";
    const home = join(system.root, "home/alice");
    mkdirSync(join(home, ".config/interimap"), { recursive: true });
    writeFileSync(join(home, ".config/interimap/config"), `[local]\n${store("here")}[remote]\n${store("there")}`);
    mkdirSync(join(home, "there/new"), { recursive: true });
    writeFileSync(join(home, "there/new/1.1.host"), "Message-ID: <1@example.net>\n\nhello\n");
    system.run("chown -R alice: /home/alice && chmod 600 /home/alice/.config/interimap/config");

    system.run("interimap --quiet", "alice");
    assert.match(system.run("grep --recursive --no-filename hello here", "alice"), /hello/);
    assert.match(system.run("interimap --status", "alice"), /INBOX +1 +1/);
    assert.match(system.run("interimap check", "alice"), /ok/);
  });

  test("Debian's program of the same name takes its place, and does not get in its way", () => {
    assert.match(system.run("apt-get install --simulate -q interimap"), /^Remv interimap-node /m);
  });

  test("a Node.js that its library is not compiled for cannot be installed beside it", () => {
    const depends = execFileSync("dpkg-deb", ["--field", file, "Depends"], { encoding: "utf8" });
    const major = Number(process.versions.node.split(".")[0]);
    assert.ok(depends.includes(`nodejs (>= ${String(major)}), nodejs (<< ${String(major + 1)}~)`), depends);
  });

  test("nothing is left when it is removed, but mail, configuration and database", () => {
    system.run("apt-get purge -y -q interimap-node");
    assert.equal(
      system.attempt("ls -d /usr/lib/interimap /usr/bin/interimap /usr/share/doc/interimap-node").match(/No such file/g)
        ?.length,
      3,
    );
    system.run("ls ~/.local/share/interimap/*.db ~/.config/interimap/config", "alice");
  });
});
