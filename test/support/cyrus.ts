// A throw-away Cyrus IMAP 3 on 127.0.0.1; password "p". scripts/install-packages.ts brings the program.
// As root it runs as the system user "mail"; otherwise as the developer.

import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { findServer } from "../../scripts/lib/unpacked-servers.ts";
import { type Certificate, makeCertificate } from "./certificate.ts";
import { freePorts, keepDaemon } from "./daemon.ts";
import type { MailServer } from "./mail-server.ts";
import { scratchDirectory } from "./scratch.ts";

export interface CyrusOptions {
  readonly separator?: "/" | ".";
  /** False puts every mailbox below INBOX. Default true. */
  readonly altNamespace?: boolean;
  readonly expungeMode?: "immediate" | "delayed" | "semidelayed";
  readonly deleteMode?: "immediate" | "delayed";
  /** Not announced. */
  readonly withoutCapabilities?: readonly string[];
  /** In KiB. */
  readonly quota?: number;
  /** Self-signed certificate: STARTTLS on `port`, TLS on `tlsPort`. */
  readonly tls?: boolean;
  /** Of SASL, as they are announced; "PLAIN LOGIN" unless told. */
  readonly mechanisms?: string;
  /** More lines for imapd.conf. */
  readonly extraConfig?: string;
  /** The accounts; the first is the server's `user`. Default "u". */
  readonly users?: readonly string[];
}

const administrator = "cyrus";

export function isCyrusInstalled(): boolean {
  return findServer("cyrus") !== undefined;
}

export async function startCyrus(options: CyrusOptions = {}): Promise<MailServer> {
  const root = findServer("cyrus");
  if (root === undefined) throw new Error("Cyrus is missing: run scripts/install-packages.ts cyrus");
  const directory = scratchDirectory("cyrus");
  const isRoot = process.getuid?.() === 0;
  const account = isRoot ? "mail" : userInfo().username;
  const [uid, gid, group] = ["-u", "-g", "-gn"].map((flag) => idOf(flag, account)) as [string, string, string];
  const users = options.users ?? ["u"];
  const [port, spare] = (await freePorts(2)) as [number, number];
  const tlsPort = options.tls ? spare : undefined;
  const certificate = options.tls ? makeCertificate(directory) : undefined;
  const separator = options.separator ?? "/";
  const imapdConf = join(directory, "imapd.conf");
  const cyrusConf = join(directory, "cyrus.conf");

  for (const name of [
    "spool",
    ...["db", "socket", "proc", "lock", "log", "msg", "quota", "user"].map((x) => `conf/${x}`),
  ]) {
    mkdirSync(join(directory, name), { recursive: true });
  }
  writeFileSync(imapdConf, imapdConfig(options, { directory, account, group, certificate }));
  writeFileSync(cyrusConf, cyrusConfig(join(root, "usr/lib/cyrus/bin"), { imapdConf, port, tlsPort }));
  for (const user of [administrator, ...users]) addCyrusUser({ directory }, user);
  execFileSync("chown", ["-R", `${account}:${group}`, directory]);
  chmodSync(directory, 0o755);

  const daemon = await keepDaemon({
    program: join(root, "usr/lib/cyrus/bin/master"),
    args: ["-C", imapdConf, "-M", cyrusConf, "-p", join(directory, "master.pid")],
    env: { LD_LIBRARY_PATH: libraryDirectory(root), CYRUS_USER: account },
    // From the start, not later by itself: a change of user would lose the signal set for our death.
    runAs: isRoot ? { uid: Number(uid), gid: Number(gid) } : undefined,
    directory,
    port,
  });
  return {
    kind: "cyrus",
    host: "127.0.0.1",
    port,
    tlsPort,
    certificateFile: certificate?.certificateFile,
    user: users[0] ?? "u",
    password: "p",
    delimiter: separator,
    prefix: options.altNamespace === false ? `INBOX${separator}` : "",
    directory,
    tunnelCommand: () => {
      throw new Error("Cyrus has no pre-authenticated program");
    },
    ...daemon,
  };
}

