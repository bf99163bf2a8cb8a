// Lays out the files of the Debian package under a directory.

import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { bundledPackages } from "./bundled-packages.ts";
import { debianCopyright } from "./debian-copyright.ts";

const programs = ["imapsync", "imapsync-web", "interimap", "interimap-fleet"];
const addOn = "node_modules/better-sqlite3/build/Release/better_sqlite3.node";

export interface DebianPackage {
  readonly name: string;
  readonly changelog: string;
}

/** Where the shared library is: its dependencies become those of the package. */
export interface DebianTree {
  readonly addOn: string;
}

/** `root`: an empty directory. What is installed is what `npm run build` made. */
export async function layOut(root: string, { name, changelog }: DebianPackage): Promise<DebianTree> {
  const home = join(root, "usr/lib/interimap");
  const documents = join(root, "usr/share/doc", name);
  copy("dist", join(home, "dist"));
  copy("migrations", join(home, "migrations"));
  copy("package.json", join(home, "package.json"));
  copy("node_modules/better-sqlite3/package.json", join(home, "node_modules/better-sqlite3/package.json"));
  copy(addOn, join(home, addOn));
  execFileSync("strip", ["--strip-unneeded", "--remove-section=.comment", join(home, addOn)]);
  // The file copyright has them.
  rmSync(join(home, "dist/licences.txt"));

  for (const program of programs) {
    nameInterpreter(join(home, `dist/${program}.js`));
    mkdirSync(join(root, "usr/bin"), { recursive: true });
    symlinkSync(`../lib/interimap/dist/${program}.js`, join(root, `usr/bin/${program}`));
    compress(`man/${program}.1`, join(root, `usr/share/man/man1/${program}.1.gz`));
    complete(root, program);
  }
  for (const job of ["imapsync-job", "interimap-job"]) nameInterpreter(join(home, `dist/${job}.js`));
  units(root);

  for (const file of ["README.md", "ARCHITECTURE.md", "SECURITY.md", "CONTRIBUTING.md"])
    copy(file, join(documents, file));
  copy("docs", join(documents, "docs"));
  for (const file of ["config.example.ini", "imapsync-web.example.ini"]) copy(file, join(documents, "examples", file));
  compress("CHANGELOG.md", join(documents, "changelog.gz"));
  write(join(documents, "changelog.Debian.gz"), gzipSync(changelog, { level: 9 }));
  write(join(documents, "copyright"), debianCopyright(await bundledPackages()));
  write(join(root, `usr/share/lintian/overrides/${name}`), readFileSync("packaging/debian/lintian-overrides"));
  permissions(root);
  return { addOn: join(home, addOn) };
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true, dereference: true });
}

function write(file: string, content: string | Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

function compress(from: string, to: string): void {
  write(to, gzipSync(readFileSync(from), { level: 9 }));
}

/** Debian's Node.js, whatever else is in the PATH: the library is compiled for it. */
function nameInterpreter(file: string): void {
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace(/^#!.*/, "#!/usr/bin/node"));
}

/** The scripts that the programs print themselves. */
function complete(root: string, program: string): void {
  if (program === "imapsync-web" || program === "interimap-fleet") return;
  const script = (shell: string): string =>
    execFileSync(process.execPath, [`dist/${program}.js`, `--completion=${shell}`], { encoding: "utf8" });
  write(join(root, `usr/share/bash-completion/completions/${program}`), script("bash"));
  write(join(root, `usr/share/zsh/vendor-completions/_${program}`), script("zsh"));
  write(join(root, `usr/share/fish/vendor_completions.d/${program}.fish`), script("fish"));
}

/** With the full path of the program: systemd's own search path is not the user's. */
function units(root: string): void {
  for (const name of readdirSync("systemd")) {
    const text = readFileSync(join("systemd", name), "utf8").replace(
      /^ExecStart=(?:%Y\/\.\.\/dist\/)?([a-z-]+)(?:\.js)?/gm,
      "ExecStart=/usr/bin/$1",
    );
    const manager = /^(?:imapsync-web|interimap-fleet)/.test(name) ? "system" : "user";
    write(join(root, "usr/lib/systemd", manager, basename(name)), text);
  }
}

/** Whatever the umask was. */
function permissions(directory: string): void {
  chmodSync(directory, 0o755);
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) permissions(path);
    else if (entry.isFile()) {
      const isProgram = (statSync(path).mode & 0o100) !== 0 && readFileSync(path).subarray(0, 2).toString() === "#!";
      chmodSync(path, isProgram ? 0o755 : 0o644);
    }
  }
}
