// Brings the servers that the tests talk to.
// Usage: tsx scripts/install-packages.ts [PACKAGE | cyrus | courier | mailutils | postgresql | node22]...
// What is there already is left alone, without asking apt. Debian's IMAP servers exclude each other, and PostgreSQL would be
// started, therefore these four are unpacked into our cache directory, where no service starts them, and only the libraries they
// need are installed.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureNode22 } from "./lib/node22.ts";
import {
  findServer,
  isUnpackedServer,
  serverDirectory,
  type UnpackedServerName,
  unpackedServers,
} from "./lib/unpacked-servers.ts";

// interimap is the original program, which we take over from, and isync and offlineimap3 are others that fill mail stores;
// microsocks and tinyproxy-bin are proxies, without services; libsasl2-modules has Cyrus's ways to log in;
// man-db renders the manual page, systemd checks the units, libfaketime sets clocks, zsh and fish complete command lines, iproute2
// gives addresses to networks of tests, and chromium-headless-shell shows the web page: it is the smaller half of chromium, which
// brings windows and sound.
const standard = [
  ...["dovecot-imapd", "openssl", "cyrus", "courier", "mailutils", "interimap", "isync", "offlineimap3"],
  ...["microsocks", "tinyproxy-bin", "libsasl2-modules", "iproute2"],
  ...["sqlite3", "man-db", "systemd", "libfaketime", "zsh", "fish"],
  "chromium-headless-shell",
  ...["postgresql", "node22"],
];
const unavailable = 69;

/** Installs the Debian packages that are missing. Throws a SetupError that says what to do when it cannot. */
export function ensurePackages(names: readonly string[]): void {
  const missing = names.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  const install = ["install", "-q", "-y", "--no-install-recommends", ...missing];
  if (process.getuid?.() !== 0) {
    throw new SetupError(`These packages are needed: ${missing.join(" ")}\nAs root: apt-get ${install.join(" ")}`);
  }
  const wakeServices = silenceServices(missing);
  try {
    apt(["update", "-q"]);
    apt(install);
  } finally {
    wakeServices();
  }
}

/** The root directory of an unpacked or installed server; unpacks one when there is none. */
export function ensureServer(name: UnpackedServerName): string {
  const found = findServer(name);
  if (found !== undefined) return found;
  if (!has("dpkg-deb") || !has("apt-get"))
    throw new SetupError(`${name} is unpacked from Debian packages: no apt here.`);
  if (candidateVersion(unpackedServers[name].packages[0]) === undefined && process.getuid?.() === 0)
    apt(["update", "-q"]);
  const packages = name === "postgresql" ? ([postgresqlPackage()] as const) : unpackedServers[name].packages;
  const version = candidateVersion(packages[0]);
  if (version === undefined)
    throw new SetupError(`apt-get knows no package ${packages[0]}: run apt-get update as root.`);

  const target = serverDirectory(name, version);
  mkdirSync(dirname(target), { recursive: true });
  const work = mkdtempSync(join(dirname(target), ".unpack-"));
  try {
    apt(["download", "-q", "-o", "APT::Sandbox::User=root", ...packages], work);
    const archives = readdirSync(work).map((file) => join(work, file));
    ensurePackages([...(name === "cyrus" ? ["sasl2-bin"] : []), ...new Set(archives.flatMap(libraries))]);
    const root = join(work, "root");
    for (const archive of archives) execFileSync("dpkg-deb", ["-x", archive, root]);
    // Renamed last, so that an interrupted run leaves nothing that looks complete.
    renameSync(root, target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return target;
}

export class SetupError extends Error {}

function isInstalled(name: string): boolean {
  // ${db:Status-Abbrev} is "ii " for an installed package.
  const query = spawnSync("dpkg-query", ["-W", "-f", "${db:Status-Abbrev}\n", name], { encoding: "utf8" });
  return query.status === 0 && query.stdout.startsWith("ii");
}

function apt(args: readonly string[], directory?: string): void {
  const { status, error } = spawnSync("apt-get", ["-o", "DPkg::Lock::Timeout=300", ...args], {
    cwd: directory,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  if (status !== 0) throw new SetupError(`apt-get ${args.join(" ")} failed${error ? `: ${error.message}` : ""}`);
}

/** A machine that gets Dovecot only for these tests shall not serve mail: its units stay off. */
function silenceServices(packages: readonly string[]): () => void {
  if (!packages.includes("dovecot-imapd") || isInstalled("dovecot-core") || !existsSync("/run/systemd/system")) {
    return () => {};
  }
  const systemctl = (...args: readonly string[]) =>
    spawnSync("systemctl", ["-q", ...args, "dovecot.service", "dovecot.socket"], { stdio: "ignore" });
  systemctl("mask", "--runtime");
  return () => {
    systemctl("unmask", "--runtime");
    systemctl("disable");
  };
}

/** The shared libraries an archive depends on: first alternatives, without versions. */
function libraries(archive: string): string[] {
  const depends = execFileSync("dpkg-deb", ["-f", archive, "Depends"], { encoding: "utf8" });
  const names = depends.split(",").map((entry) => entry.trim().split(/[ :|]/)[0] ?? "");
  // PostgreSQL compiles no queries in tests, and LLVM is large.
  return names.filter((name) => name.startsWith("lib") && !/^lib(?:cyrus|llvm)/.test(name));
}

/** The one that Debian's release has: `postgresql-15`. */
function postgresqlPackage(): string {
  const { stdout } = spawnSync("apt-cache", ["depends", "postgresql"], { encoding: "utf8" });
  const name = /Depends: (postgresql-\d+)/.exec(stdout ?? "")?.[1];
  if (name === undefined) throw new SetupError("apt-get knows no package postgresql: run apt-get update as root.");
  return name;
}

function candidateVersion(name: string): string | undefined {
  const { stdout } = spawnSync("apt-cache", ["policy", name], {
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C" },
  });
  return /Candidate: (\d\S*)/.exec(stdout ?? "")?.[1];
}

function has(program: string): boolean {
  return spawnSync(program, ["--version"], { stdio: "ignore" }).error === undefined;
}

/** For programs: installs what is missing, or says what to do and ends the process with status 69. */
export function installOrExit(names: readonly string[]): void {
  try {
    ensurePackages(names.filter((name) => !isUnpackedServer(name) && name !== "node22"));
    if (names.includes("node22")) ensureNode22();
    for (const name of names.filter(isUnpackedServer)) ensureServer(name);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(error.message);
    process.exit(unavailable);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const names = process.argv.slice(2);
  installOrExit(names.length > 0 ? names : standard);
}
