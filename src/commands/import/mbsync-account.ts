// The account of an mbsyncrc as settings of a server.

import { authMechanisms } from "../../model/server-settings.ts";
import { commandForLine, fitsLine, type Gathering, type Notes } from "./imported.ts";
import type { MbsyncEntry, MbsyncOptions } from "./mbsync-lines.ts";

/** What needs nothing here: we find out by ourselves, or do it anyway. */
const needless = new Set(["account", "pipelinedepth", "usenamespace", "pathdelimiter", "subscribedonly", "path"]);

/** `options`: of the IMAPAccount, or of an IMAPStore that is one. */
export function mbsyncAccount(options: MbsyncOptions, notes: Notes): Gathering {
  const settings: Gathering = new Map();
  reach(options, settings, notes);
  trust(options, settings, notes);
  const user = options.last("user");
  if (user?.words[0] !== undefined) settings.set("username", user.words[0]);
  const mechanisms = authOf(options, notes);
  secret(options, settings, { notes, isToken: mechanisms.some((one) => /^(?:XOAUTH2|OAUTHBEARER)$/.test(one)) });
  if (mechanisms.length > 0) settings.set("auth", mechanisms.join(" "));
  for (const entry of options.entries) {
    const reason = reasons[entry.keyword.toLowerCase()];
    if (reason !== undefined) notes.add(entry.line, `${entry.keyword} was not taken over: ${reason}`);
  }
  return settings;
}

const reasons: Readonly<Record<string, string>> = {
  usercmd: "write the user's name as username",
  usekeychain: "name a command that prints the password, as password-command = security find-internet-password ...",
  disableextension: "interimap has no such setting",
  disableextensions: "interimap has no such setting",
  trash: "interimap does not copy deleted messages; most servers and clients have a trash of their own",
  trashnewonly: "see Trash",
  trashremotenew: "see Trash",
  maxsize: "all messages are copied in full; max-literal only refuses larger ones",
};

/** Keywords that this file, or the store's, knows what to do with. */
export function isAccountKeyword(keyword: string): boolean {
  return known.has(keyword) || keyword in reasons || needless.has(keyword);
}

const known = new Set(
  (
    "host port timeout user pass passcmd tunnel authmechs requirecram ssltype tlstype sslversions tlsversions systemcertificates " +
    "certificatefile clientcertificate clientkey cipherstring useimaps requiressl usesslv2 usesslv3 usetlsv1 usetlsv1.1 usetlsv1.2"
  ).split(" "),
);

function reach(options: MbsyncOptions, settings: Gathering, notes: Notes): void {
  const tunnel = options.last("tunnel");
  const [, scheme = "", named] = /^(?:(imaps?):)?(.*)$/.exec(options.value("host") ?? "") ?? [];
  if (tunnel !== undefined) {
    settings.set("type", "tunnel");
    const command = commandForLine(tunnel.words[0] ?? "");
    if (command === undefined)
      notes.add(tunnel.line, "Tunnel was not taken over: a setting cannot hold this command; put it into a script");
    settings.set("command", command ?? "false");
    return;
  }
  const type = (options.value("ssltype", "tlstype") ?? legacyType(options, scheme)).toLowerCase();
  settings.set("type", type === "imaps" ? "imaps" : "imap");
  if (type === "none") settings.set("STARTTLS", "NO");
  if (named !== undefined && named !== "") settings.set("host", named);
  const port = options.value("port");
  if (port !== undefined && port !== (type === "imaps" ? "993" : "143")) settings.set("port", port);
  const timeout = options.value("timeout");
  if (timeout !== undefined && /^[1-9]\d{0,5}$/.test(timeout)) settings.set("silence-timeout", timeout);
}

/** Of versions before 1.2: TLS from the start was asked for by `imaps:` or UseIMAPS, and could be done without. */
function legacyType(options: MbsyncOptions, scheme: string): string {
  if (scheme === "imaps" || isYes(options.value("useimaps"))) return "imaps";
  return "starttls";
}

