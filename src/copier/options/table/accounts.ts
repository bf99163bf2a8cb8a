// Options about the two accounts, and how to get at them.

import { type OptionSpec, perHost } from "../option-spec.ts";

const accounts = { group: "Accounts" } as const;
const transport = { group: "Transport" } as const;
const presets = { group: "Presets" } as const;

export const accountOptions = {
  ...perHost("host", {
    ...accounts,
    kind: "string",
    value: "HOST",
    describe: "the server: host1 is copied from, host2 to",
  }),
  ...perHost("port", {
    ...accounts,
    kind: "integer",
    value: "PORT",
    describe: "its port",
    absent: "993 with --ssl, 143 without",
  }),
  ...perHost("user", { ...accounts, kind: "string", value: "USER", describe: "the name to log in with" }),
  ...perHost("password", {
    ...accounts,
    kind: "string",
    value: "PASSWORD",
    describe: "the password; everybody on this machine can see it, --passfile is safer",
  }),
  ...perHost("passfile", {
    ...accounts,
    kind: "string",
    value: "FILE",
    describe: "a file whose first line is the password",
  }),
  ...perHost("passwordcommand", {
    ...accounts,
    kind: "string",
    value: "COMMAND",
    describe: "a command of the shell that prints the password",
  }),
  ...perHost("authuser", {
    ...accounts,
    kind: "string",
    value: "USER",
    describe: "the administrator who logs in for the user",
  }),
  ...perHost("authmech", {
    ...accounts,
    kind: "string",
    value: "MECHANISM",
    describe: "how to log in: PLAIN, LOGIN, CRAM-MD5, SCRAM-SHA-256, XOAUTH2, EXTERNAL, PREAUTH, ...",
    absent: "LOGIN within TLS, else what the server offers",
  }),
  ...perHost("authmd5", { ...accounts, kind: "boolean", describe: "the same as --authmech CRAM-MD5" }),
  authmd5: { ...accounts, kind: "boolean", describe: "the same for both hosts" },
  ...perHost("proxyauth", {
    ...accounts,
    kind: "flag",
    describe: "log in as --authuser, then send PROXYAUTH with the name of the user",
  }),
  ...perHost("oauthaccesstoken", {
    ...accounts,
    kind: "string",
    value: "TOKEN",
    describe: "log in with this OAuth 2 access token, or with the first line of this file, which is read at each login",
  }),
  ...perHost("oauthdirect", {
    ...accounts,
    kind: "string",
    value: "TEXT",
    describe: "what to send for XOAUTH2, in base64, or a file that has it",
  }),
  sanitize: {
    ...accounts,
    kind: "boolean",
    default: true,
    describe: "remove blanks around hosts, users and passwords, and blanks and slashes in hosts",
  },

  ...perHost("ssl", {
    ...transport,
    kind: "boolean",
    mayBeOpen: true,
    describe: "speak TLS from the beginning",
    absent: "where port 993 is open",
  }),
  ...perHost("tls", {
    ...transport,
    kind: "boolean",
    mayBeOpen: true,
    describe: "begin TLS with STARTTLS; without TLS and with --notls, everything travels in clear text",
    absent: "where there is no TLS from the beginning",
  }),
  sslcheck: {
    ...transport,
    kind: "boolean",
    default: true,
    describe: "try port 993 if neither a port nor TLS is given",
  },
  ...perHost("sslargs", {
    ...transport,
    kind: "pairs",
    value: "NAME=VALUE",
    describe: "a setting for TLS, such as SSL_ca_file=FILE, or SSL_verify_mode=0, which trusts any server",
  }),
  ssl1_ssl_version: {
    ...transport,
    kind: "string",
    value: "VERSION",
    describe: "the same as --sslargs1 SSL_version=VERSION",
  },
  ssl2_ssl_version: {
    ...transport,
    kind: "string",
    value: "VERSION",
    describe: "the same as --sslargs2 SSL_version=VERSION",
  },
  timeout: {
    ...transport,
    kind: "number",
    value: "SECONDS",
    default: 120,
    describe: "how long a server may be silent; 0: for ever",
  },
  ...perHost("timeout", {
    ...transport,
    kind: "number",
    value: "SECONDS",
    isImplied: true,
    describe: "the same for one host",
    absent: "that of --timeout",
  }),
  ...perHost("reconnectretry", {
    ...transport,
    kind: "integer",
    value: "N",
    default: 3,
    describe: "how often to connect again after a connection is lost",
  }),
  ...perHost("keepalive", { ...transport, kind: "boolean", default: true, describe: "use TCP keepalive" }),
  ...perHost("compress", { ...transport, kind: "boolean", describe: "compress the traffic, if the server can" }),
  id: { ...transport, kind: "boolean", default: true, describe: "tell the servers the name of this program (ID)" },
  inet4: { ...transport, kind: "flag", aliases: ["ipv4"], describe: "use IPv4 only" },
  inet6: { ...transport, kind: "flag", aliases: ["ipv6"], describe: "use IPv6 only" },

  ...perHost("gmail", {
    ...presets,
    kind: "boolean",
    describe: "this host is Gmail: its address, its limits, and rules for its labels",
  }),
  ...perHost("office", {
    ...presets,
    kind: "boolean",
    describe: "this host is Office 365: its address, its limits, and what it refuses",
  }),
  ...perHost("exchange", {
    ...presets,
    kind: "boolean",
    describe: "this host is an Exchange server: its limits, and what it refuses",
  }),
  ...perHost("domino", {
    ...presets,
    kind: "boolean",
    describe: "this host is Domino: its separator, and its Message-Ids",
  }),
} as const satisfies Record<string, OptionSpec>;
