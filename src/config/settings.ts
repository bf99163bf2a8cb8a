// The table of all settings. Validation, defaults and the manual follow it.

import { defaultLogPrefix, parseLogPrefix } from "../log/log-prefix.ts";
import { authMechanisms } from "../model/server-settings.ts";
import { mailboxPatterns } from "./mailbox-patterns.ts";
import { mappedNames } from "./mapped-names.ts";
import { host, sniName } from "./parse-host.ts";
import { clientText, oauthProvider, oauthScope, tenant } from "./parse-oauth.ts";
import { proxy } from "./parse-proxy.ts";
import { size } from "./parse-size.ts";
import {
  atoms,
  count,
  credentialName,
  deletionLimit,
  largeCount,
  mailboxText,
  nonEmpty,
  oneOf,
  port,
  seconds,
  someOf,
  uses,
  yesNo,
} from "./parse-text.ts";
import { cipherList, cipherSuites, fingerprints, protocols, tlsVersions } from "./parse-tls.ts";
import { pcre } from "./pcre.ts";
import type { SettingRules } from "./setting.ts";
import { trashMailbox } from "./trash-mailbox.ts";

export interface Setting extends SettingRules {
  /** default: above the first [section]; server: in [local] and in [remote], or above them for both. */
  readonly section: "default" | "server";
}

/** Names that settings had before, and still go by. */
export const formerNames: ReadonlyMap<string, SettingName> = new Map([["look-interval", "full-check-interval"]]);