function trust(options: MbsyncOptions, settings: Gathering, notes: Notes): void {
  const versions = options.last("sslversions", "tlsversions");
  const usable = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"].filter((one) =>
    versions?.words.some((word) => word.toLowerCase() === one.toLowerCase()),
  );
  // All from TLSv1 on is what mbsync allows anyway; ours is stricter by default.
  if (usable.length > 0 && usable[0] !== "TLSv1") settings.set("SSL_protocol_min", usable[0]!);
  if (usable.length > 0 && usable.at(-1) !== "TLSv1.3") settings.set("SSL_protocol_max", usable.at(-1)!);
  const authorities = options.last("certificatefile");
  if (authorities?.words[0] !== undefined) {
    settings.set("SSL_CAfile", authorities.words[0]);
    if (
      !/^no$/i.test(options.value("systemcertificates") ?? "") &&
      !authorities.words[0].startsWith("/etc/ssl/certs/ca-")
    )
      notes.add(
        authorities.line,
        "CertificateFile became SSL_CAfile: these certificates replace the system's, and are verified in full",
      );
  }
  for (const [keyword, name] of [
    ["clientcertificate", "SSL_cert"],
    ["clientkey", "SSL_key"],
    ["cipherstring", "SSL_cipherlist"],
  ] as const) {
    const value = options.value(keyword);
    if (value !== undefined) settings.set(name, value);
  }
  const lax = options.last("requiressl");
  if (lax !== undefined && !isYes(lax.words[0]))
    notes.add(lax.line, "RequireSSL no was not taken over: interimap insists on TLS unless STARTTLS = NO forbids it");
}

function authOf(options: MbsyncOptions, notes: Notes): readonly string[] {
  if (isYes(options.value("requirecram"))) return ["CRAM-MD5"];
  const entry = options.last("authmechs");
  const words = (entry?.words ?? []).map((word) => word.toUpperCase());
  if (words.includes("*")) return [];
  const usable = words.filter((word) => authMechanisms.some((one) => one === word));
  for (const word of words.filter((one) => !usable.includes(one)))
    notes.add(entry?.line, `AuthMechs ${word} was not taken over: interimap does not know this mechanism`);
  return usable;
}

interface Secretive {
  readonly notes: Notes;
  /** What is told to the server is an OAuth 2 token. */
  readonly isToken: boolean;
}

function secret(options: MbsyncOptions, settings: Gathering, { notes, isToken }: Secretive): void {
  const command = options.last("passcmd");
  const plain = options.last("pass");
  if (command !== undefined) {
    const name = isToken ? "token-command" : "password-command";
    const written = commandForLine((command.words[0] ?? "").replace(/^\+/, ""));
    if (written !== undefined) settings.set(name, written);
    else
      notes.add(
        command.line,
        `PassCmd was not taken over: a setting cannot hold this command; put it into a script, and that into ${name}`,
      );
    if (plain !== undefined) notes.add(plain.line, "Pass was not taken over: PassCmd is there, too");
  } else if (plain !== undefined) password(plain, settings, notes);
  else if (
    options.last("user") !== undefined &&
    options.last("tunnel") === undefined &&
    options.last("usekeychain") === undefined
  )
    notes.add(
      options.last("user")?.line,
      "there is no password, because mbsync asks for it: add password-command, for instance",
    );
}

function password({ line, words }: MbsyncEntry, settings: Gathering, notes: Notes): void {
  const [text = ""] = words;
  if (fitsLine(text)) settings.set("password", text);
  else
    notes.add(
      line,
      "Pass was not taken over: a setting cannot hold this password; put it into a file of yours, and name that in password-file",
    );
}

function isYes(text: string | undefined): boolean {
  return text !== undefined && /^(?:yes|true|on|1)$/i.test(text);
}
