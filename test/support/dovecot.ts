// A throw-away Dovecot 2.3 on 127.0.0.1. Every user name exists; the password is "p" unless told.
// As root, mail belongs to the system user "mail"; otherwise everything runs as the developer.

import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { makeCertificate } from "./certificate.ts";
import { freePorts, keepDaemon } from "./daemon.ts";
import type { MailServer } from "./mail-server.ts";
import { scratchDirectory } from "./scratch.ts";

export interface DovecotOptions {
  /** Hierarchy delimiter; "/" unless told, "." for maildir. */
  readonly separator?: string;
  /** Of the personal namespace, ending with the separator, e.g. "INBOX.". */
  readonly prefix?: string;
  readonly mailFormat?: "sdbox" | "mdbox" | "maildir";
  /** The whole list to announce. Announcing is all it changes: Dovecot still obeys what it does not announce. */
  readonly capabilities?: readonly string[];
  /** Taken from what Dovecot would announce. */
  readonly withoutCapabilities?: readonly string[];
  /** Self-signed certificate: STARTTLS on `port`, TLS on `tlsPort`. */
  readonly tls?: boolean;
  /** Announce COMPRESS=DEFLATE. */
  readonly compress?: boolean;
  /** Storage limit, e.g. "100K". */
  readonly quota?: string;
  readonly acl?: boolean;
  /** More lines for the configuration file; they win. */
  readonly extraConfig?: string;
  readonly user?: string;
  readonly password?: string;
}

const imapProgram = "/usr/lib/dovecot/imap";

export async function startDovecot(options: DovecotOptions = {}): Promise<MailServer> {
  const directory = scratchDirectory("dovecot");
  const configFile = join(directory, "dovecot.conf");
  const owner = mailOwner();
  const user = options.user ?? "u";
  const [port, spare] = (await freePorts(2)) as [number, number];
  const tlsPort = options.tls ? spare : undefined;
  const certificate = options.tls ? makeCertificate(directory) : undefined;

  chmodSync(directory, 0o755);
  makeHome("");
  const tlsLines =
    certificate === undefined
      ? "ssl = no"
      : `ssl = yes\nssl_cert = <${certificate.certificateFile}\nssl_key = <${certificate.keyFile}`;
  writeConfig(options.capabilities);
  if (options.withoutCapabilities !== undefined) {
    const removed = new Set(options.withoutCapabilities);
    writeConfig(announcedCapabilities(tunnelWords(user)).filter((name) => !removed.has(name)));
  }

  const daemon = await keepDaemon({ program: "/usr/sbin/dovecot", args: ["-F", "-c", configFile], directory, port });
  return {
    kind: "dovecot",
    host: "127.0.0.1",
    port,
    tlsPort,
    certificateFile: certificate?.certificateFile,
    user,
    password: options.password ?? "p",
    delimiter: separatorOf(options),
    prefix: options.prefix ?? "",
    directory,
    tunnelCommand: (other = user) => tunnelWords(other).join(" "),
    ...daemon,
  };

  function writeConfig(capabilities: readonly string[] | undefined): void {
    const ports = { port, tlsPort: tlsPort ?? 0 };
    writeFileSync(configFile, configText(options, { directory, owner, ports, tlsLines, capabilities }));
  }

  function makeHome(name: string): string {
    const home = join(directory, "home", name);
    mkdirSync(home, { recursive: true });
    chownSync(home, owner.uid, owner.gid);
    return home;
  }

  function tunnelWords(name: string): string[] {
    const become = ["setpriv", `--reuid=${owner.uid}`, `--regid=${owner.gid}`, "--clear-groups"];
    const words = ["env", "-i", `USER=${name}`, `HOME=${makeHome(name)}`, imapProgram, "-c", configFile];
    return isRoot() ? [...become, ...words] : words;
  }
}

interface Surroundings {
  readonly directory: string;
  readonly owner: Owner;
  readonly ports: { readonly port: number; readonly tlsPort: number };
  readonly tlsLines: string;
  readonly capabilities: readonly string[] | undefined;
}

function configText(options: DovecotOptions, around: Surroundings): string {
  const { directory, owner, ports } = around;
  const plugins = [...(options.quota === undefined ? [] : ["quota"]), ...(options.acl ? ["acl"] : [])];
  const imapPlugins = [...plugins.map((name) => `imap_${name}`), ...(options.compress ? ["imap_zlib"] : [])];
  return `
base_dir = ${directory}/run
state_dir = ${directory}/run
log_path = ${directory}/dovecot.log
protocols = imap
listen = 127.0.0.1
${around.tlsLines}
disable_plaintext_auth = no
default_internal_user = ${owner.internalUser}
default_internal_group = ${owner.internalGroup}
default_login_user = ${owner.loginUser}
first_valid_uid = 0
mail_uid = ${owner.uid}
mail_gid = ${owner.gid}
mail_home = ${directory}/home/%u
mail_location = ${options.mailFormat ?? "sdbox"}:~/mail
mail_fsync = never
mail_max_userip_connections = 1000
mail_plugins = ${plugins.join(" ")}
${around.capabilities === undefined ? "" : `imap_capability = ${around.capabilities.join(" ")}`}
protocol imap {
  mail_plugins = ${[...plugins, ...imapPlugins].join(" ")}
}
plugin {
  ${options.quota === undefined ? "" : `quota = count:User quota\n  quota_vsizes = yes\n  quota_rule = *:storage=${options.quota}`}
  ${options.acl ? "acl = vfile" : ""}
}
namespace inbox {
  inbox = yes
  separator = ${separatorOf(options)}
  prefix = ${options.prefix ?? ""}
}
passdb {
  driver = static
  args = password=${options.password ?? "p"}
}
userdb {
  driver = static
  args = uid=${owner.uid} gid=${owner.gid} home=${directory}/home/%u
}
service anvil {
  chroot =
}
service stats {
  unix_listener stats-writer {
    mode = 0666
  }
}
service imap-login {
  chroot =
  service_count = 0
  process_min_avail = 1
  client_limit = 1000
  inet_listener imap {
    port = ${ports.port}
  }
  inet_listener imaps {
    port = ${ports.tlsPort}
    ssl = yes
  }
}
service imap {
  process_limit = 1000
  vsz_limit = 0
}
${options.extraConfig ?? ""}
`;
}

function separatorOf(options: DovecotOptions): string {
  return options.separator ?? (options.mailFormat === "maildir" ? "." : "/");
}

/** From the greeting of the pre-authenticated program, which needs no running server. */
function announcedCapabilities(tunnel: readonly string[]): string[] {
  const [program, ...args] = tunnel as [string, ...string[]];
  const greeting = execFileSync(program, args, { input: "a LOGOUT\r\n", encoding: "latin1", stdio: "pipe" });
  const names = /\[CAPABILITY ([^\]]+)\]/.exec(greeting)?.[1];
  if (names === undefined) throw new Error(`no capabilities in Dovecot's greeting: ${greeting}`);
  return names.split(" ");
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
  readonly internalUser: string;
  readonly internalGroup: string;
  readonly loginUser: string;
}

function mailOwner(): Owner {
  if (!isRoot()) {
    const { uid, gid, username } = userInfo();
    const group = execFileSync("id", ["-gn"], { encoding: "utf8" }).trim();
    return { uid, gid, internalUser: username, internalGroup: group, loginUser: username };
  }
  const [uid, gid] = ["-u", "-g"].map((flag) => Number(execFileSync("id", [flag, "mail"], { encoding: "utf8" })));
  return { uid: uid!, gid: gid!, internalUser: "dovecot", internalGroup: "dovecot", loginUser: "dovenull" };
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