export const settings = {
  database: {
    section: "default",
    parse: nonEmpty("a file name"),
    absent: "USER@HOST.db, named after user and host of [remote]",
    doc: "SQLite file that remembers what has been synchronised; a relative path starts from the data directory.",
    isPath: true,
  },
  "list-mailbox": {
    section: "default",
    parse: mailboxPatterns,
    default: "*",
    doc:
      "Patterns of the mailboxes to synchronise, separated by spaces; a pattern in double quotes may hold spaces and " +
      "backslash escapes, of which \\x00 stands for the hierarchy delimiter.",
  },
  "list-select-opts": {
    section: "default",
    parse: atoms,
    default: "",
    doc: "Selection options for LIST, separated by spaces, such as SUBSCRIBED.",
  },
  "ignore-mailbox": {
    section: "default",
    parse: pcre,
    absent: "no mailbox is ignored",
    doc: "Regular expression of the mailboxes to leave out, matched with \\x00 as the hierarchy delimiter.",
  },
  "skip-special-use": {
    section: "default",
    parse: uses,
    default: "\\All \\Flagged \\Important",
    doc:
      "Special uses (RFC 6154) of mailboxes that take no part, separated by spaces: by default those that hold messages of " +
      "other mailboxes once more.",
  },
  "map-mailbox": {
    section: "default",
    parse: mappedNames,
    absent: "mailboxes have the same name on both servers",
    doc:
      "A mailbox with another name on the remote server, as LOCAL = REMOTE; one line for each. Mailboxes below it " +
      "go along.",
    repeatable: true,
  },
  "map-special-use": {
    section: "default",
    parse: yesNo,
    default: "NO",
    doc:
      "Whether the mailboxes for sent mail, drafts, deleted mail, junk and archives, as the servers report them (RFC 6154), are " +
      "the same on both servers, whatever their names.",
  },
  logfile: {
    section: "default",
    parse: nonEmpty("a file name"),
    absent: "the error output",
    doc: "File that receives the log messages.",
    isPath: true,
  },
  "log-prefix": {
    section: "default",
    parse: parseLogPrefix,
    default: defaultLogPrefix,
    doc: "What to write before each log message: %n is the side, %m the mailbox, %?X?then&else? depends on %X.",
  },
  "log-format": {
    section: "default",
    parse: oneOf("text", "json"),
    default: "text",
    doc: "How log messages look: text, for people, or json, an object on each line for programs.",
  },
  "match-existing": {
    section: "default",
    parse: yesNo,
    default: "YES",
    doc: "Whether messages that both servers of a new mailbox hold are matched, not copied.",
  },
  "max-delete": {
    section: "default",
    parse: deletionLimit,
    default: "50%",
    doc:
      "How many messages a run may delete: a number, or a share of all that are known, of which 100 are always allowed; " +
      "100% for any number.",
  },
  "follow-renames": {
    section: "default",
    parse: yesNo,
    default: "YES",
    doc:
      "Whether a mailbox that was renamed on one server is renamed on the other one, too, where its messages confirm that it is " +
      "the same.",
  },
  "follow-deletions": {
    section: "default",
    parse: oneOf("NO", "EMPTY", "YES"),
    default: "NO",
    doc:
      "Whether a mailbox that was deleted on one server is deleted on the other one, too, if nothing happened in it there: " +
      "EMPTY only if it holds no messages.",
  },
  "trash-mailbox": {
    section: "default",
    parse: trashMailbox,
    absent: 'with follow-deletions, "Deleted Mailboxes"',
    doc:
      "With follow-deletions: the mailbox below which deleted ones are kept, written as in list-mailbox, but without wildcards; " +
      "it takes no part in the synchronisation. With an empty value they are not kept.",
  },
  "idle-mailboxes": {
    section: "default",
    parse: (text: string) => (text === "" ? [] : mailboxPatterns(text)),
    default: "INBOX",
    doc:
      "With --notify: mailboxes to watch with IDLE where a server does not know NOTIFY, written as in " +
      "list-mailbox, but without wildcards; each takes a connection.",
  },
  "full-check-interval": {
    section: "default",
    parse: seconds,
    default: "3600",
    doc: "With --notify: after how many seconds all mailboxes are checked although no server has reported a change.",
  },
  "flag-check-interval": {
    section: "default",
    parse: seconds,
    default: "300",
    doc:
      "With --watch or --notify: after how many seconds flags are looked at in mailboxes whose server does not report " +
      "which of them changed.",
  },
  "keep-alive-interval": {
    section: "default",
    parse: seconds,
    absent: "60 with --notify, 900 without",
    doc:
      "With --watch or --notify: after how many seconds a silent connection is used, so that it is not " +
      "dropped on the way, and a dead one is noticed.",
  },
  "metrics-file": {
    section: "default",
    parse: nonEmpty("a file name"),
    absent: "no such file",
    doc: "File that receives figures for Prometheus after each full check of all mailboxes.",
    isPath: true,
  },
  "list-reference": {
    section: "server",
    parse: mailboxText,
    default: "",
    doc: "Reference name for LIST: the place among the server's mailboxes where ours begin.",
  },
  type: {
    section: "server",
    parse: oneOf("imap", "imaps", "tunnel"),
    default: "imaps",
    doc: "How to reach the server: imap (TCP), imaps (TLS) or tunnel (a command).",
  },
  host: {
    section: "server",
    parse: host,
    default: "localhost",
    doc: "Name or address of the server; an address may stand in square brackets.",
  },
  port: {
    section: "server",
    parse: port,
    absent: "143 for type=imap, 993 for type=imaps",
    doc: "TCP port of the server, or its name: imap or imaps.",
  },
  proxy: {
    section: "server",
    parse: proxy,
    absent: "connect directly",
    doc:
      "Proxy, as PROTOCOL://[USER:PASSWORD@]HOST[:PORT]: socks5, socks5h to let it resolve names, or http or https for a " +
      "web proxy; the port is 1080, 80 or 443 by default.",
    secret: true,
  },
  command: {
    section: "server",
    parse: nonEmpty("a command"),
    absent: "none, and type=tunnel needs one",
    doc: "Command that speaks IMAP on its standard input and output, for type=tunnel.",
  },
  STARTTLS: {
    section: "server",
    parse: yesNo,
    default: "YES",
    doc: "Whether to insist on TLS through STARTTLS, for type=imap.",
  },
  auth: {
    section: "server",
    parse: someOf(...authMechanisms),
    default: "SCRAM-SHA-256-PLUS SCRAM-SHA-256 SCRAM-SHA-1-PLUS SCRAM-SHA-1 OAUTHBEARER XOAUTH2 EXTERNAL PLAIN LOGIN",
    doc: "Authentication mechanisms, the preferred one first; unknown ones are ignored.",
  },
  username: {
    section: "server",
    parse: nonEmpty("a user name, or no such line"),
    absent: "none",
    doc: "User name to log in with.",
  },
  authzid: {
    section: "server",
    parse: nonEmpty("a user name, or no such line"),
    absent: "username",
    doc: "User whose mail is synchronised, if it is not the one who logs in.",
  },
  password: {
    section: "server",
    parse: nonEmpty("a password, or no such line"),
    absent: "none",
    doc: "Password to log in with.",
    secret: true,
  },
  "password-command": {
    section: "server",
    parse: nonEmpty("a command"),
    absent: "none",
    doc: "Command that prints the password in its first line.",
    secret: true,
  },
  "password-file": {
    section: "server",
    parse: nonEmpty("a file name"),
    absent: "none",
    doc: "File whose first line is the password.",
    isPath: true,
  },
  "password-credential": {
    section: "server",
    parse: credentialName,
    absent: "none",
    doc: "Name of the systemd credential whose first line is the password.",
  },
  "token-command": {
    section: "server",
    parse: nonEmpty("a command"),
    absent: "none",
    doc: "Command that prints an OAuth 2 access token in its first line, run for each login.",
    secret: true,
  },
  "oauth-provider": {
    section: "server",
    parse: oauthProvider,
    absent: "no login with OAuth 2",
    doc:
      "Who issues tokens to log in with, which `interimap login` gets: google, microsoft, or an issuer that describes itself, " +
      "as https://HOST[/PATH].",
  },
  "oauth-client-id": {
    section: "server",
    parse: clientText("the ID of a client that is registered with the provider"),
    absent: "none, and oauth-provider needs one",
    doc: "ID of the client that you registered with the provider.",
  },
  "oauth-client-secret": {
    section: "server",
    parse: clientText("the client's secret, or no such line"),
    absent: "none",
    doc: "Secret of that client, where the provider gave one.",
    secret: true,
  },
  "oauth-scope": {
    section: "server",
    parse: oauthScope,
    absent: "the scope of the provider for IMAP; none for other issuers",
    doc: "Permissions to ask for, separated by spaces.",
  },
  "oauth-flow": {
    section: "server",
    parse: oneOf("browser", "device"),
    default: "browser",
    doc: "How to log in: in a browser on this machine, or on any device, with a code to be typed in.",
  },
  "oauth-tenant": {
    section: "server",
    parse: tenant,
    default: "common",
    doc: "Microsoft's tenant: a domain, an ID, or common, organizations or consumers.",
  },
  "oauth-token-file": {
    section: "server",
    parse: nonEmpty("a file name"),
    absent: "beside the database, as DATABASE.SIDE-token",
    doc: "File that keeps the tokens of a login; a relative path starts from the data directory.",
    isPath: true,
  },
  "token-store-command": {
    section: "server",
    parse: nonEmpty("a command"),
    absent: "the tokens are kept in oauth-token-file",
    doc: "Command that keeps the tokens of a login: it prints them when its last argument is get, and reads them for store.",
  },
  compress: {
    section: "server",
    parse: yesNo,
    absent: "NO in [local], YES in [remote]",
    doc: "Whether to compress the traffic where the server can.",
  },
  connections: {
    section: "server",
    parse: count,
    default: "3",
    doc:
      "How many connections to the server may be open at once when there is much to synchronise; one that the server " +
      "refuses is done without.",
  },
  "connect-timeout": {
    section: "server",
    parse: seconds,
    default: "30",
    doc: "After how many seconds without an answer an attempt to connect is given up; likewise the TLS handshake.",
  },
  "greeting-timeout": {
    section: "server",
    parse: seconds,
    default: "30",
    doc: "After how many seconds a server that sends no greeting is given up; the login may take four times as long.",
  },
  "silence-timeout": {
    section: "server",
    parse: seconds,
    default: "300",
    doc: "After how many seconds a server that does not answer a command is given up.",
  },
  "max-line": {
    section: "server",
    parse: size({ least: 64 * 1024, most: 16 * 1024 ** 2 }),
    default: "1 MiB",
    doc: "The longest line that a server may send; a list of messages may be 16 times as long.",
  },
  "max-literal": {
    section: "server",
    parse: size({ least: 64 * 1024, most: 2 * 1024 ** 3 }),
    default: "1 GiB",
    doc: "The largest message that is taken from a server; a larger one is refused, the others are copied.",
  },
  "max-response": {
    section: "server",
    parse: size({ least: 1024 ** 2, most: 64 * 1024 ** 3 }),
    default: "1 GiB",
    doc: "How much a server may send in answer to one command, not counting messages.",
  },
  "max-mailboxes": {
    section: "server",
    parse: largeCount,
    default: "1000000",
    doc: "How many mailboxes a server may list.",
  },
  "null-stderr": {
    section: "server",
    parse: yesNo,
    default: "NO",
    doc: "Whether to discard the error output of the command, for type=tunnel; --debug overrides it.",
  },
  SSL_protocols: {
    section: "server",
    parse: protocols,
    absent: "the default of Node.js",
    doc:
      "Deprecated: TLS versions to allow, or with a ! in front, to forbid; naming one forbids those not named. Without " +
      "effect beside SSL_protocol_min or SSL_protocol_max.",
  },
  SSL_protocol_min: {
    section: "server",
    parse: oneOf(...tlsVersions),
    absent: "the default of Node.js",
    doc: "Oldest TLS version to accept.",
  },
  SSL_protocol_max: {
    section: "server",
    parse: oneOf(...tlsVersions),
    absent: "the default of Node.js",
    doc: "Newest TLS version to accept.",
  },
  SSL_cipherlist: {
    section: "server",
    parse: cipherList,
    absent: "the default of Node.js",
    doc: "Ciphers to offer for TLS 1.2 and older, as in ciphers(1ssl).",
  },
  SSL_ciphersuites: {
    section: "server",
    parse: cipherSuites,
    absent: "the default of Node.js",
    doc: "Cipher suites to offer for TLS 1.3, separated by colons; with none, TLS 1.3 is not offered.",
  },
  SSL_fingerprint: {
    section: "server",
    parse: fingerprints,
    absent: "the certificate is not pinned",
    doc: "Digests of the public keys the server may have, as [ALGORITHM$]HEX separated by spaces, sha256 by default.",
  },
  SSL_verify: {
    section: "server",
    parse: yesNo,
    default: "YES",
    doc: "Whether the certificate must be valid, trusted and issued for the host.",
  },
  SSL_CAfile: {
    section: "server",
    parse: nonEmpty("a file name"),
    absent: "the system's certificates, unless SSL_CApath is set",
    doc: "File of the certificates to trust.",
    isPath: true,
  },
  SSL_CApath: {
    section: "server",
    parse: nonEmpty("a directory"),
    absent: "the system's certificates, unless SSL_CAfile is set",
    doc: "Directory of the certificates to trust, with hashed names as c_rehash(1ssl) makes them.",
    isPath: true,
  },
  SSL_hostname: {
    section: "server",
    parse: sniName,
    absent: "the host, unless it is an IP address",
    doc: "Name to ask for in the TLS handshake (SNI); an empty value or an IP address sends none.",
  },
  SSL_cert: {
    section: "server",
    parse: nonEmpty("a file name"),
    absent: "none",
    doc: "File with the certificate to show to a server that asks for one, in PEM format.",
    isPath: true,
  },
  SSL_key: {
    section: "server",
    parse: nonEmpty("a file name"),
    absent: "the file of SSL_cert",
    doc: "File with the private key of that certificate, in PEM format, not encrypted.",
    isPath: true,
  },
} as const satisfies Readonly<Record<string, Setting>>;

export type SettingName = keyof typeof settings;
