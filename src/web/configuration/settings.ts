// The table of all settings of imapsync-web. Validation, defaults and the manual follow it.

import { size } from "../../config/parse-size.ts";
import { nonEmpty, oneOf, seconds, yesNo } from "../../config/parse-text.ts";
import { SectionReader } from "../../config/section.ts";
import type { SettingTable } from "../../config/setting.ts";
import { databaseUrl, endpoint, hostPatterns, load, networks, numberFrom, origin, origins, ports } from "./parsers.ts";

const anyJob = numberFrom(1, 1_000_000);
const octets = size({ least: 1024, most: 1024 ** 5 });

export const webSettings = {
  listen: {
    parse: endpoint,
    default: "127.0.0.1:8993",
    doc: "Address and port to listen on.",
  },
  certificate: {
    parse: nonEmpty("a file name"),
    absent: "HTTP without TLS",
    doc: "File with the certificate of the server and its intermediate certificates, in PEM format; with it, the server speaks HTTPS.",
    isPath: true,
  },
  "certificate-key": {
    parse: nonEmpty("a file name"),
    absent: "the file of certificate",
    doc: "File with the private key of that certificate, in PEM format, not encrypted.",
    isPath: true,
  },
  "public-origin": {
    parse: origin,
    absent: "the server answers to IP addresses and to localhost only",
    doc: "The address of the page, as https://HOST or https://HOST:PORT.",
  },
  "trusted-proxies": {
    parse: networks,
    default: "",
    doc: "Addresses or networks of the proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.",
  },
  "allow-origins": {
    parse: origins,
    default: "",
    doc: "Other origins whose pages may post to /cgi-bin/imapsync.",
  },
  "state-directory": {
    parse: nonEmpty("a directory"),
    absent: "the one that systemd gives, or web in the data directory of interimap",
    doc: "Directory of the jobs and their logs.",
    isPath: true,
  },
  "allow-private-targets": {
    parse: yesNo,
    default: "NO",
    doc: "Whether mail servers may have addresses of this machine, of private networks or of the local link.",
  },
  "allow-ports": {
    parse: ports,
    default: "143 993",
    doc: "Ports of mail servers that may be connected to, separated by spaces; or any. A port but 993 has TLS from the beginning if imaps://HOST:PORT is entered.",
  },
  "allow-hosts": {
    parse: hostPatterns,
    absent: "any host",
    doc: "Names of the mail servers that people may enter, separated by spaces; *.example.org stands for all below example.org.",
  },
  "deny-hosts": {
    parse: hostPatterns,
    default: "",
    doc: "Names of mail servers that people may not enter, written as in allow-hosts.",
  },
  "max-jobs": {
    parse: numberFrom(1, 1000),
    absent: "two for each core",
    doc: "How many jobs run at once; the others wait.",
  },
  "max-load": {
    parse: load,
    absent: "the load does not matter",
    doc: "Load of the machine for each core at which no further job begins.",
  },
  "max-queued": {
    parse: anyJob,
    default: "200",
    doc: "How many jobs may wait.",
  },
  "max-jobs-per-address": {
    parse: anyJob,
    default: "5",
    doc: "How many jobs of one address may run or wait; of IPv6, of one network of 64 bits.",
  },
  "max-starts-per-hour": {
    parse: anyJob,
    default: "60",
    doc: "How many jobs one address may start in an hour.",
  },
  "max-failed-logins-per-hour": {
    parse: anyJob,
    default: "20",
    doc: "How many logins of the jobs of one address may be refused in an hour. After that, the address cannot start jobs for a while.",
  },
  "max-requests-per-minute": {
    parse: anyJob,
    default: "600",
    doc: "How many requests one address may make in a minute.",
  },
  "max-connections-per-address": {
    parse: anyJob,
    default: "100",
    doc: "How many connections one address may have open; a trusted proxy may have any number.",
  },
  "max-octets": {
    parse: octets,
    absent: "no limit",
    doc: "How much a job may copy. Then it ends, and can be started again.",
  },
  "max-duration": {
    parse: seconds,
    default: "604800",
    doc: "After how many seconds a job ends; it can be started again.",
  },
  "max-log": {
    parse: octets,
    default: "64 MiB",
    doc: "How much of the log of a job is kept; the rest is left out.",
  },
  "keep-jobs": {
    parse: numberFrom(0, 3650),
    default: "7",
    doc: "For how many days after its end a job and its log are kept.",
  },
  "end-with-tab": {
    parse: yesNo,
    default: "NO",
    doc: "Whether a job ends when nobody watches it any more, as with the original.",
  },
  "operator-token-file": {
    parse: nonEmpty("a file name"),
    absent: "there is no page for the operator",
    doc: "File whose first line is the operator's token for /operator and /metrics.",
    isPath: true,
  },
  "fleet-database": {
    parse: databaseUrl,
    absent: "there is no page for a fleet",
    doc: "The database of interimap-fleet, as postgresql://USER@HOST/DATABASE, which the operator's page shows; its password is where PGPASSFILE says.",
  },
  "log-level": {
    parse: oneOf("debug", "info", "warn", "error"),
    default: "info",
    doc: "What to log: debug, info, warn or error.",
  },
  "log-format": {
    parse: oneOf("json", "text"),
    default: "json",
    doc: "How log messages look: json, an object on each line, or text.",
  },
} as const satisfies SettingTable;

export const webReader = new SectionReader(webSettings, "imapsync-web(1)");