/** For what cannot know at the start how many accounts it needs. */
export function addCyrusUser({ directory }: Pick<MailServer, "directory">, user: string): void {
  const args = ["-p", "-c", "-f", join(directory, "sasldb2"), "-u", "localhost", user];
  execFileSync("saslpasswd2", args, { input: "p" });
}

/**
 * Writes a user's mailbox anew in the format of an older Cyrus: 6, of Cyrus 2.2, has no mod-sequences. `mailbox` is the name
 * on the wire; undefined: INBOX.
 */
export function convertMailbox({ directory, user }: MailServer, format: number | "max", mailbox?: string): void {
  const root = findServer("cyrus")!;
  const name = mailbox === undefined ? `user/${user}` : `user/${user}/${mailbox}`;
  const account = process.getuid?.() === 0 ? "mail" : userInfo().username;
  execFileSync(
    join(root, "usr/lib/cyrus/bin/reconstruct"),
    ["-C", join(directory, "imapd.conf"), "-V", String(format), name],
    {
      env: { LD_LIBRARY_PATH: libraryDirectory(root), CYRUS_USER: account },
      uid: Number(idOf("-u", account)),
      gid: Number(idOf("-g", account)),
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
}

interface Surroundings {
  readonly directory: string;
  readonly account: string;
  readonly group: string;
  readonly certificate: Certificate | undefined;
}

function imapdConfig(options: CyrusOptions, around: Surroundings): string {
  const { directory, certificate } = around;
  const settings = {
    configdirectory: `${directory}/conf`,
    "partition-default": `${directory}/spool`,
    defaultpartition: "default",
    cyrus_user: around.account,
    cyrus_group: around.group,
    admins: administrator,
    servername: "localhost",
    virtdomains: "off",
    unixhierarchysep: yesNo((options.separator ?? "/") === "/"),
    altnamespace: yesNo(options.altNamespace ?? true),
    expunge_mode: options.expungeMode ?? "delayed",
    delete_mode: options.deleteMode ?? "immediate",
    autocreate_users: "anyone",
    autocreate_quota: String(options.quota ?? 0),
    allowplaintext: "yes",
    sasl_pwcheck_method: "auxprop",
    sasl_auxprop_plugin: "sasldb",
    sasl_sasldb_path: `${directory}/sasldb2`,
    sasl_mech_list: options.mechanisms ?? "PLAIN LOGIN",
    search_engine: "none",
    duplicatesuppression: "no",
    ...(options.withoutCapabilities && { suppress_capabilities: options.withoutCapabilities.join(" ") }),
    ...(certificate && { tls_server_cert: certificate.certificateFile, tls_server_key: certificate.keyFile }),
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}: ${value}`);
  return [...lines, options.extraConfig ?? "", ""].join("\n");
}

interface Services {
  readonly imapdConf: string;
  readonly port: number;
  readonly tlsPort: number | undefined;
}

function cyrusConfig(programs: string, { imapdConf, port, tlsPort }: Services): string {
  const command = (program: string, flags = "") => `cmd="${programs}/${program} -C ${imapdConf}${flags}"`;
  const service = (name: string, at: number, flags = "") =>
    `  ${name} ${command("imapd", flags)} listen="127.0.0.1:${at}" prefork=1 maxchild=1000`;
  return `START {
  recover ${command("ctl_cyrusdb", " -r")}
  idled ${command("idled")}
}
SERVICES {
${service("imap", port)}
${tlsPort === undefined ? "" : service("imaps", tlsPort, " -s")}
}
EVENTS {
  checkpoint ${command("ctl_cyrusdb", " -c")} period=1440
}
`;
}

/** The unpacked packages keep their libraries in a directory named after the machine. */
function libraryDirectory(root: string): string {
  const base = join(root, "usr/lib");
  const name = readdirSync(base).find((entry) => existsSync(join(base, entry, "libcyrus.so.0")));
  return name === undefined ? base : join(base, name);
}

function idOf(flag: string, account: string): string {
  return execFileSync("id", [flag, account], { encoding: "utf8" }).trim();
}

function yesNo(value: boolean): string {
  return value ? "yes" : "no";
}
