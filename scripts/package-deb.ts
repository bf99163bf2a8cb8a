// npm run package:deb: interimap-node_VERSION_ARCHITECTURE.deb, for the major version of Node.js that runs this.
// DEBFULLNAME and DEBEMAIL say who made it, as with Debian's own tools.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import packageJson from "../package.json" with { type: "json" };
import { installOrExit } from "./install-packages.ts";
import { layOut } from "./lib/debian-tree.ts";

const name = "interimap-node";
// Debian sorts 1.0.0~alpha.1 before 1.0.0.
const version = `${packageJson.version.replace("-", "~")}-1`;
const maintainer = `${process.env["DEBFULLNAME"] ?? "interimap packagers"} <${process.env["DEBEMAIL"] ?? "packagers@interimap.example"}>`;
const node = Number(process.versions.node.split(".")[0]);

installOrExit(["dpkg-dev", "binutils"]);
// It also makes the bill of materials and the texts of licences, which the package contains.
execFileSync("npm", ["run", "--silent", "prepack"], { stdio: "inherit" });

const work = mkdtempSync(join(tmpdir(), "interimap-deb-"));
try {
  const root = join(work, "root");
  mkdirSync(root);
  const changelog = `${name} (${version}) unstable; urgency=medium

  * Version ${packageJson.version}; see changelog.gz for what is new in it.

 -- ${maintainer}  ${date()}
`;
  const { addOn } = await layOut(root, { name, changelog });
  const architecture = output("dpkg", ["--print-architecture"]);
  const control = join(root, "DEBIAN");
  mkdirSync(control);
  writeFileSync(join(control, "md5sums"), checksums(root));
  writeFileSync(
    join(control, "control"),
    `Package: ${name}
Version: ${version}
Architecture: ${architecture}
Maintainer: ${maintainer}
Installed-Size: ${String(kibibytes(root))}
Depends: nodejs (>= ${String(node)}), nodejs (<< ${String(node + 1)}~), ${libraries(addOn)}
Recommends: ca-certificates, systemd
Suggests: dovecot-imapd
Conflicts: imapsync, interimap
Replaces: imapsync, interimap
Provides: interimap
Section: mail
Priority: optional
Description: fast bidirectional synchronisation of two IMAP servers
 interimap keeps two IMAP servers in the same state: new messages, flags,
 deletions and mailboxes of either side appear on the other. It remembers what
 it has seen, so a run with nothing to do is short, and as a service it carries
 changes over within a second.
 .
 The package also contains imapsync, which copies accounts in one direction,
 and imapsync-web, a web page for people who move their mail themselves.
 .
 It replaces Debian's interimap, which is written in Perl. It reads the same
 configuration file and takes over the database.
`,
  );
  const file = `${name}_${version}_${architecture}.deb`;
  execFileSync("dpkg-deb", ["--build", "--root-owner-group", root, file], { stdio: ["ignore", "ignore", "inherit"] });
  console.log(file);
} finally {
  rmSync(work, { recursive: true, force: true });
}

function output(program: string, args: readonly string[], cwd?: string): string {
  return execFileSync(program, args, { encoding: "utf8", cwd }).trim();
}

/** As `date -R` writes it; of the last commit, so that the same source makes the same package. */
function date(): string {
  const seconds = process.env["SOURCE_DATE_EPOCH"] ?? output("git", ["log", "-1", "--format=%ct"]);
  return new Date(Number(seconds) * 1000).toUTCString().replace("GMT", "+0000");
}

/** The packages of the shared libraries that it needs, in the form of Depends. */
function libraries(file: string): string {
  const directory = join(work, "shlibdeps");
  mkdirSync(join(directory, "debian"), { recursive: true });
  writeFileSync(join(directory, "debian/control"), `Source: ${name}\n\nPackage: ${name}\nArchitecture: any\n`);
  // What it needs of Node.js is in no library, which is worth a warning for other packages.
  return output("dpkg-shlibdeps", ["--warnings=0", "-O", file], directory).replace(/^shlibs:Depends=/, "");
}

function filesBelow(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.endsWith("/DEBIAN"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function checksums(root: string): string {
  const lines = filesBelow(root).map(
    (file) => `${createHash("md5").update(readFileSync(file)).digest("hex")}  ${relative(root, file)}\n`,
  );
  return lines.join("");
}

function kibibytes(root: string): number {
  return filesBelow(root).reduce((sum, file) => sum + Math.ceil(readFileSync(file).length / 1024), 0);
}
